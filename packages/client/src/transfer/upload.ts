/** An upload: one PutObject for little, else parts, in parallel, of which those that the server has are not sent again. */

import type { Checkpoint, CheckpointStore } from '../types/checkpoint.js'
import type { Crc64, IntegrityPolicy } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { UploadOptions, UploadResult, UploadSource } from '../types/upload.js'
import { abort } from '../wire/multipart.js'
import { headObject, putObject } from '../wire/objects.js'
import type { Requester } from '../wire/requester.js'
import { checkpointId, objectOptions } from './checkpoint.js'
import { MultipartUpload } from './multipart-upload.js'
import { checksumOf, openBody, type PartContent } from './part-body.js'
import { isHandle, type OpenedSource, type OpenPlatformSource, openSource } from './source.js'
import type { Run, Runner } from './task.js'

/** Bytes under which an upload is one request. */
export const MULTIPART_THRESHOLD = 8 * 1024 * 1024

/**
 * What a client passes to each of its uploads. `bufferBytes` limits the memory for sources that cannot be read twice.
 */
export interface UploadEnvironment {
  readonly requester: Requester
  readonly crc64: Crc64
  readonly integrity: IntegrityPolicy
  readonly bufferBytes: number
  readonly checkpoints: CheckpointStore | undefined
  readonly openPlatformSource: OpenPlatformSource
  readonly onCheckpoint: (checkpoint: Checkpoint) => void
}

/**
 * Uploads one source. A source shorter than `multipartThreshold` takes one PutObject. While a multipart upload with a
 * checkpoint store runs, it holds the store's lock on that upload.
 */
export class UploadRunner implements Runner<UploadResult> {
  readonly #environment: UploadEnvironment
  #given: UploadSource | undefined
  readonly #options: UploadOptions & { readonly bucket: string }
  #source: OpenedSource | undefined
  #multipart: MultipartUpload | undefined
  #unlock: (() => Promise<void>) | undefined
  /** The checkpoint of a run that failed. */
  #failed: Checkpoint | undefined
  #startedAt = 0

  constructor(
    environment: UploadEnvironment,
    source: UploadSource | undefined,
    options: UploadOptions & { readonly bucket: string },
  ) {
    this.#environment = environment
    this.#given = source
    this.#options = options
  }

  get checkpoint(): Checkpoint | undefined {
    return this.#multipart?.checkpoint ?? this.#failed
  }

  /** Another source of the same bytes for the next run. */
  provide(source: UploadSource): void {
    this.#given = source
  }

  async run(run: Run): Promise<UploadResult | undefined> {
    this.#startedAt ||= Date.now()
    const { crc64, openPlatformSource } = this.#environment
    if (this.#given === undefined) throw noSource(this.#options.key)
    this.#source ??= await openSource(this.#given, crc64, openPlatformSource)
    const skipped = this.checkpoint === undefined ? await this.#existing(run, this.#source) : undefined
    if (skipped !== undefined) return skipped
    const small = this.checkpoint === undefined ? await this.#small(this.#source) : undefined
    if (small !== undefined) return this.#put(run, small)
    this.#multipart ??= await this.#createMultipart(this.#source)
    const completed = await this.#multipart.run(run)
    return completed && this.#result(run, completed)
  }

  async discard(): Promise<void> {
    const { checkpoint } = this
    if (checkpoint === undefined) return
    await abort(this.#environment.requester, checkpoint)
    await this.#environment.checkpoints?.delete(checkpoint.id)
  }

  async close(): Promise<void> {
    if (this.#source?.kind === 'random') await this.#source.source.close?.()
    else await this.#source?.reader.close()
    await this.#release()
  }

  /** After a failure, another run opens the source again and lists the server's parts. A stream stays open. */
  async release(): Promise<void> {
    if (this.#source?.kind === 'random') {
      await this.#source.source.close?.()
      this.#source = undefined
      this.#failed = this.checkpoint ?? this.#failed
      this.#multipart = undefined
    }
    await this.#release()
  }

  async #release(): Promise<void> {
    await this.#unlock?.()
    this.#unlock = undefined
  }

  describe(error: OssError): void {
    error.checkpoint ??= this.checkpoint
    error.uploadId ??= this.checkpoint?.uploadId
  }

  /** The content of an upload that needs no parts. */
  async #small(opened: OpenedSource): Promise<PartContent | undefined> {
    const { multipartThreshold = MULTIPART_THRESHOLD, resume } = this.#options
    if (typeof resume === 'object') return undefined
    if (opened.kind === 'random') {
      const { source } = opened
      if (source.size >= Math.max(1, multipartThreshold)) return undefined
      return { size: source.size, open: () => source.read(0, source.size) }
    }
    const { reader } = opened
    const pieces = await reader.take(Math.max(1, multipartThreshold))
    if (!(await reader.isAtEnd())) {
      reader.unread(pieces)
      return undefined
    }
    const size = pieces.reduce((bytes, piece) => bytes + piece.length, 0)
    checkSize(this.#options.size, size)
    const [only] = pieces
    return { size, open: () => (pieces.length === 1 && only !== undefined ? only : pieces) }
  }

  async #put(run: Run, content: PartContent): Promise<UploadResult> {
    const { requester, integrity, crc64 } = this.#environment
    const { board, throttle, signal } = run
    const part = { partNumber: 1, offset: 0, size: content.size }
    board.reset([part], content.size)
    run.setState('running')
    run.emitPart(board.started(1))
    let opened = openBody(content, undefined, throttle, signal)
    const body = () => {
      opened = openBody(content, integrity.part === 'none' ? undefined : crc64, throttle, signal)
      return opened.body
    }
    const stored = await putObject(
      requester,
      this.#options,
      { body, size: content.size },
      this.#options,
      run.hooksFor(part),
    )
    const sent = await opened.crc64()
    if (sent !== undefined && stored.crc64 !== undefined && stored.crc64 !== String(sent))
      throw mismatch(stored.crc64, sent)
    run.emitPart(board.done(1, Date.now()))
    const { etag, versionId, requestId } = stored
    return this.#resultOf(run, { etag, crc64: sent, versionId, requestId, size: content.size, parts: 1 })
  }

  async #createMultipart(opened: OpenedSource): Promise<MultipartUpload> {
    const { requester, checkpoints } = this.#environment
    const { bucket, key, resume = true } = this.#options
    const fingerprint = opened.kind === 'random' ? await opened.source.fingerprint() : 'stream'
    const { expectFingerprint = fingerprint } = this.#options
    if (fingerprint !== expectFingerprint) throw otherSource(key)
    const id = checkpointId(requester.address.endpoint, bucket, key, fingerprint)
    const isRemembered = opened.kind === 'random' && checkpoints !== undefined
    if (isRemembered && checkpoints.lock !== undefined) {
      this.#unlock = await checkpoints.lock(id)
      if (this.#unlock === undefined) throw locked(key)
    }
    const known = resume === true && isRemembered ? await checkpoints.get(id) : undefined
    const given = typeof resume === 'object' && 'v' in resume ? resume : undefined
    if (isRemembered && isHandle(this.#given)) await checkpoints.putHandle?.(id, this.#given)
    return new MultipartUpload({
      ...this.#environment,
      checkpoints: isRemembered ? checkpoints : undefined,
      options: this.#options,
      object: objectOptions(this.#options),
      source: opened,
      id,
      fingerprint,
      resume:
        this.#failed ?? given ?? known ?? (typeof resume === 'object' ? { uploadId: resume.uploadId } : undefined),
      isForced: typeof resume === 'object',
    })
  }

  #result(run: Run, { size, etag, crc64, versionId, requestId, uploadId, parts }: CompletedUpload): UploadResult {
    return { ...this.#resultOf(run, { etag, crc64, versionId, requestId, size, parts }), uploadId }
  }

  #resultOf(run: Run, stored: Omit<CompletedUpload, 'uploadId'>): UploadResult {
    const { bucket, key } = this.#options
    const { etag, crc64, versionId, requestId, size, parts } = stored
    return {
      bucket,
      key,
      etag,
      size,
      parts,
      reusedParts: run.board.reusedParts,
      retries: run.board.retries,
      ms: Date.now() - this.#startedAt,
      ...(crc64 === undefined ? {} : { crc64: String(crc64) }),
      ...(versionId === undefined ? {} : { versionId }),
      ...(requestId === undefined ? {} : { requestId }),
    }
  }

  /** The result of an upload that `onExists` makes unnecessary. Throws ObjectExists where it forbids one. */
  async #existing(run: Run, opened: OpenedSource): Promise<UploadResult | undefined> {
    const { onExists = 'overwrite' } = this.#options
    if (onExists === 'overwrite') return undefined
    const info = await headObject(this.#environment.requester, this.#options, run.hooks).catch((error: unknown) => {
      if (error instanceof OssError && error.status === 404) return undefined
      throw error
    })
    if (info === undefined) return undefined
    if (onExists === 'fail') throw exists(this.#options.key)
    if (onExists === 'skip-if-same' && !(await this.#isSame(opened, info))) return undefined
    const { etag, versionId, size } = info
    const crc64 = info.crc64 === undefined ? undefined : BigInt(info.crc64)
    run.board.reset([], size)
    const stored = { etag, crc64, versionId, requestId: undefined, size, parts: 0 }
    return { ...this.#resultOf(run, stored), skipped: true }
  }

  async #isSame(opened: OpenedSource, info: { readonly size: number; readonly crc64?: string }): Promise<boolean> {
    if (opened.kind !== 'random' || opened.source.size !== info.size || info.crc64 === undefined) return false
    const local = await checksumOf(opened.source.read(0, info.size), this.#environment.crc64)
    return String(local) === info.crc64
  }
}

/** The outcome of an upload's Complete. */
export interface CompletedUpload {
  readonly uploadId: string
  readonly size: number
  readonly etag: string
  readonly crc64: bigint | undefined
  readonly versionId: string | undefined
  readonly requestId: string | undefined
  readonly parts: number
}

/** Throws SizeMismatch. @param wished undefined: any */
export function checkSize(wished: number | undefined, found: number): void {
  if (wished === undefined || wished === found) return
  throw new OssError({
    code: CLIENT_CODES.sizeMismatch,
    message: `The source has ${found} bytes, not ${wished} as announced. Nothing was stored.`,
  })
}

function mismatch(stored: string, sent: bigint): OssError {
  return new OssError({
    code: CLIENT_CODES.checksumMismatch,
    message: `The server stored bytes with the CRC-64 ${stored}; those sent have ${sent}.`,
    hint: 'Upload it again; if this repeats, something between this machine and the server changes bytes.',
  })
}

function noSource(key: string): OssError {
  return new OssError({
    code: CLIENT_CODES.invalidOption,
    message: `The source of ${key} is not known any more.`,
    hint: 'Choose the file again: resume({ source }).',
  })
}

function otherSource(key: string): OssError {
  return new OssError({
    code: CLIENT_CODES.sourceChanged,
    message: `This is not the source that the upload of ${key} began with.`,
    hint: 'Choose the same file, or begin a new upload.',
  })
}

function locked(key: string): OssError {
  return new OssError({
    code: CLIENT_CODES.locked,
    message: `Another process or tab is uploading this source to ${key}.`,
    hint: 'Wait for it, or end it first.',
  })
}

function exists(key: string): OssError {
  return new OssError({ code: CLIENT_CODES.exists, status: 409, message: `The object ${key} exists already.` })
}
