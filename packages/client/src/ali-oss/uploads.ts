/** The methods of ali-oss on multipart uploads. */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { crc64 } from '../crc64.js'
import { fileSource } from '../node/index.js'
import type { ObjectOptions } from '../types/object-options.js'
import type { UploadSource, UploadTask } from '../types/upload.js'
import { decoded } from '../wire/multipart.js'
import { all, escapeXml, textOf } from '../wire/xml.js'
import { cancelled } from './failure.js'
import { ObjectMethods, texts } from './objects.js'
import { asAliOssError, documentOf, lowerCase, nameOf, uploadHeaders } from './requests.js'
import type { AliOssCheckpoint, AliOssFile, AliOssMultipart, AliOssRequest, AliOssUpload } from './types.js'

const MIB = 1024 * 1024
const PARTS_MAX = 10_000
const PART_BYTES_MIN = 100 * 1024

/** The methods on multipart uploads, and `cancel`. */
export class UploadMethods extends ObjectMethods {
  readonly #running = new Set<UploadTask>()
  #isCancelled = false

  /**
   * Uploads a file, buffer or blob: in one request below one part, else in parts, each of which is repeated by itself. The checkpoint
   * that `progress` gets continues an upload; its parts are compared with the file by CRC-64.
   */
  async multipartUpload(name: string, file: AliOssFile, options: AliOssMultipart = {}) {
    const { checkpoint, progress, partSize: wished } = options
    this.#isCancelled = false
    checkPartSize(wished)
    if (file instanceof Readable)
      throw new Error('multipartUpload takes a path, a buffer or a blob; use putStream for streams')
    const source = checkpoint?.file ?? file
    const fileSize = await sizeOf(source)
    const partSize = checkpoint?.partSize ?? partSizeOf(fileSize, wished)
    if (checkpoint === undefined && fileSize < partSize) {
      const stored = await this.put(name, source, options)
      await progress?.(1, undefined, stored.res)
      return { ...stored, bucket: this.bucket, etag: stored.res.headers.etag ?? '' }
    }
    return this.#inParts(nameOf(checkpoint?.name ?? name), { source, fileSize, partSize }, options)
  }

  /** Ends the running `multipartUpload` calls of this client; they throw `cancel`. What was stored stays. */
  cancel(): void {
    this.#isCancelled = true
    for (const task of this.#running) void task.abort({ keepParts: true })
  }

  isCancel(): boolean {
    return this.#isCancelled
  }

  /** Ends the running `multipartUpload` of that id alone, and deletes its parts. */
  async abortMultipartUpload(name: string, uploadId: string, options: AliOssRequest = {}) {
    for (const task of this.#running) if (task.uploadId === uploadId) await task.abort({ keepParts: true })
    const { res } = await this.send({ method: 'DELETE', key: name, query: { uploadId } }, options)
    return { res }
  }

  async initMultipartUpload(name: string, options: AliOssUpload = {}) {
    const { 'x-oss-callback': _, 'x-oss-callback-var': __, ...headers } = uploadHeaders(name, options)
    const answer = await this.send({ method: 'POST', key: name, query: { uploads: '' }, headers }, options)
    const root = documentOf(answer)
    const uploadId = textOf(root, 'UploadId') ?? ''
    return { res: answer.res, bucket: textOf(root, 'Bucket') ?? '', name: nameOf(name), uploadId }
  }

  /** Sends the bytes `[start, end)` of a file or buffer as a part. */
  async uploadPart(
    name: string,
    uploadId: string,
    partNo: number,
    file: AliOssFile,
    start: number,
    end: number,
    options: AliOssRequest = {},
  ) {
    const bytes = await rangeOf(file, start, end)
    const headers = { 'content-length': String(bytes.length) }
    const query = { partNumber: String(partNo), uploadId }
    const { res } = await this.send(
      { method: 'PUT', key: name, query, headers, body: () => bytes, bodyLength: bytes.length },
      options,
    )
    return { name: nameOf(name), etag: res.headers.etag ?? '', res }
  }

  async completeMultipartUpload(
    name: string,
    uploadId: string,
    parts: readonly { readonly number: number; readonly etag: string }[],
    options: AliOssUpload = {},
  ) {
    const listed = [...parts].sort((one, other) => one.number - other.number)
    const items = listed.map(
      ({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
    )
    const document = Buffer.from(`<CompleteMultipartUpload>${items.join('')}</CompleteMultipartUpload>`)
    const headers = { ...this.callbackHeadersOf(options), 'content-type': 'application/xml' }
    const content = { headers, body: () => document, bodyLength: document.length }
    const { subres } = options
    const answer = await this.send(
      { method: 'POST', key: name, query: { uploadId }, ...content },
      subres === undefined ? {} : { subres },
    )
    const etag = answer.res.headers.etag ?? ''
    const done = { res: answer.res, bucket: this.bucket, name: nameOf(name), etag }
    return options.callback === undefined ? done : { ...done, data: JSON.parse(answer.text) as unknown }
  }

  async listParts(
    name: string,
    uploadId: string,
    query: Readonly<Record<string, string | number>> = {},
    options: AliOssRequest = {},
  ) {
    const answer = await this.send({ method: 'GET', key: name, query: { ...texts(query), uploadId } }, options)
    const root = documentOf(answer)
    const parts = all(root, 'Part').map((part) => ({
      PartNumber: textOf(part, 'PartNumber'),
      LastModified: textOf(part, 'LastModified'),
      ETag: textOf(part, 'ETag'),
      Size: textOf(part, 'Size'),
    }))
    return {
      ...{ res: answer.res, uploadId, bucket: textOf(root, 'Bucket'), name: textOf(root, 'Key'), parts },
      partNumberMarker: textOf(root, 'PartNumberMarker'),
      nextPartNumberMarker: textOf(root, 'NextPartNumberMarker'),
      maxParts: textOf(root, 'MaxParts'),
      isTruncated: textOf(root, 'IsTruncated'),
    }
  }

  async listUploads(query: Readonly<Record<string, string | number>> = {}, options: AliOssRequest = {}) {
    const sent = { ...texts(query), uploads: '', 'encoding-type': 'url' }
    const answer = await this.send({ method: 'GET', query: sent }, options)
    const root = documentOf(answer)
    const uploads = all(root, 'Upload').map((one) => ({
      name: decoded(textOf(one, 'Key')),
      uploadId: textOf(one, 'UploadId'),
      initiated: textOf(one, 'Initiated'),
    }))
    return {
      ...{ res: answer.res, uploads, bucket: textOf(root, 'Bucket') },
      nextKeyMarker: decoded(textOf(root, 'NextKeyMarker')),
      nextUploadIdMarker: textOf(root, 'NextUploadIdMarker'),
      isTruncated: textOf(root, 'IsTruncated') === 'true',
    }
  }

  async #inParts(
    name: string,
    {
      source,
      fileSize,
      partSize,
    }: { readonly source: AliOssFile; readonly fileSize: number; readonly partSize: number },
    options: AliOssMultipart,
  ) {
    const { parallel = 5, checkpoint, progress } = options
    const begun = checkpoint ?? (await this.initMultipartUpload(name, options))
    const { uploadId } = begun
    const first: AliOssCheckpoint = {
      file: source,
      name,
      fileSize,
      partSize,
      uploadId,
      doneParts: checkpoint?.doneParts ?? [],
    }
    if (checkpoint === undefined && 'res' in begun) await progress?.(0, first, begun.res)
    const task = this.client.upload(sourceOf(source), {
      ...{ bucket: this.bucket, key: name, multipartThreshold: 1, partSize, parallel, resume: { uploadId } },
      ...storedOptions(options),
      checkpoints: false,
    })
    this.#running.add(task)
    const total = Math.ceil(fileSize / partSize)
    task.on('part', ({ state }) => {
      if (state !== 'done') return
      const doneParts = (task.checkpoint?.parts ?? []).map(({ partNumber, etag }) => ({
        number: partNumber,
        etag: `"${etag}"`,
      }))
      void progress?.(doneParts.length / (total + 1), { ...first, doneParts })
    })
    try {
      const { etag, requestId = '' } = await task.result
      const headers = { etag: `"${etag}"`, 'x-oss-request-id': requestId }
      const res = { status: 200, statusCode: 200, headers, requestUrls: [this.url(name)], rt: 0, size: 0 }
      await progress?.(1, undefined, res)
      return { res, bucket: this.bucket, name, etag: headers.etag }
    } catch (error) {
      throw this.#isCancelled ? cancelled() : asAliOssError(error)
    } finally {
      this.#running.delete(task)
    }
  }
}

/** Headers that belong to the completion of an upload. */
function storedOptions({ headers = {} }: AliOssUpload): ObjectOptions {
  const { 'x-oss-forbid-overwrite': forbid, 'x-oss-object-acl': acl } = lowerCase(headers)
  const more = acl === undefined ? {} : { acl: acl as ObjectOptions['acl'] & string }
  return { ...more, ...(forbid === undefined ? {} : { forbidOverwrite: forbid === 'true' }) }
}

function checkPartSize(partSize: number | undefined): void {
  if (partSize === undefined) return
  if (!Number.isInteger(partSize)) throw new Error('partSize must be int number')
  if (partSize < PART_BYTES_MIN) throw new Error(`partSize must not be smaller than ${PART_BYTES_MIN}`)
}

/** At least 1 MiB, and large enough for 10,000 parts. */
function partSizeOf(fileSize: number, wished = MIB): number {
  return Math.max(wished, Math.ceil(fileSize / PARTS_MAX))
}

function sourceOf(file: AliOssFile): UploadSource {
  return typeof file === 'string' ? { path: file } : (file as UploadSource)
}

async function sizeOf(file: AliOssFile): Promise<number> {
  if (typeof file !== 'string') return file instanceof Blob ? file.size : (file as Uint8Array).length
  const source = await fileSource(file, crc64)
  await source.close?.()
  return source.size
}

async function rangeOf(file: AliOssFile, start: number, end: number): Promise<Uint8Array> {
  if (file instanceof Uint8Array) return file.subarray(start, end)
  if (file instanceof Blob) return new Uint8Array(await file.slice(start, end).arrayBuffer())
  if (typeof file !== 'string') return buffer(file)
  const source = await fileSource(file, crc64)
  try {
    return await buffer(source.read(start, end) as AsyncIterable<Uint8Array>)
  } finally {
    await source.close?.()
  }
}
