/** The strings of AWS's Signature Version 2, as S3 has it. */
import { byteString, percentDecode } from '@bindery/bytes'
import type { Query } from '../query.js'
import { headerLines, type Signable } from '../signature/signable.js'
import { splitTarget } from '../target.js'

/** The query keys that are signed: all that any client signs. */
const SUBRESOURCES: ReadonlySet<string> = new Set([
  ...[
    'accelerate',
    'acl',
    'analytics',
    'cors',
    'delete',
    'encryption',
    'inventory',
    'legal-hold',
    'lifecycle',
    'location',
  ],
  ...['logging', 'metrics', 'notification', 'object-lock', 'ownershipControls', 'partNumber', 'policy', 'policyStatus'],
  ...['publicAccessBlock', 'replication', 'requestPayment', 'restore', 'retention', 'select', 'select-type', 'tagging'],
  ...['torrent', 'uploadId', 'uploads', 'versionId', 'versioning', 'versions', 'website'],
  ...['response-cache-control', 'response-content-disposition', 'response-content-encoding'],
  ...['response-content-language', 'response-content-type', 'response-expires'],
])

/** Keys that name other operations and that clients leave out. The sender of a header may add them, the bearer of a URL may not. */
const SIGNED_IN_URLS: ReadonlySet<string> = new Set(['attributes', 'intelligent-tiering', 'regionList', 'symlink'])

/** A request with its target as it was sent. */
export interface SigV2Request extends Signable {
  readonly target?: string | undefined
}

/**
 * The strings that a signer may have signed, the usual one first, as byte strings. `end`: that of a URL. Clients differ in
 * subresources with an empty value, and in the slash after a bucket. A URL may carry in its query what its signer had in headers.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 */
export function* sigV2StringsToSign(request: SigV2Request, end: string | undefined): Generator<string, void> {
  const headers = { ...headersInQuery(request.query), ...request.headers }
  const dateLine = end ?? (headers['x-amz-date'] === undefined ? (headers.date ?? '') : '')
  const lines = [request.method, headers['content-md5'] ?? '', headers['content-type'] ?? '', dateLine]
  const before = `${lines.join('\n')}\n${headerLines(headers, (name) => name.startsWith('x-amz-'))}`
  const signed = request.query.parameters.filter(
    ({ name }) => SUBRESOURCES.has(name) || (end !== undefined && SIGNED_IN_URLS.has(name)),
  )
  for (const path of resources(request)) {
    yield before + path + subresources(signed, false)
    if (signed.some(({ value }) => value === '')) yield before + path + subresources(signed, true)
  }
}

/** The resource, and that of a bucket with a slash, which botocore signs and does not send. */
function resources(request: SigV2Request): readonly string[] {
  const path = resource(request)
  const isBucket = request.bucket !== undefined && request.key === undefined
  return isBucket && !path.endsWith('/') ? [path, `${path}/`] : [path]
}

/** The path as it is on the wire, after the bucket of the host. */
function resource({ target = '', bucket, key }: SigV2Request): string {
  const { path } = splitTarget(target)
  const named = bucket === undefined ? '' : `/${bucket}`
  const decoded = percentDecode(path)
  const isInPath = decoded === named || decoded === `${named}/${key ?? ''}`
  return isInPath ? path : `${named}${path}`
}

function subresources(signed: Query['parameters'], equalsSign: boolean): string {
  const pairs = signed
    .map(({ name, value = '' }) => ({ name: byteString(name), value: byteString(value) }))
    .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0))
    .map(({ name, value }) => (value === '' && !equalsSign ? name : `${name}=${value}`))
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function headersInQuery({ parameters }: Query): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { name, value = '' } of parameters) {
    if (name.startsWith('x-amz-') || name === 'content-type' || name === 'content-md5') found[name] = byteString(value)
  }
  return found
}
