/** Valid requests, which other modules corrupt. */
import { partList } from '@bindery/service/testing'

/** A request before it is signed. */
export interface Template {
  readonly method: string
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  /** A value of undefined is a key without `=`. */
  readonly query: Readonly<Record<string, string | undefined>>
  /** Names in lower case; values are byte strings. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Existing items that requests may name. */
export interface Inhabited {
  readonly bucket: string
  /** The key of an object. */
  readonly key: string
  /** An open upload to this key, with a part 1 that has this ETag. */
  readonly uploadId: string
  readonly etag: string
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')

const CALLBACK = base64({
  callbackUrl: 'http://127.0.0.1:9/there',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: OSS replaces the variables
  callbackBody: 'bucket=${bucket}&object=${object}&own=${x:own}',
})
const CALLBACK_VARIABLES = base64({ 'x:own': 'value' })

const LIFECYCLE = `<LifecycleConfiguration><Rule><ID>one</ID><Prefix>a/</Prefix><Status>Enabled</Status>
<AbortMultipartUpload><Days>7</Days></AbortMultipartUpload></Rule></LifecycleConfiguration>`

/** At least one request of each kind. */
export function corpusOf({ bucket, key, uploadId, etag }: Inhabited): Template[] {
  const of = (method: string, more: Partial<Omit<Template, 'body'>> & { body?: string } = {}): Template => {
    const { body = '', ...rest } = more
    return { method, bucket, key, query: {}, headers: {}, ...rest, body: Buffer.from(body) }
  }
  const bucketOf = (method: string, query: Template['query'], body = '') => of(method, { key: undefined, query, body })
  const copyHeaders = { 'x-oss-copy-source': `/${bucket}/${key}` }
  return [
    of('PUT', {
      body: 'the bytes of an object',
      headers: {
        'content-type': 'text/plain',
        'x-oss-meta-colour': 'green',
        'x-oss-tagging': 'a=1&b=2',
        'x-oss-storage-class': 'Standard',
        'x-oss-object-acl': 'private',
        'cache-control': 'no-cache',
      },
    }),
    of('PUT', { body: 'x', headers: { 'x-oss-callback': CALLBACK, 'x-oss-callback-var': CALLBACK_VARIABLES } }),
    of('GET', { headers: { range: 'bytes=2-5', 'if-match': `"${etag}"` } }),
    of('GET', { query: { 'response-content-type': 'text/html', 'x-oss-traffic-limit': '819200' } }),
    of('HEAD'),
    of('DELETE', { key: 'another' }),
    of('GET', { query: { acl: undefined } }),
    of('PUT', { query: { acl: undefined }, headers: { 'x-oss-object-acl': 'private' } }),
    of('GET', { query: { objectMeta: undefined } }),
    of('PUT', { headers: { ...copyHeaders, 'x-oss-metadata-directive': 'REPLACE', 'x-oss-meta-a': 'b' } }),
    of('POST', { query: { uploads: undefined, sequential: undefined } }),
    of('POST', {
      query: { uploads: undefined, 'encoding-type': 'url' },
      headers: { 'x-oss-forbid-overwrite': 'true' },
    }),
    of('PUT', { query: { partNumber: '2', uploadId }, body: 'the bytes of a part' }),
    of('PUT', {
      query: { partNumber: '3', uploadId },
      headers: { ...copyHeaders, 'x-oss-copy-source-range': 'bytes=0-9' },
    }),
    of('GET', { query: { uploadId, 'max-parts': '10', 'part-number-marker': '0' } }),
    of('POST', { query: { uploadId }, body: partList([[1, `"${etag}"`]]) }),
    of('POST', { query: { uploadId }, headers: { 'x-oss-complete-all': 'yes' } }),
    of('DELETE', { query: { uploadId } }),
    of('GET', { query: { uploadId, 'x-oss-ext-explain': undefined, 'x-oss-ext-size': '1000' } }),
    bucketOf('GET', { uploads: undefined, prefix: 'a', delimiter: '/', 'max-uploads': '10', 'key-marker': 'a' }),
    bucketOf('GET', { prefix: 'a', delimiter: '/', marker: 'b', 'max-keys': '10', 'encoding-type': 'url' }),
    bucketOf('GET', { 'list-type': '2', 'max-keys': '10', 'start-after': 'a', 'fetch-owner': 'true' }),
    bucketOf('GET', { 'list-type': '2', 'continuation-token': Buffer.from('a').toString('base64') }),
    bucketOf('POST', { delete: undefined }, `<Delete><Quiet>true</Quiet><Object><Key>a&amp;b</Key></Object></Delete>`),
    bucketOf('PUT', { lifecycle: undefined }, LIFECYCLE),
    bucketOf('GET', { lifecycle: undefined }),
    bucketOf('DELETE', { lifecycle: undefined }),
    bucketOf('GET', { bucketInfo: undefined }),
    bucketOf('GET', { stat: undefined }),
    bucketOf('GET', { location: undefined }),
    bucketOf('GET', { acl: undefined }),
    bucketOf('PUT', {}, '<CreateBucketConfiguration><StorageClass>Standard</StorageClass></CreateBucketConfiguration>'),
    of('GET', { bucket: undefined, key: undefined, query: { prefix: 'b', 'max-keys': '5', marker: 'a' } }),
    of('GET', { bucket: undefined, key: undefined, query: { 'x-oss-ext-status': undefined } }),
  ]
}
