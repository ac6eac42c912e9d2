/** An upload: one PutObject for little, else parts, in parallel, of which those that the server has are not sent again. */

import type { Checkpoint, CheckpointStore } from '../types/checkpoint.js'
import type { IntegrityPolicy, NewMd5 } from '../types/client.js'
import type { OssError } from '../types/error.js'
import type { PartBytes, RandomAccessSource, UploadOptions, UploadResult, UploadSource } from '../types/upload.js'
import type { Checksum } from '../wire/checksum.js'
import { loaded } from '../wire/failure.js'
import { abort, type RequestHooks } from '../wire/multipart.js'
import { putObject } from '../wire/objects.js'
import type { Requester } from '../wire/requester.js'
import { checkpointId, objectOptions } from './checkpoint.js'
import { failures } from './load-failures.js'
import { MultipartUpload } from './multipart-upload.js'
import { type OpenedBody, openBody, type PartContent } from './part-body.js'
import { isHandle, type OpenedSource, type OpenPlatformSource, openSource } from './source.js'
import type { Stated } from './stated-checksums.js'
import type { Run, Runner } from './task.js'

/** Bytes under which an upload is one request. */
export const MULTIPART_THRESHOLD = 8 * 1024 * 1024

/**
 * What a client passes to each of its uploads. `bufferBytes` limits the memory for sources that cannot be read twice.
 */
export interface UploadEnvironment {
  readonly requester: Requester
  readonly checksum: () => Promise<Checksum>
  readonly integrity: IntegrityPolicy
  readonly bufferBytes: number
  readonly partBytesMin: number | undefined
  readonly checkpoints: CheckpointStore | undefined
  readonly openPlatformSource: OpenPlatformSource
  /** MD5 of the platform, which is faster. */
  readonly newMd5: NewMd5 | undefined
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
    const { openPlatformSource } = this.#environment
    if (this.#given === undefined) throw (await failures()).noSource(this.#options.key)
    const checksum = await this.#environment.checksum()
    this.#source ??= await openSource(this.#given, this.#options.size, checksum.crc64, openPlatformSource)
    const skipped = this.checkpoint === undefined ? await this.#existing(run, this.#source, checksum) : undefined
    if (skipped !== undefined) return skipped
    const small = this.checkpoint === undefined ? await this.#small(this.#source) : undefined
    if (small !== undefined) return this.#put(run, small, checksum)
    this.#multipart ??= await this.#createMultipart(this.#source, checksum)
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
      return { size: source.size, open: () => unchanged(source, this.#environment.requester.lends) }
    }
    const { reader } = opened
    const pieces = await reader.take(Math.max(1, multipartThreshold))
    if (!(await reader.isAtEnd())) {
      reader.unread(pieces)
      return undefined
    }
    const size = pieces.reduce((bytes, piece) => bytes + piece.length, 0)
    await checkSize(this.#options.size, size)
    const [only] = pieces
    return { size, open: () => (pieces.length === 1 && only !== undefined ? only : pieces) }
  }

  async #put(run: Run, content: PartContent, checksum: Checksum): Promise<UploadResult> {
    const { requester, integrity } = this.#environment
    const { board, throttle, signal } = run
    const part = { partNumber: 1, offset: 0, size: content.size }
    board.reset([part], content.size)
    run.setState('running')
    run.emitPart(board.started(1, Date.now()))
    const compared = integrity.part.startsWith('crc64') ? checksum : undefined
    let opened: OpenedBody | undefined
    const body = async () => {
      opened = await openBody(content, compared, throttle, signal)
      return opened.body
    }
    const { headers, hooks } = await this.#stated(content, checksum, run.hooksFor(part))
    const stored = await putObject(
      requester,
      this.#options,
      { body, size: content.size, headers },
      this.#options,
      hooks,
    )
    const sent = await opened?.crc64()
    if (sent !== undefined && stored.crc64 !== undefined && stored.crc64 !== String(sent))
      throw (await failures()).mismatch(stored.crc64, sent)
    run.emitPart(board.done(1, Date.now(), stored))
    return this.#resultOf(run, { ...stored, crc64: sent, size: content.size, parts: 1 })
  }

  /** Checksums that the server compares before it stores anything. S3 does not report that of an object otherwise. */
  async #stated(content: PartContent, checksum: Checksum, hooks: RequestHooks): Promise<Stated> {
    const { requester, integrity, newMd5 } = this.#environment
    const md5 = integrity.part.endsWith('md5')
    const crc64 = requester.dialect === 's3' && integrity.part.startsWith('crc64') ? checksum : undefined
    if (!md5 && crc64 === undefined) return { hooks }
    return (await loaded(import('./stated-checksums.js'))).stated(content, { md5, crc64, newMd5 }, hooks)
  }

  async #createMultipart(opened: OpenedSource, checksum: Checksum): Promise<MultipartUpload> {
    const { requester, checkpoints } = this.#environment
    const { bucket, key, resume = 'stored' } = this.#options
    const fingerprint = opened.kind === 'random' ? await opened.source.fingerprint() : 'stream'
    const { expectFingerprint = fingerprint } = this.#options
    if (fingerprint !== expectFingerprint) throw (await failures()).otherSource(key)
    const id = checkpointId(requester.address.endpoint, bucket, key, fingerprint)
    const isRemembered = opened.kind === 'random' && checkpoints !== undefined
    if (isRemembered && checkpoints.lock !== undefined) {
      this.#unlock = await checkpoints.lock(id)
      if (this.#unlock === undefined) throw (await failures()).locked(key)
    }
    const known = (resume === true || resume === 'stored') && isRemembered ? await checkpoints.get(id) : undefined
    const given = typeof resume === 'object' && 'v' in resume ? resume : undefined
    if (isRemembered && isHandle(this.#given)) await checkpoints.putHandle?.(id, this.#given)
    return new MultipartUpload({
      ...this.#environment,
      checksum,
      searchesServer: resume === true,
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

  #result(run: Run, { uploadId, ...stored }: CompletedUpload): UploadResult {
    return { ...this.#resultOf(run, stored), uploadId }
  }

  #resultOf(run: Run, stored: Omit<CompletedUpload, 'uploadId'>): UploadResult {
    const { bucket, key } = this.#options
    const { etag, crc64, versionId, requestId, size, parts, callbackAnswer } = stored
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
      ...(callbackAnswer === undefined ? {} : { callback: callbackValue(callbackAnswer) }),
    }
  }

  /** The result of an upload that `onExists` makes unnecessary. Throws ObjectExists where it forbids one. */
  async #existing(run: Run, opened: OpenedSource, checksum: Checksum): Promise<UploadResult | undefined> {
    if ((this.#options.onExists ?? 'overwrite') === 'overwrite') return undefined
    const { existing } = await loaded(import('./existing.js'))
    const info = await existing(this.#environment.requester, this.#options, opened, checksum, run.hooks)
    if (info === undefined) return undefined
    const { etag, versionId, size, crc64 } = info
    run.board.reset([], size)
    const stored = { etag, crc64: crc64 === undefined ? undefined : BigInt(crc64), versionId, requestId: undefined }
    return { ...this.#resultOf(run, { ...stored, size, parts: 0 }), skipped: true }
  }
}

/** All bytes of a source. Throws, before the last of them is given, what `checkUnchanged` throws. */
async function unchanged(source: RandomAccessSource, lends: boolean): Promise<PartBytes> {
  const { size } = source
  const read = await source.read(0, size, lends)
  if (source.checkUnchanged === undefined) return read
  if (read instanceof Uint8Array || read instanceof Blob) {
    await source.checkUnchanged()
    return read
  }
  return watched(source, read)
}

async function* watched(source: RandomAccessSource, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    if (length >= source.size) await source.checkUnchanged?.()
    yield piece
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
  /** The application's answer to a callback, as it came. */
  readonly callbackAnswer?: string | undefined
}

/** Applications answer a callback with JSON; any other text is returned as it is. */
function callbackValue(answer: string): unknown {
  try {
    return JSON.parse(answer)
  } catch {
    return answer
  }
}

/** Throws SizeMismatch. @param announced undefined: any */
export async function checkSize(announced: number | undefined, found: number): Promise<void> {
  if (announced !== undefined && announced !== found) throw (await failures()).wrongSize(announced, found)
}
