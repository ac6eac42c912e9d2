import { FILTER_FLAGS, type FlagName, SERVER_FLAGS, TRANSFER_FLAGS } from './flags.js'
import type { Language } from './language.js'

/** The environment variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** One call of a command. */
export interface Invocation {
  /** The arguments after its name. */
  readonly args: readonly string[]
  readonly env: Environment
  readonly language: Language
}

/** The parts of a command's help page that are the same in every language. Its texts are in `messages/`. */
export interface Command {
  /** Its arguments, without its name. */
  readonly synopsis: string
  /** Its flags; those of `serve` and `admin` have tables of their own. */
  readonly flags: readonly FlagName[]
  /** Command lines, each ready to paste. */
  readonly examples: readonly string[]
}

/** All commands, in the order of the help page. */
export const COMMANDS = {
  serve: {
    synopsis: '[DIR] [flags]',
    flags: [],
    examples: [
      'bindery serve',
      'bindery serve ./data --port 9100 --buckets demo,logs',
      'bindery serve --port 0 --json',
    ],
  },
  connect: {
    synopsis: '[CLIENT] [DIR] [--bucket NAME] [--endpoint URL] [--json]',
    flags: ['bucket', 'endpoint', 'json'],
    examples: ['bindery connect', 'bindery connect python', 'bindery connect aws ./data --bucket logs | sh -e'],
  },
  health: {
    synopsis: '[DIR] [--endpoint URL] [--json]',
    flags: ['endpoint', 'json'],
    examples: ['bindery health ./data', 'bindery health --endpoint http://10.0.0.1:9000'],
  },
  doctor: {
    synopsis: '[DIR] [--bucket NAME] [--endpoint URL] [--json]',
    flags: ['bucket', 'endpoint', 'json'],
    examples: ['bindery doctor ./data', 'bindery doctor --endpoint https://oss.example --bucket demo'],
  },
  fsck: {
    synopsis: '[DIR] [--bytes] [--repair] [--json]',
    flags: ['bytes', 'repair', 'json'],
    examples: ['bindery fsck ./data', 'bindery fsck ./data --bytes --repair'],
  },
  backup: {
    synopsis: 'DIR TARGET [--bytes] [--json]',
    flags: ['bytes', 'json'],
    examples: ['bindery backup ./data /mnt/backup/bindery', 'bindery backup ./data /mnt/backup/bindery --bytes'],
  },
  restore: {
    synopsis: 'TARGET DIR [--bytes] [--json]',
    flags: ['bytes', 'json'],
    examples: ['bindery restore /mnt/backup/bindery ./data'],
  },
  upgrade: {
    synopsis: '[DIR] --check [--json]',
    flags: ['check', 'json'],
    examples: ['bindery upgrade ./data --check', 'bindery upgrade /mnt/backup/bindery --check --json'],
  },
  keys: {
    synopsis: 'ACTION [ID] [DIR] [--json]',
    flags: ['json'],
    examples: ['bindery keys list ./data', 'bindery keys create ./data'],
  },
  mb: {
    synopsis: 'oss://BUCKET [--acl ACL] [--storage-class CLASS]',
    flags: ['acl', 'storage-class', ...SERVER_FLAGS],
    examples: ['bindery mb oss://demo', 'bindery mb oss://cold --storage-class IA'],
  },
  rb: {
    synopsis: 'oss://BUCKET',
    flags: [...SERVER_FLAGS],
    examples: ['bindery rb oss://demo'],
  },
  ls: {
    synopsis: '[oss://BUCKET[/PREFIX]] [--recursive] [--versions]',
    flags: ['recursive', 'versions', ...SERVER_FLAGS],
    examples: ['bindery ls', 'bindery ls oss://demo/photos/', 'bindery ls oss://demo --recursive --json'],
  },
  stat: {
    synopsis: 'oss://BUCKET[/KEY] [--version-id ID]',
    flags: ['version-id', ...SERVER_FLAGS],
    examples: ['bindery stat oss://demo', 'bindery stat oss://demo/photos/cat.jpg'],
  },
  cat: {
    synopsis: 'oss://BUCKET/KEY [--range FIRST-LAST] [--version-id ID]',
    flags: ['range', 'version-id', ...SERVER_FLAGS],
    examples: ['bindery cat oss://demo/log.gz | gunzip', 'bindery cat oss://demo/log.txt --range 0-99'],
  },
  rm: {
    synopsis: 'oss://BUCKET/KEY [--recursive] [--version-id ID | --all-versions] [--yes] [--dry-run]',
    flags: ['recursive', 'version-id', 'all-versions', 'yes', 'dry-run', ...FILTER_FLAGS, ...SERVER_FLAGS],
    examples: [
      'bindery rm oss://demo/old.txt',
      'bindery rm --recursive oss://demo/logs/2025/ --yes',
      "bindery rm --recursive oss://demo/tmp/ --include '*.log' --min-age 30d --dry-run",
      'bindery rm --recursive oss://demo/ --all-versions --yes',
    ],
  },
  cp: {
    synopsis: 'FROM TO [--recursive] [flags]',
    flags: ['recursive', 'no-overwrite', 'update', 'upload-id', 'version-id', ...TRANSFER_FLAGS],
    examples: [
      'bindery cp big.iso oss://demo/',
      'bindery cp oss://demo/big.iso ./copy.iso',
      'bindery cp --recursive ./photos oss://demo/photos/',
      'bindery cp oss://demo/big.iso oss://backup/2026/',
      'tar cz ./src | bindery cp - oss://demo/src.tgz',
      "bindery cp -r ./site oss://demo/site/ --exclude '*.map' --cache-control max-age=3600 --acl public-read",
    ],
  },
  sync: {
    synopsis: 'FROM TO [--delete] [--checksum] [--dry-run] [flags]',
    flags: ['delete', 'checksum', 'size-only', 'update', ...TRANSFER_FLAGS],
    examples: [
      'bindery sync ./site oss://demo/site/ --delete --dry-run',
      'bindery sync oss://demo/photos/ ./photos',
      'bindery sync oss://demo/ oss://backup/demo/ --checksum',
    ],
  },
  uploads: {
    synopsis:
      'list oss://BUCKET[/PREFIX] | parts oss://BUCKET/KEY ID | abort oss://BUCKET/KEY ID | abort --all oss://BUCKET[/PREFIX]',
    flags: ['all', 'yes', 'checkpoint-dir', ...SERVER_FLAGS],
    examples: [
      'bindery uploads list oss://demo',
      'bindery uploads abort oss://demo/big.iso 0004B9894A22E5B1888A1E29F8236E2D',
      'bindery uploads abort --all oss://demo/tmp/ --yes',
    ],
  },
  sign: {
    synopsis: 'oss://BUCKET/KEY [--method METHOD] [--expires TIME] [--version-id ID] [--query QUERY] [--header HEADER]',
    flags: ['method', 'expires', 'version-id', 'query', 'header', ...SERVER_FLAGS],
    examples: [
      'bindery sign oss://demo/cat.jpg',
      'bindery sign oss://demo/inbox.zip --method PUT --expires 2h',
      "bindery sign oss://demo --query 'uploads&prefix=videos/'",
    ],
  },
  admin: {
    synopsis: 'COMMAND …',
    flags: [],
    examples: ['bindery admin user create alice', 'bindery admin key create alice'],
  },
  help: { synopsis: '[COMMAND] [--json]', flags: ['json'], examples: ['bindery help serve', 'bindery help --json'] },
  version: { synopsis: '[--json]', flags: ['json'], examples: ['bindery version'] },
} as const satisfies Record<string, Command>

/** The name of a command, as it is typed. */
export type CommandName = keyof typeof COMMANDS

/** The names of all commands, in the order of the help page. */
export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[]

/** Whether a typed name is that of a command. */
export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name)
}
