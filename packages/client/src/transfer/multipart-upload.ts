/** The parts of one upload: found on the server, sent, remembered and completed. */
import type { Checkpoint } from '../types/checkpoint.js'
import { OssError } from '../types/error.js'
import { loaded } from '../wire/failure.js'
import { initiate, type StoredPart, uploadPart } from '../wire/multipart.js'
import { completeVerified } from './complete.js'
import { failures } from './load-failures.js'
import type { MultipartOptions, SentPart } from './multipart-options.js'
import { type OpenedBody, openBody, type Planned } from './part-body.js'
import { type PlannedPart, partSizeFor, planParts, S3_PART_BYTES, sequentialPartSize } from './plan.js'
import { runPool } from './pool.js'
import type { FoundUpload } from './resumption.js'
import { combined } from './sent-parts.js'
import type { SequentialReader } from './sequential.js'
import type { Stated } from './stated-checksums.js'
import type { StreamParts } from './stream-parts.js'
import type { Run } from './task.js'
import { type CompletedUpload, checkSize } from './upload.js'

/** Milliseconds between two writes of a checkpoint. */
const CHECKPOINT_INTERVAL_MS = 500
/** Attempts to send a part that arrives changed, the first included. */
const DAMAGED_ATTEMPTS = 3

/**
 * One multipart upload. `run` may be called again after a pause: parts that were sent are not sent again. It saves the
 * checkpoint at intervals and at the end of each run.
 */
export class MultipartUpload {
  readonly #o: MultipartOptions
  readonly #sent = new Map<number, SentPart>()
  /** Parts that the server has and that may be those of the source. */
  #stored: ReadonlyMap<number, StoredPart> = new Map()
  #waiting: PlannedPart[] = []
  /** Parts of a source of known length. */
  #planned = 0
  #checkpoint: Checkpoint | undefined
  #stream: StreamParts | undefined
  #savedAt = 0
  #saving: Promise<void> = Promise.resolve()

  constructor(options: MultipartOptions) {
    this.#o = options
  }

  get checkpoint(): Checkpoint | undefined {
    return this.#checkpoint && { ...this.#checkpoint, parts: this.#sentParts() }
  }

  /** Sends what is missing and completes. Resolves to undefined where the run was drained before its end. */
  async run(run: Run): Promise<CompletedUpload | undefined> {
    if (this.#checkpoint === undefined) await this.#begin(run)
    else this.#replan(run)
    run.setState('running')
    const cut = new AbortController()
    const signal = AbortSignal.any([run.signal, cut.signal])
    try {
      await runPool<Planned>({
        parallelism: run.parallelism,
        next: () => this.#next(run, signal),
        run: (part) => this.#send(run, part, signal),
        isDraining: run.isDraining,
        onFailure: () => cut.abort(new DOMException('Another part failed.', 'AbortError')),
      })
    } finally {
      await this.#save(true)
    }
    if (run.isDraining() && !this.#isWhole()) return undefined
    return this.#complete(run)
  }

  /** Finds the upload to continue, or initiates one, and plans the parts. */
  async #begin(run: Run): Promise<void> {
    const { resume, searchesServer, requester, options, object } = this.#o
    const { bucket, key } = options
    const resumption = resume === undefined && !searchesServer ? undefined : await loaded(import('./resumption.js'))
    const found = await resumption?.findUpload(this.#o, run.hooks)
    const uploadId = found?.uploadId ?? (await initiate(requester, { bucket, key, options: object }, run.hooks))
    if (found !== undefined) this.#stored = found.stored
    await this.#plan(run, found, uploadId)
    if (resumption !== undefined && found !== undefined) {
      const { reused, missing } = await resumption.reuseParts(this.#o, found, this.#waiting, run.signal)
      this.#waiting = missing
      for (const part of reused) this.#isReused(run, part)
    }
    await this.#save(true)
  }

  #isReused(run: Run, part: SentPart): void {
    this.#sent.set(part.partNumber, part)
    run.emitPart(run.board.reused(part.partNumber, part))
  }

  async #plan(run: Run, found: FoundUpload | undefined, uploadId: string): Promise<void> {
    const { source, options, requester, id, fingerprint, object } = this.#o
    const { partSize: wished = 'auto' } = options
    const known = found?.known
    const size = source.kind === 'random' ? source.source.size : (options.size ?? null)
    const isPlanned = typeof wished === 'function'
    const partSize = isPlanned
      ? wished(1, { size, done: 0 })
      : (known?.partSize ?? found?.partSize ?? this.#partSize(size, wished))
    const now = Date.now()
    this.#checkpoint = {
      v: 1,
      id,
      endpoint: requester.address.endpoint,
      bucket: options.bucket,
      key: options.key,
      uploadId,
      size,
      partSize,
      layout: isPlanned ? 'planned' : 'fixed',
      fingerprint,
      parts: [],
      options: object,
      createdAt: known?.createdAt ?? now,
      updatedAt: now,
      ...(options.label === undefined ? {} : { label: options.label }),
      ...(source.kind === 'random' && source.source.path !== undefined ? { path: source.source.path } : {}),
    }
    if (source.kind === 'random') {
      this.#waiting = isPlanned
        ? (await loaded(import('./planned-layout.js'))).planBy(wished, source.source.size)
        : planParts(source.source.size, partSize)
      this.#planned = this.#waiting.length
    }
    run.board.reset(this.#waiting, size)
  }

  #partSize(size: number | null, wished: number | 'auto'): number {
    const { source, bufferBytes, requester, partBytesMin } = this.#o
    if (size === null) return sequentialPartSize(1, wished)
    const s3 = requester.dialect === 's3' ? S3_PART_BYTES : undefined
    // the parts of a stream stay in memory while they are sent
    if (source.kind === 'sequential') return partSizeFor(size, wished, { least: s3, most: bufferBytes })
    return partSizeFor(size, wished, { least: s3 ?? partBytesMin })
  }

  /** After a pause: parts that were cut wait again. */
  #replan(run: Run): void {
    for (const { partNumber } of run.board.parts) if (!this.#sent.has(partNumber)) run.board.released(partNumber)
  }

  async #next(run: Run, signal: AbortSignal): Promise<Planned | undefined> {
    const { source } = this.#o
    if (source.kind === 'sequential') return this.#nextOfStream(run, source.reader, signal)
    const part = this.#waiting.shift()
    if (part === undefined) return undefined
    const { offset, size } = part
    const open = () => source.source.read(offset, offset + size, this.#o.requester.lends)
    return { ...part, content: { size, open }, release: () => {} }
  }

  async #nextOfStream(run: Run, reader: SequentialReader, signal: AbortSignal): Promise<Planned | undefined> {
    const { bufferBytes, checksum } = this.#o
    const sizeOf = (partNumber: number, done: number) => this.#streamPartSize(partNumber, done)
    this.#stream ??= reader.parts({ bufferBytes, crc64: checksum.crc64, stored: this.#stored, sizeOf })
    for (;;) {
      const again = this.#waiting.shift() as Planned | undefined
      if (again !== undefined) return again
      const part = await this.#stream.next(signal)
      if (part === undefined) return undefined
      const { partNumber, offset, size } = part
      run.board.add(part)
      if (part.reused === undefined) return part
      this.#isReused(run, { partNumber, offset, size, ...part.reused })
    }
  }

  #streamPartSize(partNumber: number, done: number): number {
    const { partSize: wished = 'auto' } = this.#o.options
    const { size = null, partSize = 0 } = this.#checkpoint ?? {}
    if (typeof wished === 'function') return wished(partNumber, { size, done })
    return size === null ? sequentialPartSize(partNumber, wished) : partSize
  }

  async #send(run: Run, part: Planned, signal: AbortSignal): Promise<void> {
    const { partNumber, offset, size } = part
    run.emitPart(run.board.started(partNumber, Date.now()))
    let sent: SentPart
    try {
      const { etag, crc64 } = await this.#sendChecked(run, part, signal)
      const known = crc64 === undefined ? {} : { crc64: String(crc64) }
      sent = { partNumber, offset, size, etag, ...known }
      this.#sent.set(partNumber, sent)
    } catch (thrown) {
      this.#waiting.unshift(part)
      run.emitPart(run.board.released(partNumber))
      if (thrown instanceof OssError) thrown.partNumber = partNumber
      throw thrown
    }
    part.release()
    run.parallelism.arrived(size, Date.now())
    run.emitPart(run.board.done(partNumber, Date.now(), sent))
    await this.#save(false)
  }

  /** Sends a part until the server's checksum is that of the bytes sent. */
  async #sendChecked(
    run: Run,
    part: Planned,
    signal: AbortSignal,
  ): Promise<{ readonly etag: string; readonly crc64: bigint | undefined }> {
    const { requester, integrity, checksum, options, newMd5 } = this.#o
    const { partNumber, content, size } = part
    const { uploadId = '' } = this.#checkpoint ?? {}
    const name = { bucket: options.bucket, key: options.key, uploadId, partNumber }
    const compares = integrity.part.startsWith('crc64')
    const computed = compares || integrity.object === 'crc64' ? checksum : undefined
    let stated: Stated = { hooks: { ...run.hooksFor(part), signal } }
    if (integrity.part.endsWith('md5')) {
      stated = await (await loaded(import('./stated-checksums.js'))).stated(
        content,
        { md5: true, newMd5 },
        stated.hooks,
      )
    }
    const { headers, hooks } = stated
    for (let attempt = 1; ; attempt += 1) {
      let opened: OpenedBody | undefined
      const body = async () => {
        opened = await openBody(content, computed, run.throttle, signal)
        return opened.body
      }
      const stored = await uploadPart(requester, name, { body, size, headers }, hooks)
      const sent = await opened?.crc64()
      const isSame = sent === undefined || stored.crc64 === undefined || stored.crc64 === String(sent)
      if (isSame || !compares) return { etag: stored.etag, crc64: sent }
      const error = (await failures()).damaged(partNumber, stored.crc64 ?? '', sent)
      if (attempt === DAMAGED_ATTEMPTS) throw error
      run.emitPart(run.board.retried(partNumber, attempt + 1, error))
    }
  }

  #isWhole(): boolean {
    const { source } = this.#o
    if (this.#waiting.length > 0 || (source.kind === 'sequential' && this.#stream?.isAtEnd !== true)) return false
    return this.#sent.size === (source.kind === 'random' ? this.#planned : this.#stream?.count)
  }

  async #complete(run: Run): Promise<CompletedUpload> {
    const { requester, options, source, object, integrity, checkpoints, id } = this.#o
    run.setState('completing')
    const parts = this.#sentParts()
    const size = parts.reduce((bytes, part) => bytes + part.size, 0)
    if (source.kind === 'random') await source.source.checkUnchanged?.()
    await checkSize(source.kind === 'random' ? source.source.size : options.size, size)
    const crc64 = integrity.object === 'none' ? undefined : combined(parts, this.#o.checksum)
    const { uploadId = '' } = this.#checkpoint ?? {}
    const name = { bucket: options.bucket, key: options.key, uploadId }
    const completed = await completeVerified(requester, name, parts, object, { size, crc64 }, run.hooks)
    await checkpoints?.delete(id)
    return { ...completed, uploadId, size, crc64, parts: parts.length }
  }

  #sentParts(): SentPart[] {
    return [...this.#sent.values()].sort((one, other) => one.partNumber - other.partNumber)
  }

  /** Writes the checkpoint, at most twice a second unless it must be now; writes do not overlap. */
  async #save(isUrgent: boolean): Promise<void> {
    const now = Date.now()
    if (!isUrgent && now - this.#savedAt < CHECKPOINT_INTERVAL_MS) return
    const { checkpoint } = this
    if (checkpoint === undefined) return
    this.#savedAt = now
    const current = { ...checkpoint, updatedAt: now }
    this.#o.onCheckpoint(current)
    this.#saving = this.#saving.then(() => this.#o.checkpoints?.put(current))
    await this.#saving
  }
}
