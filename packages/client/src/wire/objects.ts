/** OSS's operations on whole objects, one function per operation. */
import { base64, Md5, utf8Bytes } from '@bindery/bytes'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { DeleteResult, ListedObject, ListOptions, ObjectInfo } from '../types/object.js'
import type { ObjectOptions } from '../types/object-options.js'
import { readText } from './failure.js'
import { type Completed, type Content, copySource, decoded, drain, type RequestHooks } from './multipart.js'
import { bareEtag, objectHeaders, objectInfo } from './object-headers.js'
import type { Answer, Requester } from './requester.js'
import { all, escapeXml, parseXml, textOf } from './xml.js'

/** An object, or one version of it. */
export interface ObjectTarget {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string | undefined
}

/** Stores an object. */
export async function putObject(
  requester: Requester,
  { bucket, key }: ObjectTarget,
  content: Content,
  options: ObjectOptions,
  hooks: RequestHooks = {},
): Promise<Completed & { readonly attempts: number }> {
  const { response, requestId, attempts } = await requester.send({
    op: 'PutObject',
    method: 'PUT',
    bucket,
    key,
    headers: { ...objectHeaders(options), ...content.headers, 'content-length': String(content.size) },
    body: content.body,
    bodyLength: content.size,
    ...hooks,
  })
  const answer = await readText(response.body)
  return {
    ...(answer === '' ? {} : { callbackAnswer: answer }),
    etag: bareEtag(response.header('etag')),
    crc64: response.header('x-oss-hash-crc64ecma'),
    versionId: response.header('x-oss-version-id'),
    requestId,
    attempts,
  }
}

/** The description of an object, or of one of its versions, by HeadObject. Throws OssError NoSuchKey. */
export async function headObject(
  requester: Requester,
  { bucket, key, versionId }: ObjectTarget,
  hooks: RequestHooks = {},
): Promise<ObjectInfo> {
  const query = versionQuery(versionId)
  const { response } = await requester.send({ op: 'HeadObject', method: 'HEAD', bucket, key, query, ...hooks })
  await drain(response.body)
  return objectInfo(bucket, key, response)
}

/** The object's bytes `[start, end)`; the caller reads the body. */
export function getObject(
  requester: Requester,
  { bucket, key, versionId }: ObjectTarget,
  conditions: {
    readonly range?: { readonly start: number; readonly end?: number | undefined } | undefined
    readonly ifMatch?: string | undefined
  },
  hooks: RequestHooks = {},
): Promise<Answer> {
  const { range, ifMatch } = conditions
  const last = range?.end === undefined ? '' : range.end - 1
  const headers = {
    // without this header OSS responds to an unsatisfiable range with the whole object
    ...(range === undefined ? {} : { range: `bytes=${range.start}-${last}`, 'x-oss-range-behavior': 'standard' }),
    ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
  }
  const query = versionQuery(versionId)
  return requester.send({ op: 'GetObject', method: 'GET', bucket, key, query, headers, ...hooks })
}

/** Copies an object in one request. */
export async function copyObject(
  requester: Requester,
  from: ObjectTarget & { readonly ifMatch?: string },
  to: ObjectTarget,
  options: ObjectOptions & { readonly metadata?: 'copy' | 'replace'; readonly tagging?: 'copy' | 'replace' },
  hooks: RequestHooks = {},
): Promise<{ readonly etag: string; readonly versionId: string | undefined; readonly requestId: string | undefined }> {
  const { metadata = 'copy', tagging, ...stored } = options
  // without this header OSS keeps the source's tags, whatever others are sent
  const directive = tagging ?? (stored.tags === undefined ? undefined : 'replace')
  const headers = {
    ...objectHeaders(stored),
    'x-oss-copy-source': copySource(from),
    'x-oss-metadata-directive': metadata.toUpperCase(),
    ...(directive === undefined ? {} : { 'x-oss-tagging-directive': directive.toUpperCase() }),
    ...(from.ifMatch === undefined ? {} : { 'x-oss-copy-source-if-match': `"${from.ifMatch}"` }),
  }
  const { bucket, key } = to
  const { text, response, requestId } = await requester.sendForText({
    op: 'CopyObject',
    method: 'PUT',
    bucket,
    key,
    headers,
    ...hooks,
  })
  const etag = bareEtag(textOf(parseXml(text), 'ETag'))
  return { etag, versionId: response.header('x-oss-version-id'), requestId }
}

/** The tags of an object, or of one of its versions. */
export async function getObjectTagging(
  requester: Requester,
  { bucket, key, versionId }: ObjectTarget,
  hooks: RequestHooks = {},
): Promise<Record<string, string>> {
  const query = { tagging: '', ...versionQuery(versionId) }
  const { text } = await requester.sendForText({ op: 'GetObjectTagging', method: 'GET', bucket, key, query, ...hooks })
  const set = all(parseXml(text), 'TagSet')[0]
  const tags = set === undefined ? [] : all(set, 'Tag')
  return Object.fromEntries(tags.map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? '']))
}

/**
 * Lists objects in the order of their keys by ListObjectsV2, page by page while they are consumed. With a delimiter
 * the common prefixes of each page follow its objects. Throws OssError.
 */
export async function* listObjects(
  requester: Requester,
  { bucket, prefix = '', delimiter, startAfter, pageSize = 1000, signal }: ListOptions & { readonly bucket: string },
): AsyncGenerator<ListedObject> {
  let position: Record<string, string> = startAfter === undefined ? {} : { 'start-after': startAfter }
  for (;;) {
    const query = {
      'list-type': '2',
      prefix,
      'max-keys': String(pageSize),
      'encoding-type': 'url',
      ...(delimiter === undefined ? {} : { delimiter }),
      ...position,
    }
    const { text } = await requester.sendForText({ op: 'ListObjectsV2', method: 'GET', bucket, query, signal })
    const root = parseXml(text)
    for (const object of all(root, 'Contents')) {
      yield {
        kind: 'object',
        key: decoded(textOf(object, 'Key')),
        size: Number(textOf(object, 'Size')),
        etag: bareEtag(textOf(object, 'ETag')),
        lastModified: new Date(textOf(object, 'LastModified') ?? 0),
        storageClass: textOf(object, 'StorageClass') ?? 'Standard',
        type: textOf(object, 'Type') ?? 'Normal',
      }
    }
    for (const one of all(root, 'CommonPrefixes')) yield { kind: 'prefix', prefix: decoded(textOf(one, 'Prefix')) }
    const token = textOf(root, 'NextContinuationToken')
    if (textOf(root, 'IsTruncated') !== 'true' || token === undefined) return
    position = { 'continuation-token': token }
  }
}

const DELETED_PER_REQUEST = 1_000

/**
 * Deletes objects, 1,000 per request. A key without an object counts as deleted; one that the server does not list as
 * deleted, because a retention policy or a hold keeps it, has failed.
 */
export async function deleteObjects(
  requester: Requester,
  bucket: string,
  keys: readonly string[],
  hooks: RequestHooks = {},
): Promise<DeleteResult> {
  const deleted: string[] = []
  const failed: { key: string; error: OssError }[] = []
  for (let start = 0; start < keys.length; start += DELETED_PER_REQUEST) {
    const some = keys.slice(start, start + DELETED_PER_REQUEST)
    try {
      const kept = await deletePage(requester, bucket, some, hooks)
      deleted.push(...some.filter((key) => !kept.has(key)))
      failed.push(...kept.values())
    } catch (error) {
      if (!(error instanceof OssError)) throw error
      for (const key of some) failed.push({ key, error })
    }
  }
  return { deleted, failed }
}

/** Returns what was kept, by key. */
async function deletePage(
  requester: Requester,
  bucket: string,
  keys: readonly string[],
  hooks: RequestHooks,
): Promise<ReadonlyMap<string, { readonly key: string; readonly error: OssError }>> {
  const [only] = keys
  if (only !== undefined && keys.length === 1) {
    const { response } = await requester.send({ op: 'DeleteObject', method: 'DELETE', bucket, key: only, ...hooks })
    await drain(response.body)
    return new Map()
  }
  const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`)
  const document = utf8Bytes(`<Delete><Quiet>false</Quiet>${objects.join('')}</Delete>`)
  const { text, requestId } = await requester.sendForText({
    op: 'DeleteMultipleObjects',
    method: 'POST',
    bucket,
    query: { delete: '', 'encoding-type': 'url' },
    headers: { 'content-type': 'application/xml', 'content-md5': contentMd5(document) },
    body: () => document,
    bodyLength: document.length,
    ...hooks,
  })
  const result = parseXml(text)
  // S3 writes the names of an answer to DeleteObjects as they are
  const isEncoded = textOf(result, 'EncodingType') === 'url'
  const names = all(result, 'Deleted').map((one) => textOf(one, 'Key') ?? '')
  const deleted = new Set(isEncoded ? names.map(decoded) : names)
  const kept = keys.filter((key) => !deleted.has(key))
  return new Map(kept.map((key) => [key, { key, error: notDeleted(key, requestId) }]))
}

function notDeleted(key: string, requestId: string | undefined): OssError {
  const message = `The server did not delete ${key}.`
  const hint = 'A retention policy or a legal hold may keep it.'
  return new OssError({ code: CLIENT_CODES.notDeleted, status: 409, message, requestId, hint })
}

function versionQuery(versionId: string | undefined): Record<string, string> {
  return versionId === undefined ? {} : { versionId }
}

/** OSS requires it with every list of keys. */
function contentMd5(document: Uint8Array): string {
  const md5 = new Md5()
  md5.update(document)
  return base64(md5.digest())
}
