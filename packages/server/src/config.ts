// size: exempt (a table: one entry per option)
import {
  allowedHosts,
  boolean,
  bucketNames,
  type Codec,
  domainPatterns,
  duration,
  endpoint,
  hostNames,
  integer,
  matching,
  networks,
  oneOf,
  processes,
  size,
  sizeOrAuto,
  sizeOrZero,
  text,
} from './config-codecs.js'
import { LOG_LEVELS } from './log.js'

/** One configuration option. Flags take precedence over variables, and variables over defaults. */
export interface Option<T, Fallback extends string | undefined = string | undefined> {
  /** `BINDERY_…`; undefined if there is only a flag. */
  readonly variable: string | undefined
  /** `--…`, or `argument` for the option that needs no flag; undefined if there is only a variable. */
  readonly flag: string | undefined
  readonly codec: Codec<T>
  /** The default as a user would write it; undefined if there is no default. */
  readonly fallback: Fallback
  /** One sentence for `--help` and the reference. */
  readonly sentence: string
}

function option<T, Fallback extends string | undefined>(
  variable: string | undefined,
  flag: string | undefined,
  codec: Codec<T>,
  fallback: Fallback,
  sentence: string,
): Option<T, Fallback> {
  return { variable, flag, codec, fallback, sentence }
}

/** Two buffers for writing and two for reading. */
const MEMORY_BYTES_MIN = 4 * 1024 ** 2
const MEMORY_BYTES_MAX = 1024 ** 4

/** All configuration options, in the order of the reference. */
export const OPTIONS = {
  folder: option('BINDERY_DIR', 'argument', text('DIR'), './data', 'Folder for all data; created if it is missing.'),
  configFile: option(
    'BINDERY_SERVER_CONFIG',
    '--config',
    text('FILE'),
    undefined,
    'JSON file with options by their flags without dashes, such as {"log": "debug"}; SIGHUP reads it again.',
  ),
  metadata: option(
    'BINDERY_METADATA',
    '--metadata',
    matching('URL', /^postgres(ql)?:\/\/\S+$/, 'a URL such as postgres://bindery@db.example/bindery'),
    undefined,
    'PostgreSQL that has the metadata of a cluster, instead of DIR; needs --blobs and BINDERY_MASTER_KEYS.',
  ),
  blobs: option(
    'BINDERY_BLOBS',
    '--blobs',
    text('PLACE'),
    undefined,
    'Where the servers of a cluster keep the bytes of objects: s3://BUCKET/PREFIX?endpoint=URL&region=REGION, or a folder that they share.',
  ),
  host: option(
    'BINDERY_HOST',
    '--host',
    text('HOST'),
    '127.0.0.1',
    'Address to listen on; 0.0.0.0 allows other machines to connect.',
  ),
  port: option(
    'BINDERY_PORT',
    '--port',
    integer('PORT', 0, 65_535),
    '9000',
    'Port to listen on; with 0 the system chooses one.',
  ),
  tlsCertificate: option(
    'BINDERY_TLS_CERT',
    '--tls-cert',
    text('FILE'),
    undefined,
    'Certificate of the server with its chain, as PEM, for TLS; read again when the file changes.',
  ),
  tlsKey: option(
    'BINDERY_TLS_KEY',
    '--tls-key',
    text('FILE'),
    undefined,
    'Private key of the certificate, as PEM; read again when the file changes.',
  ),
  region: option(
    'BINDERY_REGION',
    '--region',
    matching('REGION', /^(?!oss-)[a-z0-9-]+$/, 'a region name without oss-, such as cn-hangzhou'),
    'cn-hangzhou',
    'Region name, as used in V4 signatures, without oss-.',
  ),
  domains: option(
    'BINDERY_DOMAINS',
    '--domains',
    hostNames('NAME,…'),
    '',
    'Extra domains for addresses of the form BUCKET.DOMAIN; localhost and *.aliyuncs.com always work.',
  ),
  s3Domains: option(
    'BINDERY_S3_DOMAINS',
    '--s3-domains',
    hostNames('NAME,…'),
    '',
    'Like --domains; unsigned requests to these hosts are treated as S3.',
  ),
  anonymousDialect: option(
    'BINDERY_ANONYMOUS_DIALECT',
    '--anonymous-dialect',
    oneOf('PROTOCOL', ['oss', 's3']),
    'oss',
    'Protocol to assume for unsigned requests that do not reveal theirs.',
  ),
  endpoint: option(
    'BINDERY_ENDPOINT',
    '--endpoint',
    endpoint('URL'),
    undefined,
    'Where clients reach the server, for answers that name it; by default where each request came to.',
  ),
  trustedProxies: option(
    'BINDERY_TRUSTED_PROXIES',
    '--trusted-proxies',
    networks('NET,…'),
    '',
    'Proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted: loopback, addresses, networks such as 10.0.0.0/8.',
  ),
  buckets: option(
    'BINDERY_BUCKETS',
    '--buckets',
    bucketNames('NAME,…'),
    '',
    'Buckets to create at startup if they are missing.',
  ),
  workers: option(
    'BINDERY_WORKERS',
    '--workers',
    processes('N', 64),
    'auto',
    'Processes that serve requests; auto: one per core, at most 4.',
  ),
  memoryBytes: option(
    'BINDERY_MEMORY',
    '--memory',
    size('SIZE', MEMORY_BYTES_MIN, MEMORY_BYTES_MAX),
    '128MiB',
    'Memory of each process for bytes on their way to and from the disk; requests that need more wait.',
  ),
  reserveBytes: option(
    'BINDERY_RESERVE',
    '--reserve',
    sizeOrAuto('SIZE'),
    'auto',
    'Disk space that uploads leave free, so that deletes still work on a full disk; uploads beyond it get 503. auto: 256MiB, or 10 % of a smaller disk.',
  ),
  idleTimeoutMs: option(
    'BINDERY_IDLE_TIMEOUT',
    '--idle-timeout',
    duration('TIME'),
    '60s',
    'Close a connection whose body has not moved for this long. A request as a whole has no time limit.',
  ),
  stopTimeoutMs: option(
    'BINDERY_STOP_TIMEOUT',
    '--stop-timeout',
    duration('TIME'),
    '30s',
    'How long running requests may take to complete after a signal to stop; then they are aborted.',
  ),
  receiptMs: option(
    'BINDERY_RECEIPTS',
    '--receipts',
    duration('TIME'),
    '24h',
    'How long a repeated CompleteMultipartUpload still gets its first answer. With --strict-oss this applies to S3 only.',
  ),
  instanceRole: option(
    'BINDERY_INSTANCE_ROLE',
    '--instance-role',
    matching('ROLE', /^[\w.@-]{1,64}$/, 'the name of a role'),
    undefined,
    'Role whose temporary keys are handed out unsigned, for credential providers that fetch them by a URI or as on an ECS instance.',
  ),
  instanceNetworks: option(
    'BINDERY_INSTANCE_NETWORKS',
    '--instance-networks',
    networks('ADDRESS,…'),
    'loopback',
    'Addresses that get keys of --instance-role: loopback, addresses, networks such as 10.0.0.0/8.',
  ),
  instanceToken: option(
    'BINDERY_INSTANCE_TOKEN',
    '--instance-token',
    oneOf('TOKEN', ['required', 'optional']),
    'required',
    'Whether --instance-role needs a token of /-/latest/api/token; optional: also for providers that send none, such as those by a URI.',
  ),
  auditDays: option(
    'BINDERY_AUDIT_DAYS',
    '--audit-days',
    integer('DAYS', 0, 36_500),
    '90',
    'Days for which control actions are kept for `bindery admin audit`; 0: none is recorded.',
  ),
  scrubRate: option(
    'BINDERY_SCRUB_RATE',
    '--scrub-rate',
    sizeOrZero('SIZE'),
    '4MiB',
    'Bytes per second that are read again and verified, to find damage by the disk; 0 disables it.',
  ),
  callbackHosts: option(
    'BINDERY_CALLBACK_HOSTS',
    '--callback-hosts',
    allowedHosts('HOST,…'),
    'loopback',
    'Hosts that upload callbacks may go to: loopback, host names, *.suffix, networks such as 10.0.0.0/8; others are refused. By default none are allowed where other machines can connect.',
  ),
  mirrorHosts: option(
    'BINDERY_MIRROR_HOSTS',
    '--mirror-hosts',
    allowedHosts('HOST,…'),
    '',
    'Origins that the routing rules of websites may mirror: loopback, host names, *.suffix, networks; without any, no rule mirrors.',
  ),
  trustedDomains: option(
    'BINDERY_TRUSTED_DOMAINS',
    '--trusted-domains',
    domainPatterns('NAME,…'),
    '',
    'Domains that may be bound to buckets without a TXT record that proves whose they are: names, *.suffix.',
  ),
  strict: option(
    'BINDERY_STRICT_OSS',
    '--strict-oss',
    boolean(),
    'false',
    'Refuse what OSS refuses and Bindery would accept: signatures and endpoints of another region.',
  ),
  testMode: option(
    'BINDERY_TEST_MODE',
    '--test-mode',
    boolean(),
    'false',
    'For tests: faults, clock and request log below /-/test/ for programs on this machine; one process serves.',
  ),
  logLevel: option(
    'BINDERY_LOG',
    '--log',
    oneOf('LEVEL', LOG_LEVELS),
    'info',
    'What to log: one line per request at info; strings to sign, with secrets redacted, at debug.',
  ),
  json: option(undefined, '--json', boolean(), 'false', 'Print one line of JSON instead of the banner, and log JSON.'),
  otlpEndpoint: option(
    'BINDERY_OTLP_ENDPOINT',
    '--otlp-endpoint',
    endpoint('URL'),
    undefined,
    'Collector of OpenTelemetry that gets a trace of each request, by OTLP over HTTP; without it none are made.',
  ),
  metricsToken: option(
    'BINDERY_METRICS_TOKEN',
    undefined,
    text('TOKEN'),
    undefined,
    'Bearer token with which other machines may read /-/metrics; without it only this machine may.',
  ),
  accessKeyId: option(
    'BINDERY_ACCESS_KEY_ID',
    undefined,
    matching('ID', /^[0-9A-Za-z._=-]{1,128}$/, 'letters, digits and . _ = -'),
    undefined,
    'AccessKey ID of the root account, instead of the random one that the folder keeps.',
  ),
  accessKeySecret: option(
    'BINDERY_ACCESS_KEY_SECRET',
    undefined,
    text('SECRET'),
    undefined,
    'AccessKey secret of the root account; set it together with the ID.',
  ),
  blobsAccessKeyId: option(
    'BINDERY_BLOBS_ACCESS_KEY_ID',
    undefined,
    text('ID'),
    undefined,
    'Access key of the bucket that --blobs names.',
  ),
  blobsAccessKeySecret: option(
    'BINDERY_BLOBS_ACCESS_KEY_SECRET',
    undefined,
    text('SECRET'),
    undefined,
    'Secret of that access key.',
  ),
  masterKeys: option(
    'BINDERY_MASTER_KEYS',
    undefined,
    text('KEYS'),
    undefined,
    'Master keys, 32 bytes each in base64, separated by commas. The first encrypts new data; the others, and those in the file of the folder, only decrypt. No file is generated.',
  ),
  language: option(
    'BINDERY_LANG',
    undefined,
    oneOf('LANGUAGE', ['en', 'zh']),
    undefined,
    'Language of banner and messages: en or zh; the default follows LC_ALL and LANG.',
  ),
} as const satisfies Record<string, Option<unknown>>

/** Options that a file may hold instead: the one that the variable with the ending `_FILE` names. */
export const SECRET_OPTIONS: readonly OptionName[] = [
  'metadata',
  'metricsToken',
  'accessKeyId',
  'accessKeySecret',
  'blobsAccessKeyId',
  'blobsAccessKeySecret',
  'masterKeys',
]

/** Options that a running server takes over when SIGHUP has its configuration read again; all others need a restart. */
export const ADJUSTABLE_OPTIONS = [
  'logLevel',
  'reserveBytes',
  'stopTimeoutMs',
  'metricsToken',
  'accessKeyId',
  'accessKeySecret',
] as const satisfies readonly OptionName[]

/** The values of the options that a running server takes over. */
export type Adjustable = Pick<Config, (typeof ADJUSTABLE_OPTIONS)[number]>

/** The name of an option in a configuration. */
export type OptionName = keyof typeof OPTIONS

type ValueOf<O> = O extends Option<infer T> ? T : never

/** A value for every option; undefined only if an option has no default. */
export type Config = {
  readonly [N in OptionName]: (typeof OPTIONS)[N]['fallback'] extends string
    ? ValueOf<(typeof OPTIONS)[N]>
    : ValueOf<(typeof OPTIONS)[N]> | undefined
}
