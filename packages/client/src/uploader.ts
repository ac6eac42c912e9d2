/** Uploads alone: what the smallest bundle of a page needs. `Client` adds everything else. */
import { crc64Combine } from '@bindery/bytes'
import { forgivingStore } from './transfer/forgiving-store.js'
import { Parallelism } from './transfer/parallelism.js'
import type { OpenPlatformSource } from './transfer/source.js'
import type { OpenFileTarget } from './transfer/targets.js'
import { Task, type TaskOptions } from './transfer/task.js'
import { Throttle } from './transfer/throttle.js'
import { UploadRunner } from './transfer/upload.js'
import type { Checkpoint, CheckpointStore } from './types/checkpoint.js'
import type {
  ClientOptions,
  Crc64,
  IntegrityPolicy,
  NewMd5,
  Parallel,
  RetryPolicy,
  TransferLimits,
  Transport,
} from './types/client.js'
import { CLIENT_CODES, OssError } from './types/error.js'
import type { UploadOptions, UploadResult, UploadSource, UploadTask } from './types/upload.js'
import type { Checksum } from './wire/checksum.js'
import { loaded } from './wire/failure.js'
import { abort, type UploadName } from './wire/multipart.js'
import { Requester } from './wire/requester.js'
import type { SigningDigests } from './wire/signing-digests.js'

/** Parts that differ between platforms. */
export interface Platform {
  readonly transport: (options: ClientOptions) => Transport
  /** Hash functions of signatures. Default: those of Web Crypto. */
  readonly digests?: SigningDigests
  readonly checkpoints: () => CheckpointStore | undefined
  readonly openSource: OpenPlatformSource
  /** Absent: there are no files with paths. */
  readonly openFileTarget?: OpenFileTarget
  /** Used where the options of a client name no other. */
  readonly crc64: Crc64
  /** Default: MD5 in plain JavaScript. */
  readonly newMd5?: NewMd5
  /** Parts in flight at most, where that adapts. */
  readonly parallelMax: number
  /** Bytes. */
  readonly bufferBytes: number
  /** Bytes of the smallest part of a source that can be read anywhere; a power of two. Default 1 MiB. */
  readonly partBytesMin?: number
}

const DEFAULT_INTEGRITY: IntegrityPolicy = { part: 'crc64', object: 'crc64', onResume: 'recompute', worker: 'auto' }

/** Uploads to one server. It keeps connections; `close` ends them. */
export class Uploader {
  readonly requester: Requester
  readonly #crc64: Crc64
  readonly #options: ClientOptions
  protected readonly platform: Platform
  readonly #limits: TransferLimits
  readonly #checkpoints: CheckpointStore | undefined
  readonly #up: Throttle

  constructor(options: ClientOptions, platform: Platform) {
    this.#options = options
    this.platform = platform
    this.#crc64 = options.crc64 ?? platform.crc64
    this.requester = new Requester(options, options.transport ?? platform.transport(options), platform.digests)
    const { bufferBytes } = platform
    this.#limits = {
      parts: 'auto',
      files: 3,
      filesInAll: Number.POSITIVE_INFINITY,
      bytesPerSecond: 0,
      upBytesPerSecond: 0,
      downBytesPerSecond: 0,
      bufferBytes,
      ...options.limits,
    }
    this.#up = new Throttle(this.#limits.upBytesPerSecond)
    const { checkpoints } = options
    this.#checkpoints = checkpoints === false ? undefined : (checkpoints ?? platform.checkpoints())
  }

  /** Where unfinished uploads are remembered; undefined: nowhere. */
  get checkpoints(): CheckpointStore | undefined {
    return this.#checkpoints
  }

  get limits(): TransferLimits {
    return this.#limits
  }

  /**
   * Uploads a source. The task starts at once, unless `start` is given. Without a source it needs `resume({ source })`.
   */
  upload(source: UploadSource | undefined, given: UploadOptions): UploadTask {
    const options = { ...given, bucket: this.bucketOf(given.bucket) }
    const { checkpoints } = given
    const integrity = { ...DEFAULT_INTEGRITY, ...this.#options.integrity, ...given.integrity }
    const runner = new UploadRunner(
      {
        requester: this.requester,
        checksum: () => this.checksum(integrity),
        integrity,
        bufferBytes: this.#limits.bufferBytes,
        partBytesMin: this.platform.partBytesMin,
        checkpoints: this.storeOf(checkpoints),
        openPlatformSource: this.platform.openSource,
        newMd5: this.platform.newMd5,
        onCheckpoint: (checkpoint) => task.events.emit('checkpoint', checkpoint),
      },
      source,
      options,
    )
    const task = new RunningUpload(runner, this.taskOptions(options, this.#up))
    if (given.start === 'paused') void task.pause()
    else if (given.start !== 'queued') task.resume()
    return task
  }

  /** Stores a small object. */
  put(key: string, body: UploadSource, options: Omit<UploadOptions, 'key'> = {}): Promise<UploadResult> {
    return this.upload(body, { ...options, key }).result
  }

  /** Aborts an upload; one that is not there counts as aborted. */
  abortUpload(name: Omit<UploadName, 'bucket'> & { readonly bucket?: string }): Promise<void> {
    return abort(this.requester, { ...name, bucket: this.bucketOf(name.bucket) })
  }

  close(): void {
    this.requester.close()
  }

  /** Changes the limit of all uploads of this client, those that run included: bytes per second; 0: no limit. */
  setBandwidth({ up }: { readonly up?: number }): void {
    if (up !== undefined) this.#up.set(up)
  }

  /** The store of a transfer, whose failures do not end it. */
  protected storeOf(given: CheckpointStore | false | undefined): CheckpointStore | undefined {
    const store = given === false ? undefined : (given ?? this.#checkpoints)
    return store && forgivingStore(store)
  }

  protected taskOptions(
    options: {
      readonly bucket: string
      readonly key: string
      readonly parallel?: Parallel
      readonly bytesPerSecond?: number
      readonly signal?: AbortSignal
      readonly retry?: Partial<RetryPolicy>
      readonly onFailure?: 'keep' | 'abort'
    },
    shared?: Throttle,
  ): TaskOptions {
    const { bucket, key, signal, retry, onFailure } = options
    const { parallel = this.#limits.parts, bytesPerSecond = this.#limits.bytesPerSecond } = options
    const parallelism = new Parallelism(parallel, this.platform.parallelMax)
    return { bucket, key, parallelism, throttle: new Throttle(bytesPerSecond, shared), signal, retry, onFailure }
  }

  /** The CRC-64 that the server reports: CRC-64/ECMA of OSS, CRC-64/NVME of S3. */
  async checksum({ worker }: Pick<IntegrityPolicy, 'worker'> = { worker: false }): Promise<Checksum> {
    const checksum =
      this.#options.dialect === 's3'
        ? (await loaded(import('./wire/checksum.js'))).s3Checksum()
        : { crc64: this.#crc64, combine: crc64Combine }
    if (!worker || typeof Worker === 'undefined' || typeof Blob === 'undefined') return checksum
    return (await loaded(import('./browser/hash-worker.js'))).inWorker(checksum, worker, this.#options.dialect)
  }

  protected bucketOf(given: string | undefined): string {
    const bucket = given ?? this.#options.bucket
    if (bucket !== undefined) return bucket
    throw new OssError({
      code: CLIENT_CODES.invalidOption,
      message: 'No bucket is given.',
      hint: 'Name one in the call, or as `bucket` of the client.',
    })
  }
}

/** A task with what only uploads have. */
class RunningUpload extends Task<UploadResult> implements UploadTask {
  readonly #runner: UploadRunner

  constructor(runner: UploadRunner, options: TaskOptions) {
    super(runner, options)
    this.#runner = runner
  }

  get checkpoint(): Checkpoint | undefined {
    return this.#runner.checkpoint
  }

  get uploadId(): string | undefined {
    return this.checkpoint?.uploadId
  }

  override resume({ source }: { readonly source?: UploadSource } = {}): void {
    if (source !== undefined) this.#runner.provide(source)
    super.resume()
  }
}
