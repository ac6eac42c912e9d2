/** A copy on the server: one request, or parts of a multipart upload for objects that one request may not copy. */
import type { Checkpoint } from '../types/checkpoint.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { CopyOptions, ObjectInfo } from '../types/object.js'
import type { ObjectOptions } from '../types/object-options.js'
import type { UploadResult } from '../types/upload.js'
import { abort, complete, initiate, listParts, uploadPartCopy } from '../wire/multipart.js'
import { bareEtag } from '../wire/object-headers.js'
import { copyObject, getObjectTagging, headObject } from '../wire/objects.js'
import type { Requester } from '../wire/requester.js'
import { checkpointId, objectOptions } from './checkpoint.js'
import { objectChanged } from './object-changed.js'
import { type PlannedPart, partSizeFor, planParts } from './plan.js'
import { planBy } from './planned-layout.js'
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
 * fails the copy. A part that the server has already, of an upload that a checkpoint names, is of the same ETag and therefore
 * not copied again. The CRC-64 of the copy is compared with that of its source.
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
  #unlock: (() => Promise<void>) | undefined
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
    const { ifMatch } = this.#options.from
    if (ifMatch !== undefined && bareEtag(ifMatch) !== this.#source.etag) throw objectChanged(this.#from.key)
    const { multipartThreshold = SINGLE_COPY_BYTES_MAX } = this.#options
    if (this.#source.size <= multipartThreshold) return this.#copyOnce(run, this.#source)
    return this.#copyParts(run, this.#source)
  }

  async discard(): Promise<void> {
    if (this.#uploadId === undefined) return
    await abort(this.#requester, { ...this.#to, uploadId: this.#uploadId })
    await this.#forget()
  }

  async close(): Promise<void> {
    await this.#unlock?.()
    this.#unlock = undefined
  }

  async release(): Promise<void> {
    await this.close()
  }

  async #copyOnce(run: Run, { size, crc64, etag }: ObjectInfo): Promise<UploadResult> {
    run.board.reset([{ partNumber: 1, offset: 0, size }], size)
    run.setState('running')
    run.emitPart(run.board.started(1, Date.now()))
    const { metadata = 'copy', tagging, from } = this.#options
    const stored = await copyObject(
      this.#requester,
      { ...this.#from, ...(from.ifMatch === undefined ? {} : { ifMatch: etag }) },
      this.#to,
      { ...objectOptions(this.#options), metadata, ...(tagging === undefined ? {} : { tagging }) },
      run.hooks,
    )
    run.emitPart(run.board.done(1, Date.now(), stored))
    return this.#result(run, { ...stored, crc64, size, parts: 1 })
  }

  async #copyParts(run: Run, source: ObjectInfo): Promise<UploadResult | undefined> {
    await this.#lock(source)
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
    await this.#forget()
    if (source.crc64 !== undefined && stored.crc64 !== undefined && source.crc64 !== stored.crc64)
      throw mismatch(source)
    return { ...this.#result(run, { ...stored, size: source.size, parts: list.length }), uploadId }
  }

  async #begin(run: Run, source: ObjectInfo): Promise<void> {
    const partSize = this.#partSize(source)
    const { partSize: wished } = this.#options
    this.#waiting = typeof wished === 'function' ? planBy(wished, source.size) : planParts(source.size, partSize)
    run.board.reset(this.#waiting, source.size)
    const { checkpoints, resume = true } = this.#options
    const known = resume ? await checkpoints?.get(this.#checkpoint(source, partSize, '').id) : undefined
    if (known !== undefined && (await this.#resume(run, known))) return
    const kept = this.#options.metadata === 'replace' ? {} : storedOptions(source)
    const options = { ...kept, ...(await this.#tags(run, source)), ...objectOptions(this.#options) }
    this.#uploadId = await initiate(this.#requester, { ...this.#to, options }, run.hooks)
    await this.#options.checkpoints?.put(this.#checkpoint(source, partSize, this.#uploadId))
  }

  /** Parts take only bytes over: the tags of the source are set again, unless others replace them. */
  async #tags(run: Run, { headers }: ObjectInfo): Promise<ObjectOptions> {
    const { tags, tagging = tags === undefined ? 'copy' : 'replace' } = this.#options
    if (tagging === 'replace' || Number(headers['x-oss-tagging-count'] ?? 0) === 0) return {}
    return { tags: await getObjectTagging(this.#requester, this.#from, run.hooks) }
  }

  /** Keeps other processes from the same copy. Throws TransferLocked. */
  async #lock(source: ObjectInfo): Promise<void> {
    const { checkpoints } = this.#options
    if (checkpoints?.lock === undefined || this.#unlock !== undefined) return
    this.#unlock = await checkpoints.lock(this.#checkpoint(source, this.#partSize(source), '').id)
    if (this.#unlock === undefined) throw locked(this.#to.key)
  }

  /** Takes over the parts that the server has. Resolves to false where the upload has ended. */
  async #resume(run: Run, { uploadId }: Checkpoint): Promise<boolean> {
    const waiting = new Map(this.#waiting.map((part) => [part.partNumber, part]))
    try {
      for await (const { partNumber, size, etag } of listParts(this.#requester, { ...this.#to, uploadId }, run.hooks)) {
        if (waiting.get(partNumber)?.size !== size) continue
        waiting.delete(partNumber)
        this.#etags.set(partNumber, etag)
        run.emitPart(run.board.reused(partNumber, { etag }))
      }
    } catch (error) {
      if (error instanceof OssError && error.code === 'NoSuchUpload') return false
      throw error
    }
    this.#waiting = [...waiting.values()]
    this.#uploadId = uploadId
    return true
  }

  /** The parts are the server's: a checkpoint names the upload, and everything that must be the same to continue it. */
  #checkpoint({ size, etag }: ObjectInfo, partSize: number, uploadId: string): Checkpoint {
    const { bucket, key, versionId = '' } = this.#from
    const { endpoint } = this.#requester.address
    const options = objectOptions(this.#options)
    const fingerprint = JSON.stringify(['copy', bucket, key, versionId, etag, size, partSize, options])
    const id = checkpointId(endpoint, this.#to.bucket, this.#to.key, fingerprint)
    const now = Date.now()
    const target = { bucket: this.#to.bucket, key: this.#to.key, uploadId }
    return {
      v: 1,
      id,
      endpoint,
      ...target,
      size,
      partSize,
      fingerprint,
      parts: [],
      options,
      createdAt: now,
      updatedAt: now,
    }
  }

  async #forget(): Promise<void> {
    const { checkpoints } = this.#options
    if (checkpoints === undefined || this.#source === undefined) return
    const partSize = this.#partSize(this.#source)
    await checkpoints.delete(this.#checkpoint(this.#source, partSize, '').id)
  }

  #partSize({ size }: ObjectInfo): number {
    const { partSize } = this.#options
    if (typeof partSize === 'function') return partSize(1, { size, done: 0 })
    return partSizeFor(size, partSize ?? Math.max(PART_BYTES, Math.ceil(size / 10_000)))
  }

  async #copyPart(
    run: Run,
    part: PlannedPart,
    uploadId: string,
    { etag: ifMatch }: ObjectInfo,
    signal: AbortSignal,
  ): Promise<void> {
    const { partNumber, offset, size } = part
    run.emitPart(run.board.started(partNumber, Date.now()))
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
    run.emitPart(run.board.done(partNumber, Date.now(), { etag: this.#etags.get(partNumber) ?? '' }))
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
      reusedParts: run.board.reusedParts,
      retries: run.board.retries,
      ms: Date.now() - this.#startedAt,
      ...(crc64 === undefined ? {} : { crc64 }),
      ...(versionId === undefined ? {} : { versionId }),
      ...(requestId === undefined ? {} : { requestId }),
    }
  }
}

function locked(key: string): OssError {
  return new OssError({
    code: CLIENT_CODES.locked,
    message: `Another tab or process copies to ${key} at the moment.`,
    hint: 'Wait for it, or stop it.',
  })
}

function mismatch({ key }: ObjectInfo): OssError {
  return new OssError({
    code: CLIENT_CODES.checksumMismatch,
    message: `The copy of ${key} does not have its CRC-64.`,
    hint: 'Copy it again.',
  })
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
