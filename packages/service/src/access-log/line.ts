/** The lines of a bucket's access log, in OSS's format. */
import { percentEncode } from '@bindery/bytes'

/** Facts about a request for its line; what is undefined does not apply to it. */
export interface LoggedRequest {
  readonly remoteAddress: string
  /** Milliseconds since 1970: when its head arrived. */
  readonly receivedAt: number
  /** As sent: method, target and version of HTTP. */
  readonly requestLine: string
  readonly status: number
  /** Bytes of the answer's body. */
  readonly sentBytes: number
  /** Milliseconds from its head to the last byte of its answer, and of them those of the service. */
  readonly milliseconds: number
  readonly serviceMilliseconds: number
  /** Headers of the request, as byte strings. */
  readonly referer?: string | undefined
  readonly userAgent?: string | undefined
  readonly host: string
  readonly requestId: string
  /** The id of the requesting account, user or role. */
  readonly requesterId?: string | undefined
  readonly accessKeyId?: string | undefined
  /** As OSS names it in logs. */
  readonly operation: string
  readonly bucket: string
  /** The account that owns the bucket. */
  readonly owner: string
  readonly key?: string | undefined
  /** Bytes of the object. */
  readonly objectSize?: number | undefined
  readonly errorCode?: string | undefined
  /** Bytes of head and body. */
  readonly requestBytes: number
  /** Bytes that a write added to the bucket, without what it replaced. */
  readonly addedBytes?: number | undefined
  /** `lifecycle` for what a rule did. */
  readonly syncRequest?: 'lifecycle' | undefined
  readonly storageClass?: string | undefined
  readonly targetStorageClass?: string | undefined
  /** As in a V4 scope. */
  readonly region: string
}

/** One line, which ends with a line feed: 29 fields with a space between them. */
export function logLine(request: LoggedRequest): string {
  const { bucket, owner, region, key } = request
  const fields = [
    request.remoteAddress || '-',
    '-',
    '-',
    logTime(request.receivedAt),
    quoted(request.requestLine),
    request.status,
    request.sentBytes,
    Math.round(request.milliseconds),
    quoted(request.referer),
    quoted(request.userAgent),
    quoted(request.host),
    quoted(request.requestId),
    quoted('true'),
    quoted(request.requesterId),
    quoted(request.operation),
    quoted(bucket),
    quoted(key === undefined ? undefined : percentEncode(key, { keepSlash: true })),
    request.objectSize ?? '-',
    Math.min(Math.round(request.serviceMilliseconds), Math.round(request.milliseconds)),
    quoted(request.errorCode),
    request.requestBytes,
    quoted(owner),
    request.addedBytes ?? '-',
    quoted(request.syncRequest),
    quoted(request.storageClass?.toLowerCase()),
    quoted(request.targetStorageClass?.toLowerCase()),
    quoted(undefined),
    quoted(request.accessKeyId),
    quoted(`acs:oss:${region}:${owner}:${bucket}`),
  ]
  return `${fields.join(' ')}\n`
}

/** In quotes, which the text itself cannot hold: a client must not be able to write another field or line. */
function quoted(text: string | undefined): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: headers may hold control characters
  return `"${(text || '-').replaceAll('"', '%22').replace(/[\u0000-\u001f\u007f]/g, '')}"`
}

/** The zone of lines and of the names of log objects: UTC+8, as OSS has them. */
const ZONE_MS = 8 * 3_600_000
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (number: number): string => String(number).padStart(2, '0')

function logTime(milliseconds: number): string {
  const time = new Date(milliseconds + ZONE_MS)
  const date = `${two(time.getUTCDate())}/${MONTHS[time.getUTCMonth()]}/${time.getUTCFullYear()}`
  return `[${date}:${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} +0800]`
}

/** The name of the object that holds the lines of an hour, counted from 1970. */
export function logObjectKey(prefix: string, bucket: string, hour: number, unique: string): string {
  const [date = '', time = ''] = new Date(hour * 3_600_000 + ZONE_MS).toISOString().split('T')
  return `${prefix}${bucket}${date}-${time.slice(0, 2)}-00-00-${unique}`
}

/** Names of operations in logs, where they differ from those of the API. */
const NAMES: Readonly<Record<string, string>> = {
  ListBuckets: 'GetService',
  ListObjects: 'GetBucket',
  ListObjectsV2: 'GetBucket',
  DeleteMultipleObjects: 'DeleteObjects',
  CompleteMultipartUpload: 'CompleteUploadPart',
  AbortMultipartUpload: 'AbortMultiPartUpload',
  ListMultipartUploads: 'ListMultiPartUploads',
  GetBucketLogging: 'GetBucketLog',
  PutBucketLogging: 'PutBucketLog',
  DeleteBucketLogging: 'DeleteBucketLog',
  GetBucketWebsite: 'GetBucketWebSite',
  PutBucketWebsite: 'PutBucketWebSite',
  DeleteBucketWebsite: 'DeleteBucketWebSite',
  PutSymlink: 'PutObjectSymlink',
  GetSymlink: 'GetObjectSymlink',
  PutStyle: 'put_style',
  GetStyle: 'get_style',
  ListStyle: 'list_style',
}

/** An operation as logs name it. */
export function loggedName(operation: string | undefined): string {
  return operation === undefined ? '-' : (NAMES[operation] ?? operation)
}
