/** OSS's multipart operations, one function per operation. */
import { percentDecode, percentEncode, utf8Bytes } from '@bindery/bytes'
import type { Body } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { ObjectOptions } from '../types/object-options.js'
import type { Call } from './call.js'
import { bareEtag, completionHeaders, objectHeaders } from './object-headers.js'
import type { Answer, Requester } from './requester.js'
import { all, type Element, escapeXml, parseXml, textOf } from './xml.js'

/** An upload, by what names it. */
export interface UploadName {
  readonly bucket: string
  readonly key: string
  readonly uploadId: string
}

/** The signal, retry policy and callbacks of one request. */
export type RequestHooks = Pick<Call, 'signal' | 'retry' | 'onRetry' | 'onOffline' | 'onSent' | 'lends'>

/** A part as ListParts returns it; its ETag is without quotes. */
export interface StoredPart {
  readonly partNumber: number
  /** Bytes. */
  readonly size: number
  readonly etag: string
  /** Decimal; absent from servers that do not report it. */
  readonly crc64?: string
  readonly lastModified: Date
}

/** An unfinished upload as ListMultipartUploads returns it. */
export interface ListedUpload {
  readonly key: string
  readonly uploadId: string
  readonly initiated: Date
  readonly storageClass?: string
}

/**
 * Sends InitiateMultipartUpload and resolves to the upload id. The ACL of the object is not sent: OSS applies it on
 * completion. Throws OssError, also for a response without an upload id.
 */
export async function initiate(
  requester: Requester,
  target: {
    readonly bucket: string
    readonly key: string
    readonly options: ObjectOptions
    readonly sequential?: boolean | undefined
  },
  hooks: RequestHooks = {},
): Promise<string> {
  const { bucket, key, options, sequential } = target
  const { callback: _callback, ...stored } = options
  const { 'x-oss-object-acl': _acl, ...headers } = objectHeaders(stored)
  const query = { uploads: '', ...(sequential ? { sequential: '' } : {}) }
  const call: Call = { op: 'InitiateMultipartUpload', method: 'POST', bucket, key, query, headers }
  const { text } = await requester.sendForText({ ...call, ...hooks })
  const uploadId = textOf(parseXml(text), 'UploadId')
  if (uploadId === undefined || uploadId === '') throw unexpected('InitiateMultipartUpload', 'no upload id')
  return uploadId
}

/** The body of a request, `size` bytes, and headers of its own. */
export interface Content {
  readonly body: () => Body | Promise<Body>
  readonly size: number
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Stores a part. Throws OssError, also where a page may not read its ETag. */
export async function uploadPart(
  requester: Requester,
  name: UploadName & { readonly partNumber: number },
  content: Content,
  hooks: RequestHooks = {},
): Promise<{ readonly etag: string; readonly crc64: string | undefined }> {
  const { bucket, key, uploadId, partNumber } = name
  const { response } = await requester.send({
    op: 'UploadPart',
    method: 'PUT',
    bucket,
    key,
    query: { partNumber: String(partNumber), uploadId },
    headers: { ...content.headers, 'content-length': String(content.size) },
    body: content.body,
    bodyLength: content.size,
    ...hooks,
  })
  await drain(response.body)
  const etag = bareEtag(response.header('etag'))
  if (etag === '') throw noEtag()
  return { etag, crc64: response.header('x-oss-hash-crc64ecma') }
}

/** Copies bytes `[start, end)` of another object, or all of it. */
export async function uploadPartCopy(
  requester: Requester,
  name: UploadName & { readonly partNumber: number },
  from: {
    readonly bucket: string
    readonly key: string
    readonly versionId?: string | undefined
    readonly range?: { readonly start: number; readonly end: number } | undefined
    readonly ifMatch?: string | undefined
  },
  hooks: RequestHooks = {},
): Promise<{ readonly etag: string; readonly lastModified: Date }> {
  const { bucket, key, uploadId, partNumber } = name
  const headers = {
    'x-oss-copy-source': copySource(from),
    ...(from.range === undefined
      ? {}
      : { 'x-oss-copy-source-range': `bytes=${from.range.start}-${from.range.end - 1}` }),
    ...(from.ifMatch === undefined ? {} : { 'x-oss-copy-source-if-match': `"${from.ifMatch}"` }),
  }
  const query = { partNumber: String(partNumber), uploadId }
  const { text } = await requester.sendForText({
    op: 'UploadPartCopy',
    method: 'PUT',
    bucket,
    key,
    query,
    headers,
    ...hooks,
  })
  const root = parseXml(text)
  return { etag: bareEtag(textOf(root, 'ETag')), lastModified: new Date(textOf(root, 'LastModified') ?? 0) }
}

/** The stored parts of an upload, by number. */
export async function* listParts(
  requester: Requester,
  { bucket, key, uploadId, pageSize = 1000 }: UploadName & { readonly pageSize?: number | undefined },
  hooks: RequestHooks = {},
): AsyncGenerator<StoredPart> {
  for (let marker = '0'; ; ) {
    const query = { uploadId, 'part-number-marker': marker, 'max-parts': String(pageSize) }
    const { text } = await requester.sendForText({ op: 'ListParts', method: 'GET', bucket, key, query, ...hooks })
    const root = parseXml(text)
    for (const part of all(root, 'Part')) yield storedPart(part)
    const next = textOf(root, 'NextPartNumberMarker')
    if (textOf(root, 'IsTruncated') !== 'true' || next === undefined || next === marker) return
    marker = next
  }
}

/**
 * Lists the unfinished uploads of keys with a prefix, in the order of keys and of upload ids, page by page while they
 * are consumed. Throws OssError.
 */
export async function* listUploads(
  requester: Requester,
  options: {
    readonly bucket: string
    readonly prefix?: string | undefined
    readonly delimiter?: string | undefined
    readonly pageSize?: number | undefined
  },
  hooks: RequestHooks = {},
): AsyncGenerator<ListedUpload> {
  const { bucket, prefix = '', delimiter, pageSize = 1000 } = options
  const grouping = delimiter === undefined ? {} : { delimiter }
  let markers: Record<string, string> = {}
  for (;;) {
    const query = {
      uploads: '',
      prefix,
      'max-uploads': String(pageSize),
      'encoding-type': 'url',
      ...grouping,
      ...markers,
    }
    const { text } = await requester.sendForText({ op: 'ListMultipartUploads', method: 'GET', bucket, query, ...hooks })
    const root = parseXml(text)
    for (const upload of all(root, 'Upload')) {
      const storageClass = textOf(upload, 'StorageClass')
      yield {
        key: decoded(textOf(upload, 'Key')),
        uploadId: textOf(upload, 'UploadId') ?? '',
        initiated: new Date(textOf(upload, 'Initiated') ?? 0),
        ...(storageClass === undefined ? {} : { storageClass }),
      }
    }
    if (textOf(root, 'IsTruncated') !== 'true') return
    markers = {
      'key-marker': decoded(textOf(root, 'NextKeyMarker')),
      'upload-id-marker': textOf(root, 'NextUploadIdMarker') ?? '',
    }
  }
}

/** The object that a CompleteMultipartUpload made; its ETag is without quotes, its CRC-64 decimal. */
export interface Completed {
  readonly etag: string
  readonly crc64: string | undefined
  readonly versionId: string | undefined
  readonly requestId: string | undefined
  /** The application's answer to a callback. */
  readonly callbackAnswer?: string
}

/** Sends one CompleteMultipartUpload; `Transfer` repeats and verifies it where its answer is lost. */
export async function complete(
  requester: Requester,
  { bucket, key, uploadId }: UploadName,
  parts: readonly { readonly partNumber: number; readonly etag: string }[] | 'all',
  options: ObjectOptions,
  hooks: RequestHooks = {},
): Promise<Completed> {
  const document = parts === 'all' ? undefined : utf8Bytes(partList(parts))
  const { response, requestId, text } = await requester.sendForText({
    op: 'CompleteMultipartUpload',
    method: 'POST',
    bucket,
    key,
    query: { uploadId },
    headers: {
      ...completionHeaders(options),
      ...(document === undefined ? { 'x-oss-complete-all': 'yes' } : { 'content-type': 'application/xml' }),
    },
    bodyLength: document?.length ?? 0,
    ...(document === undefined ? {} : { body: () => document }),
    ...hooks,
  })
  const outcome = {
    crc64: response.header('x-oss-hash-crc64ecma'),
    versionId: response.header('x-oss-version-id'),
    requestId,
  }
  const isDocument = text.trimStart().startsWith('<')
  if (!isDocument) return { ...outcome, etag: bareEtag(response.header('etag')), callbackAnswer: text }
  const root = parseXml(text.trimStart())
  if (root.name === 'Error') throw errorDocument(root, requestId)
  return { ...outcome, crc64: outcome.crc64 ?? textOf(root, 'HashCrc64ecma'), etag: bareEtag(textOf(root, 'ETag')) }
}

/** An upload that is not there counts as aborted. */
export async function abort(
  requester: Requester,
  { bucket, key, uploadId }: UploadName,
  hooks: RequestHooks = {},
): Promise<void> {
  try {
    const query = { uploadId }
    const { response } = await requester.send({
      op: 'AbortMultipartUpload',
      method: 'DELETE',
      bucket,
      key,
      query,
      ...hooks,
    })
    await drain(response.body)
  } catch (error) {
    if (!(error instanceof OssError) || error.code !== 'NoSuchUpload') throw error
  }
}

/** `/bucket/key?versionId=…`, as a copy names its source. */
export function copySource(from: {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string | undefined
}): string {
  const version = from.versionId === undefined ? '' : `?versionId=${percentEncode(from.versionId)}`
  return `/${from.bucket}/${percentEncode(from.key, { keepSlash: true })}${version}`
}

/** An error with the status 200: the response began before its outcome was known. */
function errorDocument(root: Element, requestId: string | undefined): OssError {
  const code = textOf(root, 'Code') ?? 'InternalError'
  return new OssError({ code, status: 200, message: textOf(root, 'Message') ?? code, requestId, retryable: true })
}

/**
 * Reads a body to its end and drops it, so that its connection is free for the next request. Throws what the body
 * throws.
 */
export async function drain(body: Answer['response']['body']): Promise<void> {
  for await (const _ of body) {
    // an answer that is read to its end leaves its connection for the next request
  }
}

function storedPart(part: Element): StoredPart {
  const crc64 = textOf(part, 'HashCrc64ecma')
  return {
    partNumber: Number(textOf(part, 'PartNumber')),
    size: Number(textOf(part, 'Size')),
    etag: bareEtag(textOf(part, 'ETag')),
    lastModified: new Date(textOf(part, 'LastModified') ?? 0),
    ...(crc64 === undefined ? {} : { crc64 }),
  }
}

function partList(parts: readonly { readonly partNumber: number; readonly etag: string }[]): string {
  const items = parts.map(
    ({ partNumber, etag }) => `<Part><PartNumber>${partNumber}</PartNumber><ETag>"${escapeXml(etag)}"</ETag></Part>`,
  )
  return `<CompleteMultipartUpload>${items.join('')}</CompleteMultipartUpload>`
}

/** Listings request percent-encoded names, since XML cannot hold every character. */
export function decoded(name: string | undefined): string {
  return percentDecode((name ?? '').replaceAll('+', '%20')) ?? name ?? ''
}

function noEtag(): OssError {
  return new OssError({
    code: CLIENT_CODES.invalidOption,
    message: 'The server answered a part without an ETag that this page may read.',
    hint: 'Expose ETag and x-oss-hash-crc64ecma in the CORS rules of the bucket.',
  })
}

function unexpected(op: string, what: string): OssError {
  return new OssError({
    code: 'UnexpectedAnswer',
    message: `${op} was answered with ${what}.`,
    hint: 'Check that the endpoint is an OSS server.',
  })
}
