// size: exempt (a table: one entry per command)
import type { ExitCode } from './exit-codes.js'
import {
  CHOICE_FLAGS,
  FILTER_FLAGS,
  type FlagName,
  HEADER_FLAGS,
  SERVER_FLAGS,
  SOURCE_FLAGS,
  SYNC_FLAGS,
  TRANSFER_FLAGS,
} from './flags.js'
import type { Language } from './language.js'

/** The environment variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** One call of a command. */
export interface Invocation {
  /** The arguments after its name. */
  readonly args: readonly string[]
  readonly env: Environment
  readonly language: Language
  /** Runs another command line. */
  readonly dispatch: (args: readonly string[]) => Promise<ExitCode>
}

/** A subject of the overview of commands. */
export type Subject = 'objects' | 'uploads' | 'buckets' | 'server' | 'settings'

/** The parts of a command's help page that are the same in every language. Its texts are in `messages/`. */
export interface Command {
  readonly subject: Subject
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
    subject: 'server',
    synopsis: '[DIR] [flags]',
    flags: [],
    examples: [
      'bindery serve',
      'bindery serve ./data --port 9100 --buckets demo,logs',
      'bindery serve --port 0 --json',
    ],
  },
  connect: {
    subject: 'server',
    synopsis: '[CLIENT] [DIR] [--bucket NAME] [--endpoint URL] [--json]',
    flags: ['bucket', 'endpoint', 'json'],
    examples: ['bindery connect', 'bindery connect python', 'bindery connect aws ./data --bucket logs | sh -e'],
  },
  env: {
    subject: 'server',
    synopsis: '[DIR] [--shell SHELL] [--dialect DIALECT] [--endpoint URL] [--json]',
    flags: ['shell', 'dialect', 'endpoint', 'json'],
    examples: ['eval "$(bindery env)"', 'bindery env --shell fish | source', 'bindery env ./data --dialect s3'],
  },
  health: {
    subject: 'server',
    synopsis: '[DIR] [--endpoint URL] [--json]',
    flags: ['endpoint', 'json'],
    examples: ['bindery health ./data', 'bindery health --endpoint http://10.0.0.1:9000'],
  },
  doctor: {
    subject: 'server',
    synopsis: '[DIR] [--bucket NAME] [--endpoint URL] [--json]',
    flags: ['bucket', 'endpoint', 'json'],
    examples: ['bindery doctor ./data', 'bindery doctor --endpoint https://oss.example --bucket demo'],
  },
  fsck: {
    subject: 'server',
    synopsis: '[DIR] [--bytes] [--repair] [--json]',
    flags: ['bytes', 'repair', 'json'],
    examples: ['bindery fsck ./data', 'bindery fsck ./data --bytes --repair'],
  },
  backup: {
    subject: 'server',
    synopsis: 'DIR TARGET [--bytes] [--json]',
    flags: ['bytes', 'json'],
    examples: ['bindery backup ./data /mnt/backup/bindery', 'bindery backup cluster /mnt/backup/bindery --bytes'],
  },
  migrate: {
    subject: 'server',
    synopsis: 'FROM TO [--prepare | --undo] [--bytes] [--json]',
    flags: ['prepare', 'undo', 'bytes', 'json'],
    examples: [
      'bindery migrate ./data cluster --prepare',
      'bindery migrate ./data cluster',
      'bindery migrate cluster ./data-2',
    ],
  },
  upgrade: {
    subject: 'server',
    synopsis: '[DIR] --check [--json] | [--finish] [--json]',
    flags: ['check', 'finish', 'json'],
    examples: [
      'bindery upgrade ./data --check',
      'bindery upgrade /mnt/backup/bindery --check --json',
      'bindery upgrade --finish',
    ],
  },
  keys: {
    subject: 'server',
    synopsis: 'ACTION [ID] [DIR] [--json]',
    flags: ['json'],
    examples: ['bindery keys list ./data', 'bindery keys create ./data'],
  },
  mb: {
    subject: 'buckets',
    synopsis: 'oss://BUCKET [--acl ACL] [--storage-class CLASS]',
    flags: ['acl', 'storage-class', ...SERVER_FLAGS],
    examples: ['bindery mb oss://demo', 'bindery mb oss://cold --storage-class IA'],
  },
  rb: {
    subject: 'buckets',
    synopsis: 'oss://BUCKET [--force]',
    flags: ['yes', ...SERVER_FLAGS],
    examples: ['bindery rb oss://demo', 'bindery rb oss://tests --force'],
  },
  ls: {
    subject: 'objects',
    synopsis: '[oss://BUCKET[/PREFIX]] [--recursive] [--long] [--versions | --mpu] [flags]',
    flags: ['recursive', 'directory', 'long', 'versions', 'mpu', ...CHOICE_FLAGS, ...SERVER_FLAGS],
    examples: [
      'bindery ls',
      'bindery ls oss://demo/photos/ -l',
      "bindery ls 'oss://demo/logs/**/*.gz' --format '{address}\\t{size}'",
      "bindery ls oss://demo --recursive --output-query '[key, size]'",
      'bindery ls oss://demo --mpu',
    ],
  },
  stat: {
    subject: 'objects',
    synopsis: 'oss://BUCKET[/KEY] [--version-id ID]',
    flags: ['version-id', ...SERVER_FLAGS],
    examples: ['bindery stat oss://demo', 'bindery stat oss://demo/photos/cat.jpg'],
  },
  cat: {
    subject: 'objects',
    synopsis: 'oss://BUCKET/KEY [--range FIRST-LAST] [--version-id ID]',
    flags: ['range', 'version-id', ...SERVER_FLAGS],
    examples: ['bindery cat oss://demo/log.gz | gunzip', 'bindery cat oss://demo/log.txt --range 0-99'],
  },
  rm: {
    subject: 'objects',
    synopsis: 'oss://BUCKET/KEY [--recursive] [--version-id ID | --all-versions] [--yes] [--dry-run]',
    flags: [
      'recursive',
      'version-id',
      'all-versions',
      'yes',
      'dry-run',
      'no-progress',
      ...CHOICE_FLAGS,
      ...SERVER_FLAGS,
    ],
    examples: [
      'bindery rm oss://demo/old.txt',
      'bindery rm --recursive oss://demo/logs/2025/ --yes',
      "bindery rm --recursive oss://demo/tmp/ --include '*.log' --min-age 30d --dry-run",
      'bindery rm --recursive oss://demo/ --all-versions --yes',
    ],
  },
  cp: {
    subject: 'objects',
    synopsis: 'FROM… TO [--recursive] [flags]',
    flags: ['recursive', ...SOURCE_FLAGS, 'upload-id', 'version-id', ...TRANSFER_FLAGS],
    examples: [
      'bindery cp big.iso oss://demo/',
      'bindery cp oss://demo/big.iso ./copy.iso',
      'bindery cp --recursive ./photos oss://demo/photos/',
      'bindery cp oss://demo/big.iso oss://backup/2026/',
      'bindery cp oss://demo/big.iso offsite:archive/2026/',
      "bindery cp 'oss://demo/logs/**/*.gz' ./logs/",
      'bindery cp a.txt b.txt oss://demo/notes/ --overwrite different',
      'tar cz ./src | bindery cp - oss://demo/src.tgz',
      "bindery cp -r ./site oss://demo/site/ --exclude '*.map' --cache-control max-age=3600 --acl public-read",
    ],
  },
  mv: {
    subject: 'objects',
    synopsis: 'FROM… TO [--recursive] [flags]',
    flags: ['recursive', ...SOURCE_FLAGS, ...TRANSFER_FLAGS],
    examples: ['bindery mv report.pdf oss://demo/reports/', 'bindery mv -r oss://demo/inbox/ oss://archive/2026/'],
  },
  sync: {
    subject: 'objects',
    synopsis: 'FROM TO [--delete] [--checksum] [--dry-run] [flags]',
    flags: ['delete', 'backup-dir', 'max-delete', ...SYNC_FLAGS],
    examples: [
      'bindery sync ./site oss://demo/site/ --delete --dry-run',
      'bindery sync oss://demo/photos/ ./photos',
      'bindery sync oss://demo/ oss://backup/demo/ --checksum',
    ],
  },
  mirror: {
    subject: 'objects',
    synopsis: 'FROM TO [--watch] [--max-delete NUMBER] [flags]',
    flags: ['watch', 'interval', 'backup-dir', 'max-delete', ...SYNC_FLAGS],
    examples: [
      'bindery mirror ./site oss://demo/site/ --max-delete 100',
      'bindery mirror ./photos oss://demo/photos/ --watch',
      'bindery mirror ./docs oss://demo/docs/ --backup-dir oss://demo/deleted/docs/',
      'bindery mirror oss://demo/ offsite:demo-copy/ --watch --interval 5m',
    ],
  },
  put: {
    subject: 'objects',
    synopsis: 'oss://BUCKET/KEY [flags]',
    flags: ['overwrite', 'no-overwrite', 'update', ...TRANSFER_FLAGS],
    examples: [
      'tar cz ./src | bindery put oss://demo/src.tgz',
      'date | bindery put oss://demo/now.txt --acl public-read',
    ],
  },
  touch: {
    subject: 'objects',
    synopsis: 'oss://BUCKET/KEY [--no-create] [flags]',
    flags: ['no-create', ...HEADER_FLAGS, ...SERVER_FLAGS],
    examples: ['bindery touch oss://demo/done', 'bindery touch oss://demo/photos/cat.jpg --no-create'],
  },
  du: {
    subject: 'objects',
    synopsis: 'oss://BUCKET[/PREFIX] [--by folder|class] [--depth LEVELS] [--mpu] [--versions]',
    flags: ['by', 'depth', 'mpu', 'versions', ...CHOICE_FLAGS, ...SERVER_FLAGS],
    examples: ['bindery du oss://demo --mpu', 'bindery du oss://demo/logs/ --by class'],
  },
  tree: {
    subject: 'objects',
    synopsis: 'oss://BUCKET[/PREFIX] [--depth LEVELS]',
    flags: ['depth', ...SERVER_FLAGS],
    examples: ['bindery tree oss://demo --depth 2'],
  },
  find: {
    subject: 'objects',
    synopsis: 'oss://BUCKET[/PREFIX] | DIR [--include PATTERN] [--format TEMPLATE] [flags]',
    flags: ['storage-class', ...CHOICE_FLAGS, ...SERVER_FLAGS],
    examples: [
      "bindery find oss://demo --include '*.log' --min-size 1GiB",
      "bindery find oss://demo/logs/ --min-age 90d --format '{address}\\t{size}'",
    ],
  },
  diff: {
    subject: 'objects',
    synopsis: 'ONE OTHER [--size-only] [flags]',
    flags: ['size-only', 'checkers', ...FILTER_FLAGS, ...SERVER_FLAGS],
    examples: ['bindery diff ./photos oss://demo/photos/', 'bindery diff oss://demo/ oss://backup/demo/ --size-only'],
  },
  hash: {
    subject: 'objects',
    synopsis: 'FILE|oss://BUCKET/KEY|- [OTHER] [--bytes]',
    flags: ['bytes', ...SERVER_FLAGS],
    examples: ['bindery hash big.iso', 'bindery hash big.iso oss://demo/big.iso'],
  },
  mkdir: {
    subject: 'objects',
    synopsis: 'oss://BUCKET/FOLDER/',
    flags: [...SERVER_FLAGS],
    examples: ['bindery mkdir oss://demo/inbox/'],
  },
  append: {
    subject: 'objects',
    synopsis: 'FILE|- oss://BUCKET/KEY [flags]',
    flags: [...HEADER_FLAGS, ...SERVER_FLAGS],
    examples: ['bindery append today.log oss://demo/all.log', 'date | bindery append - oss://demo/all.log'],
  },
  symlink: {
    subject: 'objects',
    synopsis: 'oss://BUCKET/TARGET oss://BUCKET/LINK [flags]',
    flags: ['no-overwrite', ...SERVER_FLAGS],
    examples: ['bindery symlink oss://demo/releases/2.1.zip oss://demo/releases/latest.zip'],
  },
  'set-props': {
    subject: 'objects',
    synopsis: 'oss://BUCKET/KEY [--recursive] [--meta NAME=VALUE] [--acl ACL] [--storage-class CLASS] [flags]',
    flags: ['recursive', 'dry-run', ...HEADER_FLAGS, ...CHOICE_FLAGS, ...SERVER_FLAGS],
    examples: [
      'bindery set-props oss://demo/site/ --recursive --cache-control max-age=600',
      'bindery set-props oss://demo/cat.jpg --acl public-read --meta owner=me',
    ],
  },
  tag: {
    subject: 'objects',
    synopsis: 'oss://BUCKET[/KEY] [TAGS] [--add | --delete] [--version-id ID]',
    flags: ['add', 'delete', 'version-id', ...SERVER_FLAGS],
    examples: ['bindery tag oss://demo/raw.csv', "bindery tag oss://demo/raw.csv 'stage=raw&team=a'"],
  },
  mpu: {
    subject: 'uploads',
    synopsis:
      'ls|du|gc|watch oss://BUCKET[/PREFIX] | parts|map|complete|abort oss://BUCKET/KEY ID | resume oss://BUCKET/KEY ID FILE',
    flags: [
      'all',
      'yes',
      'dry-run',
      'min-age',
      'upload',
      'no-overwrite',
      'part-size',
      'parallel',
      'bandwidth-limit',
      'checkpoint-dir',
      'no-progress',
      ...SERVER_FLAGS,
    ],
    examples: [
      'bindery mpu ls oss://demo',
      'bindery mpu map oss://demo/big.iso --upload ./big.iso',
      'bindery mpu resume oss://demo/big.iso 0004B9894A22E5B1888A1E29F8236E2D ./big.iso',
      'bindery mpu complete oss://demo/big.iso 0004B9894A22E5B1888A1E29F8236E2D',
      'bindery mpu gc oss://demo/tmp/ --older-than 7d --dry-run',
      'bindery mpu watch oss://demo',
    ],
  },
  restore: {
    subject: 'objects',
    synopsis: 'TARGET DIR [--bytes] [--json] | oss://BUCKET/KEY [--days DAYS] [--recursive] [flags]',
    flags: ['bytes', 'days', 'tier', 'version-id', 'recursive', 'dry-run', ...CHOICE_FLAGS, ...SERVER_FLAGS],
    examples: ['bindery restore /mnt/backup/bindery ./data', 'bindery restore oss://demo/2020/ --recursive --days 3'],
  },
  bucket: {
    subject: 'buckets',
    synopsis: '[DOCUMENT get|set|rm oss://BUCKET [FILE|-|VALUE]]',
    flags: [...SERVER_FLAGS],
    examples: [
      'bindery bucket',
      'bindery bucket lifecycle get oss://demo > rules.xml',
      'bindery bucket lifecycle set oss://demo rules.xml',
      'bindery bucket acl set oss://demo public-read',
      'bindery bucket cors rm oss://demo',
    ],
  },
  presign: {
    subject: 'objects',
    synopsis:
      'oss://BUCKET/KEY [--method METHOD] [--expires TIME] [--version-id ID] | oss://[BUCKET[/KEY]] --query QUERY [--header HEADER] | --upload FILE oss://BUCKET/KEY',
    flags: [
      'method',
      'expires',
      'version-id',
      'query',
      'header',
      'recursive',
      'upload',
      'part-size',
      ...CHOICE_FLAGS,
      ...SERVER_FLAGS,
    ],
    examples: [
      'bindery presign oss://demo/cat.jpg',
      'bindery presign oss://demo/inbox.zip --method PUT --expires 2h',
      "bindery presign oss://demo --query 'uploads&prefix=videos/'",
      'bindery presign --upload big.iso oss://demo/big.iso --expires 12h > upload.sh',
    ],
  },
  admin: {
    subject: 'server',
    synopsis: 'COMMAND …',
    flags: [],
    examples: ['bindery admin user create alice', 'bindery admin key create alice'],
  },
  api: {
    subject: 'uploads',
    synopsis: '[OPERATION] [flags]',
    flags: [],
    examples: [
      'bindery api',
      'bindery api get-bucket-acl --bucket demo',
      'bindery api put-bucket-lifecycle --bucket demo --body file://rules.xml',
    ],
  },
  config: {
    subject: 'settings',
    synopsis: 'get [SETTING] | set SETTING VALUE|- | unset SETTING | path | explain [DIR] [flags of serve]',
    flags: ['profile', 'json'],
    examples: [
      'bindery config set endpoint https://oss.example',
      'bindery config set access-key-secret - --profile backup',
      'bindery config get --profile backup',
      'bindery config explain --config bindery.json',
    ],
  },
  profile: {
    subject: 'settings',
    synopsis: 'ls | show NAME | rm NAME',
    flags: ['json'],
    examples: ['bindery profile ls', 'bindery ls --profile backup'],
  },
  completion: {
    subject: 'settings',
    synopsis: 'bash|zsh|fish|powershell',
    flags: [],
    examples: [
      'source <(bindery completion bash)',
      'bindery completion fish > ~/.config/fish/completions/bindery.fish',
      'bindery completion powershell >> $PROFILE',
    ],
  },
  run: {
    subject: 'settings',
    synopsis: 'FILE|- [--jobs NUMBER] [--fail-fast]',
    flags: ['jobs', 'fail-fast', 'json'],
    examples: ['bindery run commands.txt --jobs 16', "printf 'rm oss://demo/a\\nrm oss://demo/b\\n' | bindery run -"],
  },
  probe: {
    subject: 'server',
    synopsis: '[oss://BUCKET] [--size SIZE]',
    flags: ['size', ...SERVER_FLAGS],
    examples: ['bindery probe', 'bindery probe oss://demo --size 64MiB'],
  },
  bench: {
    subject: 'server',
    synopsis: 'oss://BUCKET[/PREFIX] [--size SIZE] [--objects NUMBER] [--jobs NUMBER]',
    flags: ['size', 'objects', 'jobs', 'part-size', ...SERVER_FLAGS],
    examples: ['bindery bench oss://demo', 'bindery bench oss://demo --size 1GiB --objects 1000 --jobs 16'],
  },
  help: {
    subject: 'settings',
    synopsis: '[COMMAND] [--json]',
    flags: ['json'],
    examples: ['bindery help serve', 'bindery help --json'],
  },
  version: { subject: 'settings', synopsis: '[--json]', flags: ['json'], examples: ['bindery version'] },
} as const satisfies Record<string, Command>

/** The name of a command, as it is typed. */
export type CommandName = keyof typeof COMMANDS

/** Other names of commands: those that ossutil and earlier versions have. */
const ALIASES: Readonly<Record<string, CommandName>> = { sign: 'presign', uploads: 'mpu' }

/** The names of all commands, in the order of the help page. */
export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[]

/** The command of a typed name; undefined where it is not one. */
export function commandOf(name: string): CommandName | undefined {
  if (Object.hasOwn(COMMANDS, name)) return name as CommandName
  return Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined
}
