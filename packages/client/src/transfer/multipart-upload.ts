/** The parts of one upload: found on the server, sent, remembered and completed. */
import type { Checkpoint, CheckpointPart, CheckpointStore } from '../types/checkpoint.js'
import type { Crc64, IntegrityPolicy } from '../types/client.js'
import { OssError } from '../types/error.js'
import type { ObjectOptions } from '../types/object-options.js'
import type { UploadOptions } from '../types/upload.js'
import { initiate, listParts, type StoredPart, uploadPart } from '../wire/multipart.js'
import type { Requester } from '../wire/requester.js'
import { completeVerified } from './complete.js'
import { checksumOf, openBody, type Planned } from './part-body.js'
import { PARTS_MAX, type PlannedPart, partSizeFor, planParts, sequentialPartSize } from './plan.js'
import { runPool } from './pool.js'
import { combined, damaged } from './sent-parts.js'
import type { SequentialReader } from './sequential.js'
import type { OpenedSource } from './source.js'
import type { StreamParts } from './stream-parts.js'
import type { Run } from './task.js'
import { type CompletedUpload, checkSize } from './upload.js'

/** Milliseconds between two writes of a checkpoint. */
const CHECKPOINT_INTERVAL_MS = 500
/** Attempts to send a part that arrives changed, the first included. */
const DAMAGED_ATTEMPTS = 3

/** The source of a multipart upload, its target, and the earlier upload that it may continue. */
export interface MultipartOptions {
  readonly requester: Requester
  readonly crc64: Crc64
  readonly integrity: IntegrityPolicy
  readonly bufferBytes: number
  readonly checkpoints: CheckpointStore | undefined
  readonly onCheckpoint: (checkpoint: Checkpoint) => void
  readonly options: UploadOptions & { readonly bucket: string }
  readonly object: ObjectOptions
  readonly source: OpenedSource
  readonly id: string
  readonly fingerprint: string
  /** The upload to continue. */
  readonly resume: Checkpoint | { readonly uploadId: string } | undefined
  /** Whether the caller named that upload: then it is an error if it is gone. */
  readonly isForced: boolean
}

interface SentPart extends CheckpointPart {
  readonly offset: number
}

/**
 * One multipart upload. `run` may be called again after a pause: parts that were sent are not sent again. It saves the
 * checkpoint at intervals and at the end of each run.
 */
export class MultipartUpload {
  readonly #o: MultipartOptions
  readonly #sent = new Map<number, SentPart>()
  /** Parts that the server has and that may be those of the source. */
  #stored = new Map<number, StoredPart>()
  #waiting: PlannedPart[] = []
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
    const { resume, requester, options, object, isForced } = this.#o
    const { bucket, key } = options
    let uploadId = resume?.uploadId
    if (uploadId !== undefined) {
      try {
        for await (const part of listParts(requester, { bucket, key, uploadId }, run.hooks)) {
          this.#stored.set(part.partNumber, part)
        }
      } catch (error) {
        if (isForced || !(error instanceof OssError) || error.code !== 'NoSuchUpload') throw error
        uploadId = undefined
        this.#stored.clear()
      }
    }
    const known = uploadId !== undefined && resume !== undefined && 'v' in resume ? resume : undefined
    const isNew = uploadId === undefined
    uploadId ??= await initiate(requester, { bucket, key, options: object }, run.hooks)
    this.#plan(run, known, uploadId)
    if (!isNew) await this.#reuse(run, known)
    await this.#save(true)
  }

  #plan(run: Run, known: Checkpoint | undefined, uploadId: string): void {
    const { source, options, requester, id, fingerprint, object } = this.#o
    const size = source.kind === 'random' ? source.source.size : (options.size ?? null)
    const partSize = known?.partSize ?? this.#partSizeOfServer() ?? this.#partSize(size)
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
      fingerprint,
      parts: [],
      options: object,
      createdAt: known?.createdAt ?? now,
      updatedAt: now,
      ...(options.label === undefined ? {} : { label: options.label }),
      ...(source.kind === 'random' && source.source.path !== undefined ? { path: source.source.path } : {}),
    }
    if (source.kind === 'random') this.#waiting = planParts(source.source.size, partSize)
    run.board.reset(this.#waiting, size)
  }

  #partSize(size: number | null): number {
    const { options, source, bufferBytes } = this.#o
    const wished = options.partSize ?? 'auto'
    if (size === null) return sequentialPartSize(1, wished)
    // the parts of a stream stay in memory while they are sent
    return source.kind === 'random' ? partSizeFor(size, wished) : partSizeFor(size, wished, bufferBytes)
  }

  /** The part size of another client's upload: the most frequent one, without the last part. */
  #partSizeOfServer(): number | undefined {
    const counts = new Map<number, number>()
    const last = Math.max(...this.#stored.keys())
    for (const { partNumber, size } of this.#stored.values()) {
      if (partNumber !== last || this.#stored.size === 1) counts.set(size, (counts.get(size) ?? 0) + 1)
    }
    const [most] = [...counts].sort((one, other) => other[1] - one[1])
    const size = most?.[0]
    if (size === undefined || this.#o.source.kind !== 'random') return undefined
    return size * PARTS_MAX < this.#o.source.source.size || size === 0 ? undefined : size
  }

  /** Takes over the server's parts that have the source's bytes. */
  async #reuse(run: Run, known: Checkpoint | undefined): Promise<void> {
    const { source } = this.#o
    if (source.kind !== 'random') return // a stream's parts are compared when its bytes come
    const remembered = new Map(known?.parts.map((part) => [part.partNumber, part]))
    const missing: PlannedPart[] = []
    for (const part of this.#waiting) {
      run.signal.throwIfAborted()
      const stored = this.#stored.get(part.partNumber)
      const crc64 = stored && (await this.#reusable(part, stored, remembered.get(part.partNumber)))
      if (stored === undefined || crc64 === undefined) {
        missing.push(part)
        continue
      }
      this.#sent.set(part.partNumber, {
        ...part,
        etag: stored.etag,
        ...(crc64 === null ? {} : { crc64: String(crc64) }),
      })
      run.emitPart(run.board.reused(part.partNumber))
    }
    this.#waiting = missing
  }

  /** The checksum of a part that need not be sent again (null: not known); undefined where it must be. */
  async #reusable(
    part: PlannedPart,
    stored: StoredPart,
    remembered: CheckpointPart | undefined,
  ): Promise<bigint | null | undefined> {
    const { source, integrity, crc64 } = this.#o
    if (stored.size !== part.size || source.kind !== 'random') return undefined
    const isRemembered = remembered?.etag === stored.etag && remembered.size === stored.size
    if (integrity.onResume === 'trust-etag' && isRemembered) {
      return remembered.crc64 === undefined ? null : BigInt(remembered.crc64)
    }
    const expected = stored.crc64 ?? (isRemembered ? remembered?.crc64 : undefined)
    if (expected === undefined) return undefined
    const local = await checksumOf(source.source.read(part.offset, part.offset + part.size), crc64)
    return String(local) === expected ? local : undefined
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
    const open = () => source.source.read(offset, offset + size)
    return { ...part, content: { size, open }, release: () => {} }
  }

  async #nextOfStream(run: Run, reader: SequentialReader, signal: AbortSignal): Promise<Planned | undefined> {
    const { bufferBytes, crc64 } = this.#o
    this.#stream ??= reader.parts({ bufferBytes, crc64, stored: this.#stored, sizeOf: (n) => this.#streamPartSize(n) })
    for (;;) {
      const again = this.#waiting.shift() as Planned | undefined
      if (again !== undefined) return again
      const part = await this.#stream.next(signal)
      if (part === undefined) return undefined
      const { partNumber, offset, size } = part
      run.board.add(part)
      if (part.reused === undefined) return part
      this.#sent.set(partNumber, { partNumber, offset, size, ...part.reused })
      run.emitPart(run.board.reused(partNumber))
    }
  }

  #streamPartSize(partNumber: number): number {
    const { options } = this.#o
    const { size = null, partSize = 0 } = this.#checkpoint ?? {}
    return size === null ? sequentialPartSize(partNumber, options.partSize ?? 'auto') : partSize
  }

  async #send(run: Run, part: Planned, signal: AbortSignal): Promise<void> {
    const { partNumber, offset, size } = part
    run.emitPart(run.board.started(partNumber))
    try {
      const { etag, crc64 } = await this.#sendChecked(run, part, signal)
      const known = crc64 === undefined ? {} : { crc64: String(crc64) }
      this.#sent.set(partNumber, { partNumber, offset, size, etag, ...known })
    } catch (thrown) {
      this.#waiting.unshift(part)
      run.emitPart(run.board.released(partNumber))
      if (thrown instanceof OssError) thrown.partNumber = partNumber
      throw thrown
    }
    part.release()
    run.parallelism.arrived(size, Date.now())
    run.emitPart(run.board.done(partNumber, Date.now()))
    await this.#save(false)
  }

  /** Sends a part until the server's checksum is that of the bytes sent. */
  async #sendChecked(
    run: Run,
    part: Planned,
    signal: AbortSignal,
  ): Promise<{ readonly etag: string; readonly crc64: bigint | undefined }> {
    const { requester, integrity, crc64, options } = this.#o
    const { partNumber, content, size } = part
    const { uploadId = '' } = this.#checkpoint ?? {}
    const name = { bucket: options.bucket, key: options.key, uploadId, partNumber }
    const checksum = integrity.part === 'none' && integrity.object === 'none' ? undefined : crc64
    const hooks = { ...run.hooksFor(part), signal }
    for (let attempt = 1; ; attempt += 1) {
      let opened = openBody(content, checksum, run.throttle, signal)
      let isFirst = true
      const body = () => {
        if (!isFirst) opened = openBody(content, checksum, run.throttle, signal)
        isFirst = false
        return opened.body
      }
      const stored = await uploadPart(requester, name, { body, size }, hooks)
      const sent = await opened.crc64()
      const isSame = sent === undefined || stored.crc64 === undefined || stored.crc64 === String(sent)
      if (isSame || integrity.part === 'none') return { etag: stored.etag, crc64: sent }
      const error = damaged(partNumber, stored.crc64 ?? '', sent)
      if (attempt === DAMAGED_ATTEMPTS) throw error
      run.emitPart(run.board.retried(partNumber, attempt + 1, error))
    }
  }

  #isWhole(): boolean {
    const { source } = this.#o
    const { partSize = 1 } = this.#checkpoint ?? {}
    if (this.#waiting.length > 0 || (source.kind === 'sequential' && this.#stream?.isAtEnd !== true)) return false
    const planned =
      source.kind === 'random' ? Math.max(1, Math.ceil(source.source.size / partSize)) : (this.#stream?.count ?? 0)
    return this.#sent.size === planned
  }

  async #complete(run: Run): Promise<CompletedUpload> {
    const { requester, options, source, object, integrity, checkpoints, id } = this.#o
    run.setState('completing')
    const parts = this.#sentParts()
    const size = parts.reduce((bytes, part) => bytes + part.size, 0)
    if (source.kind === 'random') await source.source.checkUnchanged?.()
    checkSize(source.kind === 'random' ? source.source.size : options.size, size)
    const crc64 = integrity.object === 'none' ? undefined : combined(parts)
    const { uploadId = '' } = this.#checkpoint ?? {}
    const name = { bucket: options.bucket, key: options.key, uploadId }
    const completed = await completeVerified(requester, name, parts, object, { size, crc64 }, run.hooks)
    await checkpoints?.delete(id)
    const { etag, versionId, requestId } = completed
    return { uploadId, size, etag, crc64, versionId, requestId, parts: parts.length }
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
