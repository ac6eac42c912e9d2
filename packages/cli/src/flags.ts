/** A flag, wherever it occurs. Its texts are in `messages/flags-*.ts`. */
export interface Flag {
  /** The placeholder of its value; absent: it takes none. */
  readonly value?: string
  /** Other spellings, with their dashes: short ones, and those of ossutil. */
  readonly spellings?: readonly string[]
  /** It may be given several times; of others the last one counts. */
  readonly repeats?: true
}

/** All flags of commands, except for those of `serve` and `admin`, which have tables of their own. */
export const FLAGS = {
  // the server
  endpoint: { value: 'URL', spellings: ['-e'] },
  dir: { value: 'DIR' },
  region: { value: 'REGION' },
  profile: { value: 'NAME' },
  'config-file': { value: 'FILE', spellings: ['-c'] },
  'access-key-id': { value: 'ID', spellings: ['-i'] },
  'access-key-secret': { value: 'SECRET', spellings: ['-k'] },
  'sts-token': { value: 'TOKEN', spellings: ['-t'] },
  'addressing-style': { value: 'STYLE' },
  'sign-version': { value: 'VERSION' },
  dialect: { value: 'DIALECT' },
  'retry-times': { value: 'NUMBER' },
  'connect-timeout': { value: 'SECONDS' },
  'read-timeout': { value: 'SECONDS' },
  proxy: { value: 'URL' },
  'bind-address': { value: 'IP' },
  'skip-verify-cert': {},
  'ignore-env-var': {},
  loglevel: { value: 'LEVEL' },
  'log-file': { value: 'FILE' },
  // the output
  json: {},
  yaml: {},
  xml: {},
  'output-query': { value: 'JMESPATH' },
  format: { value: 'TEMPLATE' },
  utc: {},
  quiet: { spellings: ['-q'] },
  'no-progress': {},
  // the selection
  recursive: { spellings: ['-r'] },
  include: { value: 'PATTERN', repeats: true },
  exclude: { value: 'PATTERN', repeats: true },
  filter: { value: '"+ PATTERN"', repeats: true },
  'include-from': { value: 'FILE|-', repeats: true },
  'exclude-from': { value: 'FILE|-', repeats: true },
  'filter-from': { value: 'FILE|-', repeats: true },
  'metadata-include': { value: 'NAME=PATTERN', repeats: true },
  'metadata-exclude': { value: 'NAME=PATTERN', repeats: true },
  'metadata-filter': { value: '"+ NAME=PATTERN"', repeats: true },
  'min-size': { value: 'SIZE' },
  'max-size': { value: 'SIZE' },
  'min-age': { value: 'TIME', spellings: ['--older-than'] },
  'max-age': { value: 'TIME', spellings: ['--newer-than'] },
  'start-time': { value: 'SECONDS', spellings: ['--min-mtime'] },
  'end-time': { value: 'SECONDS', spellings: ['--max-mtime'] },
  'version-id': { value: 'ID' },
  'files-from': { value: 'FILE|-', spellings: ['--files-from-raw'] },
  'list-format': { value: 'FORMAT' },
  'no-glob': {},
  versions: {},
  'all-versions': {},
  range: { value: 'FIRST-LAST' },
  all: {},
  by: { value: 'GROUP' },
  depth: { value: 'LEVELS', spellings: ['-L'] },
  mpu: {},
  days: { value: 'DAYS' },
  tier: { value: 'TIER' },
  add: {},
  upload: { value: 'FILE' },
  size: { value: 'SIZE' },
  objects: { value: 'NUMBER' },
  directory: { spellings: ['-d'] },
  long: { spellings: ['-l'] },
  'limited-num': { value: 'NUMBER' },
  'start-after': { value: 'KEY' },
  'end-with': { value: 'KEY' },
  'page-size': { value: 'NUMBER' },
  'no-create': {},
  'fail-fast': {},
  // the target
  yes: { spellings: ['-y', '--force', '-f'] },
  'dry-run': { spellings: ['-n'] },
  delete: {},
  'backup-dir': { value: 'DIR|oss://BUCKET/PREFIX/' },
  'max-delete': { value: 'NUMBER' },
  checkers: { value: 'NUMBER' },
  watch: {},
  interval: { value: 'TIME' },
  checksum: {},
  'size-only': {},
  update: { spellings: ['-u'] },
  'fail-on-skip': {},
  overwrite: { value: 'WHEN' },
  'no-overwrite': { spellings: ['--forbid-overwrite', '--ignore-existing'] },
  // the transfer
  'upload-id': { value: 'ID' },
  'part-size': { value: 'SIZE' },
  parallel: { value: 'NUMBER' },
  jobs: { value: 'NUMBER', spellings: ['-j', '--job'] },
  'bigfile-threshold': { value: 'SIZE' },
  'bandwidth-limit': { value: 'SIZE|TIMETABLE|@FILE' },
  maxspeed: { value: 'KIB', spellings: ['--maxupspeed', '--maxdownspeed'] },
  resume: { value: 'MODE' },
  'checkpoint-dir': { value: 'DIR' },
  // properties of objects
  'content-type': { value: 'TYPE' },
  'cache-control': { value: 'TEXT' },
  'content-disposition': { value: 'TEXT' },
  'content-encoding': { value: 'TEXT' },
  meta: { value: 'NAME=VALUE', spellings: ['--metadata'], repeats: true },
  tagging: { value: 'KEY=VALUE&…' },
  acl: { value: 'ACL' },
  'storage-class': { value: 'CLASS' },
  // others
  bucket: { value: 'NAME' },
  bytes: {},
  repair: {},
  prepare: {},
  undo: {},
  check: {},
  finish: {},
  shell: { value: 'SHELL' },
  method: { value: 'METHOD' },
  query: { value: 'QUERY' },
  header: { value: 'HEADER', repeats: true },
  expires: { value: 'TIME', spellings: ['--timeout', '--expires-duration'] },
} as const satisfies Record<string, Flag>

/** The name of a flag, without its dashes. */
export type FlagName = keyof typeof FLAGS

/** The server and the key. */
export const CONNECTION_FLAGS = [
  'endpoint',
  'dir',
  'region',
  'profile',
  'config-file',
  'access-key-id',
  'access-key-secret',
  'sts-token',
  'addressing-style',
  'sign-version',
  'dialect',
  'retry-times',
  'connect-timeout',
  'read-timeout',
  'proxy',
  'bind-address',
  'skip-verify-cert',
  'ignore-env-var',
  'loglevel',
  'log-file',
] as const satisfies readonly FlagName[]

/** The form of the output. */
export const OUTPUT_FLAGS = [
  'utc',
  'quiet',
  'json',
  'yaml',
  'xml',
  'output-query',
  'format',
] as const satisfies readonly FlagName[]

/** The server, the key and the form of the output: every command on objects has these. */
export const SERVER_FLAGS = [...CONNECTION_FLAGS, ...OUTPUT_FLAGS] as const satisfies readonly FlagName[]

/** The choice among several files or objects. */
export const FILTER_FLAGS = [
  'include',
  'exclude',
  'filter',
  'include-from',
  'exclude-from',
  'filter-from',
  'min-size',
  'max-size',
  'min-age',
  'max-age',
  'start-time',
  'end-time',
] as const satisfies readonly FlagName[]

/** The choice among several objects by their user metadata. */
export const METADATA_FLAGS = [
  'metadata-include',
  'metadata-exclude',
  'metadata-filter',
] as const satisfies readonly FlagName[]

/** The part of a listing that is looked at. */
export const LISTING_FLAGS = [
  'start-after',
  'end-with',
  'limited-num',
  'page-size',
] as const satisfies readonly FlagName[]

/** Everything that chooses among several objects. */
export const CHOICE_FLAGS = [
  'no-glob',
  ...FILTER_FLAGS,
  ...METADATA_FLAGS,
  ...LISTING_FLAGS,
] as const satisfies readonly FlagName[]

/** The properties of objects. */
export const HEADER_FLAGS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'meta',
  'tagging',
  'acl',
  'storage-class',
] as const satisfies readonly FlagName[]

/** The flags of the commands whose sources may be many, and whose targets may exist. */
export const SOURCE_FLAGS = [
  'files-from',
  'list-format',
  'no-glob',
  ...LISTING_FLAGS,
  'overwrite',
  'no-overwrite',
  'update',
  'checksum',
  'size-only',
  'fail-on-skip',
] as const satisfies readonly FlagName[]

/** The flags of the commands that transfer objects. */
export const TRANSFER_FLAGS = [
  'dry-run',
  'yes',
  ...FILTER_FLAGS,
  ...METADATA_FLAGS,
  'part-size',
  'parallel',
  'jobs',
  'bigfile-threshold',
  'bandwidth-limit',
  'maxspeed',
  'resume',
  'checkpoint-dir',
  ...HEADER_FLAGS,
  'no-progress',
  ...SERVER_FLAGS,
] as const satisfies readonly FlagName[]

/** How `sync` and `mirror` find what differs, and how they transfer it. */
export const SYNC_FLAGS = [
  'checkers',
  'checksum',
  'size-only',
  'update',
  'no-overwrite',
  ...TRANSFER_FLAGS,
] as const satisfies readonly FlagName[]

/** A flag with its other spellings and its placeholder, as help pages show it: `--jobs NUMBER, -j, --job`. */
export function flagText(name: FlagName): string {
  const { value, spellings = [] }: Flag = FLAGS[name]
  return [value === undefined ? `--${name}` : `--${name} ${value}`, ...spellings].join(', ')
}
