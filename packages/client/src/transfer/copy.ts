/** A copy on the server: one request, or parts of a multipart upload for objects that one request may not copy. */
import type { CopyOptions, ObjectInfo } from '../types/object.js'
import type { ObjectOptions } from '../types/object-options.js'
import type { UploadResult } from '../types/upload.js'
import { abort, complete, initiate, uploadPartCopy } from '../wire/multipart.js'
import { copyObject, headObject } from '../wire/objects.js'
import type { Requester } from '../wire/requester.js'
import { objectOptions } from './checkpoint.js'
import { type PlannedPart, partSizeFor, planParts } from './plan.js'
import { runPool } from './pool.js'
import type { Run, Runner } from './task.js'

/** Bytes that OSS copies in one request. */
const SINGLE_COPY_BYTES_MAX = 1024 * 1024 * 1024
/** Bytes per part: a copied part costs a request, whatever its size. */
const PART_BYTES = 256 * 1024 * 1024

interface Place {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string | undefined
}

/**
 * Copies one object. Sources of up to `multipartThreshold` bytes (1 GiB by default) take one request and appear
 * atomically; larger ones are copied in parts that require the source's ETag, so that a source which changes meanwhile
 * fails the copy.
 */
export class CopyRunner implements Runner<UploadResult> {
  readonly #requester: Requester
  readonly #options: CopyOptions
  readonly #from: Place
  readonly #to: Place
  #source: ObjectInfo | undefined
  #uploadId: string | undefined
  #waiting: PlannedPart[] = []
  readonly #etags = new Map<number, string>()
  #startedAt = 0

  constructor(requester: Requester, from: Place, to: Place, options: CopyOptions) {
    this.#requester = requester
    this.#options = options
    this.#from = from
    this.#to = to
  }

  async run(run: Run): Promise<UploadResult | undefined> {
    this.#startedAt ||= Date.now()
    this.#source ??= await headObject(this.#requester, this.#from, run.hooks)
    const { multipartThreshold = SINGLE_COPY_BYTES_MAX } = this.#options
    if (this.#source.size <= multipartThreshold) return this.#copyOnce(run, this.#source)
    return this.#copyParts(run, this.#source)
  }

  async discard(): Promise<void> {
    if (this.#uploadId !== undefined) await abort(this.#requester, { ...this.#to, uploadId: this.#uploadId })
  }

  async close(): Promise<void> {}

  async #copyOnce(run: Run, { size, crc64 }: ObjectInfo): Promise<UploadResult> {
    run.board.reset([{ partNumber: 1, offset: 0, size }], size)
    run.setState('running')
    run.emitPart(run.board.started(1))
    const { metadata = 'copy' } = this.#options
    const stored = await copyObject(
      this.#requester,
      this.#from,
      this.#to,
      { ...objectOptions(this.#options), metadata },
      run.hooks,
    )
    run.emitPart(run.board.done(1, Date.now()))
    return this.#result(run, { ...stored, crc64, size, parts: 1 })
  }

  async #copyParts(run: Run, source: ObjectInfo): Promise<UploadResult | undefined> {
    if (this.#uploadId === undefined) await this.#begin(run, source)
    const uploadId = this.#uploadId ?? ''
    run.setState('running')
    const cut = new AbortController()
    const signal = AbortSignal.any([run.signal, cut.signal])
    await runPool<PlannedPart>({
      parallelism: run.parallelism,
      next: () => this.#waiting.shift(),
      run: (part) => this.#copyPart(run, part, uploadId, source, signal),
      isDraining: run.isDraining,
      onFailure: () => cut.abort(new DOMException('Another part failed.', 'AbortError')),
    })
    if (this.#waiting.length > 0) return undefined
    run.setState('completing')
    const parts = [...this.#etags].sort(([one], [other]) => one - other)
    const list = parts.map(([partNumber, etag]) => ({ partNumber, etag }))
    const stored = await complete(this.#requester, { ...this.#to, uploadId }, list, this.#options, run.hooks)
    return { ...this.#result(run, { ...stored, size: source.size, parts: list.length }), uploadId }
  }

  async #begin(run: Run, source: ObjectInfo): Promise<void> {
    const partSize = partSizeFor(
      source.size,
      this.#options.partSize ?? Math.max(PART_BYTES, Math.ceil(source.size / 10_000)),
    )
    this.#waiting = planParts(source.size, partSize)
    run.board.reset(this.#waiting, source.size)
    const kept = this.#options.metadata === 'replace' ? {} : storedOptions(source)
    const options = { ...kept, ...objectOptions(this.#options) }
    this.#uploadId = await initiate(this.#requester, { ...this.#to, options }, run.hooks)
  }

  async #copyPart(
    run: Run,
    part: PlannedPart,
    uploadId: string,
    { etag: ifMatch }: ObjectInfo,
    signal: AbortSignal,
  ): Promise<void> {
    const { partNumber, offset, size } = part
    run.emitPart(run.board.started(partNumber))
    try {
      const from = { ...this.#from, range: { start: offset, end: offset + size }, ifMatch }
      const name = { ...this.#to, uploadId, partNumber }
      const { etag } = await uploadPartCopy(this.#requester, name, from, { ...run.hooksFor(part), signal })
      this.#etags.set(partNumber, etag)
    } catch (thrown) {
      this.#waiting.unshift(part)
      run.emitPart(run.board.released(partNumber))
      throw thrown
    }
    run.emitPart(run.board.done(partNumber, Date.now()))
  }

  #result(
    run: Run,
    stored: {
      readonly etag: string
      readonly crc64?: string | undefined
      readonly versionId: string | undefined
      readonly requestId: string | undefined
      readonly size: number
      readonly parts: number
    },
  ): UploadResult {
    const { etag, crc64, versionId, requestId, size, parts } = stored
    return {
      bucket: this.#to.bucket,
      key: this.#to.key,
      etag,
      size,
      parts,
      reusedParts: 0,
      retries: run.board.retries,
      ms: Date.now() - this.#startedAt,
      ...(crc64 === undefined ? {} : { crc64 }),
      ...(versionId === undefined ? {} : { versionId }),
      ...(requestId === undefined ? {} : { requestId }),
    }
  }
}

/** A multipart copy transfers only bytes, so the source's headers and metadata are sent again. */
function storedOptions({ headers, meta, contentType }: ObjectInfo): ObjectOptions {
  const kept: [keyof ObjectOptions, string | undefined][] = [
    ['contentType', contentType],
    ['cacheControl', headers['cache-control']],
    ['contentDisposition', headers['content-disposition']],
    ['contentEncoding', headers['content-encoding']],
  ]
  return { meta, ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)) }
}
