// size: exempt (a table: one entry per option)
import { LOG_LEVELS } from '@bindery/protocol'
import {
  allowedHosts,
  boolean,
  bucketsToCreate,
  type Codec,
  domainPatterns,
  duration,
  endpoint,
  fileMode,
  hostNames,
  integer,
  matching,
  networks,
  oneOf,
  processes,
  proxies,
  size,
  sizeOrAuto,
  sizeOrZero,
  text,
} from './config-codecs.js'
import type { HttpReader } from './http/http-server.js'

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
    'File with options, as JSON or YAML (.yaml, .yml), named like the flags without dashes, such as {"log": "debug"}; read again on SIGHUP.',
  ),
  metadata: option(
    'BINDERY_METADATA',
    '--metadata',
    matching('URL', /^postgres(ql)?:\/\/\S+$/, 'a URL such as postgres://bindery@db.example/bindery'),
    undefined,
    'PostgreSQL database for the metadata of a cluster, instead of DIR; needs --blobs and BINDERY_MASTER_KEYS.',
  ),
  notices: option(
    'BINDERY_NOTICES',
    '--notices',
    matching('URL', /^postgres(ql)?:\/\/\S+$/, 'a URL such as postgres://bindery@db.example/bindery'),
    undefined,
    'The database of --metadata without its pooler, for notices between gateways; needed only behind a pooler in transaction mode.',
  ),
  blobs: option(
    'BINDERY_BLOBS',
    '--blobs',
    // the place is shown to administrators, and keys come from the environment
    matching(
      'PLACE',
      /^(?!s3:.*[?&]endpoint=[^&]*(@|%40)).+$/is,
      'a folder, or s3://BUCKET/PREFIX?endpoint=URL with a URL that has no user and password',
    ),
    undefined,
    'Where a cluster stores the data of objects: s3://BUCKET/PREFIX?endpoint=URL&region=REGION, or a shared folder.',
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
  socket: option(
    'BINDERY_SOCKET',
    '--socket',
    text('FILE'),
    undefined,
    'Unix domain socket to listen on as well, for proxies on this machine; always without TLS.',
  ),
  socketMode: option(
    'BINDERY_SOCKET_MODE',
    '--socket-mode',
    fileMode('MODE'),
    '660',
    'Permissions of --socket: who may connect needs to write to it.',
  ),
  readyFd: option(
    'BINDERY_READY_FD',
    '--ready-fd',
    integer('NUMBER', 3, 65_535),
    undefined,
    'Open file descriptor that gets the line of JSON of --json as soon as the server accepts requests, and is then closed.',
  ),
  tlsCertificate: option(
    'BINDERY_TLS_CERT',
    '--tls-cert',
    text('FILE'),
    undefined,
    'TLS certificate with its chain, as PEM; read again when the file changes.',
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
    'Public URL of the server, for responses that contain it; by default the address that each request used.',
  ),
  trustedProxies: option(
    'BINDERY_TRUSTED_PROXIES',
    '--trusted-proxies',
    proxies('NET,…'),
    '',
    'Proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted: loopback, unix (those at --socket), addresses, networks such as 10.0.0.0/8.',
  ),
  buckets: option(
    'BINDERY_BUCKETS',
    '--buckets',
    bucketsToCreate('NAME[:ACL],…'),
    '',
    'Buckets to create at startup if they are missing, each with its ACL if that is not private: public-read, public-read-write.',
  ),
  workers: option(
    'BINDERY_WORKERS',
    '--workers',
    processes('N', 64),
    'auto',
    'Processes that serve requests; auto: one per two cores, at most 4.',
  ),
  memoryBytes: option(
    'BINDERY_MEMORY',
    '--memory',
    size('SIZE', MEMORY_BYTES_MIN, MEMORY_BYTES_MAX),
    '128MiB',
    'Memory of each process for data on its way to and from the disk; requests that need more wait.',
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
    'Close a connection that has transferred no byte of a body for this long. Requests have no other time limit.',
  ),
  httpReader: option(
    'BINDERY_HTTP_READER',
    '--http-reader',
    oneOf<HttpReader>('READER', ['native', 'shortcut', 'node']),
    'native',
    'native: receive and send usual requests in native code, where the system can; shortcut: on sockets of Node.js, without its HTTP parser; node: with it.',
  ),
  stopTimeoutMs: option(
    'BINDERY_STOP_TIMEOUT',
    '--stop-timeout',
    duration('TIME'),
    '30s',
    'How long running requests may continue after a stop signal before they are aborted.',
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
    'Role whose temporary keys are served without a signature, for credential providers that use a URI or ECS instance metadata.',
  ),
  instanceNetworks: option(
    'BINDERY_INSTANCE_NETWORKS',
    '--instance-networks',
    networks('ADDRESS,…'),
    'loopback',
    'Addresses that may fetch keys of --instance-role: loopback, addresses, networks such as 10.0.0.0/8.',
  ),
  instanceToken: option(
    'BINDERY_INSTANCE_TOKEN',
    '--instance-token',
    oneOf('TOKEN', ['required', 'optional']),
    'required',
    'Whether fetching keys of --instance-role requires a token from /-/latest/api/token; optional: also serve providers that send none.',
  ),
  auditDays: option(
    'BINDERY_AUDIT_DAYS',
    '--audit-days',
    integer('DAYS', 0, 36_500),
    '90',
    'Days to keep records of control actions for `bindery admin audit`; 0 records none.',
  ),
  auditWebhook: option(
    'BINDERY_AUDIT_WEBHOOK',
    '--audit-webhook',
    matching(
      'URL',
      /^https?:\/\/[^\s@/]+(\/[^\s@]*)?$/i,
      'a URL such as https://audit.example/bindery, without a user and password',
    ),
    undefined,
    'URL that gets each control action as it happens, in signed messages; needs BINDERY_AUDIT_WEBHOOK_SECRET.',
  ),
  auditWebhookSecret: option(
    'BINDERY_AUDIT_WEBHOOK_SECRET',
    undefined,
    text('SECRET'),
    undefined,
    'Secret that signs the messages of --audit-webhook: a text, or whsec_ and base64, as Standard Webhooks have it.',
  ),
  scrubRate: option(
    'BINDERY_SCRUB_RATE',
    '--scrub-rate',
    sizeOrZero('SIZE'),
    '4MiB',
    'Bytes per second that are read and verified in the background, to find disk damage; 0 disables it.',
  ),
  callbackHosts: option(
    'BINDERY_CALLBACK_HOSTS',
    '--callback-hosts',
    allowedHosts('HOST,…'),
    'loopback',
    'Hosts that upload callbacks may call: loopback, host names, *.suffix, networks such as 10.0.0.0/8. If other machines can connect, the default is an empty list.',
  ),
  mirrorHosts: option(
    'BINDERY_MIRROR_HOSTS',
    '--mirror-hosts',
    allowedHosts('HOST,…'),
    '',
    'Origins that website routing rules may mirror: loopback, host names, *.suffix, networks; by default none.',
  ),
  trustedDomains: option(
    'BINDERY_TRUSTED_DOMAINS',
    '--trusted-domains',
    domainPatterns('NAME,…'),
    '',
    'Domains that can be bound to buckets without a TXT record that proves ownership: names, *.suffix.',
  ),
  strict: option(
    'BINDERY_STRICT_OSS',
    '--strict-oss',
    boolean(),
    'false',
    'Be as strict as OSS where Bindery would be more lenient: signatures and endpoints of another region are refused.',
  ),
  testMode: option(
    'BINDERY_TEST_MODE',
    '--test-mode',
    boolean(),
    'false',
    'For tests: faults, a clock and a request log below /-/test/, for programs on this machine; runs one process.',
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
    'OpenTelemetry collector that receives a trace of each request, as OTLP over HTTP; by default there are no traces.',
  ),
  metricsToken: option(
    'BINDERY_METRICS_TOKEN',
    undefined,
    text('TOKEN'),
    undefined,
    'Bearer token for reading /-/metrics from other machines; without it, only this machine can.',
  ),
  metricsBuckets: option(
    'BINDERY_METRICS_BUCKETS',
    '--metrics-buckets',
    integer('COUNT', 0, 1_000),
    '0',
    'Number of buckets that have metrics of their own, by name: those that hold the most bytes.',
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
    'Access key ID for the bucket in --blobs.',
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
    'Master keys, 32 bytes each in base64, separated by commas. The first encrypts new data; the others, and those in the file of the data folder, only decrypt. With them, no file is created.',
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
  'notices',
  'metricsToken',
  'auditWebhookSecret',
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
