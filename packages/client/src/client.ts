/** The client that an application holds. */
import { crc64 as defaultCrc64 } from './crc64.js'
import { bytesTarget } from './transfer/bytes-target.js'
import { CopyRunner } from './transfer/copy.js'
import { DownloadRunner } from './transfer/download.js'
import { Parallelism } from './transfer/parallelism.js'
import type { OpenPlatformSource } from './transfer/source.js'
import { streamObject } from './transfer/stream.js'
import { Task } from './transfer/task.js'
import { Throttle } from './transfer/throttle.js'
import { UploadRunner } from './transfer/upload.js'
import type { BucketInfo, BucketOptions, ListedBucket, ListedVersion } from './types/bucket.js'
import type { Checkpoint, CheckpointStore } from './types/checkpoint.js'
import type { ClientOptions, Crc64, IntegrityPolicy, RetryPolicy, TransferLimits, Transport } from './types/client.js'
import { CLIENT_CODES, OssError } from './types/error.js'
import type {
  CopyOptions,
  DeleteResult,
  DownloadOptions,
  DownloadResult,
  DownloadTarget,
  DownloadTask,
  ListedObject,
  ListOptions,
  ObjectInfo,
} from './types/object.js'
import type { Transfer, UploadOptions, UploadResult, UploadSource, UploadTask } from './types/upload.js'
import { deleteBucket, getBucketInfo, listBuckets, listVersions, putBucket } from './wire/buckets.js'
import { abort, type ListedUpload, listParts, listUploads, type StoredPart, type UploadName } from './wire/multipart.js'
import { deleteObjects, headObject, listObjects } from './wire/objects.js'
import { Requester } from './wire/requester.js'

/** Parts that differ between platforms. */
export interface Platform {
  readonly transport: () => Transport
  readonly checkpoints: () => CheckpointStore
  readonly openSource: OpenPlatformSource
  /** Parts in flight at most, where that adapts. */
  readonly parallelMax: number
  /** Bytes. */
  readonly bufferBytes: number
}

const DEFAULT_INTEGRITY: IntegrityPolicy = { part: 'crc64', object: 'crc64', onResume: 'recompute' }

/** Makes clients of one platform. */
export function clientFactory(platform: Platform): (options: ClientOptions) => Client {
  return (options) => new Client(options, platform)
}

/** A client of one server. It keeps connections; `close` ends them. */
export class Client {
  readonly requester: Requester
  readonly #options: ClientOptions
  readonly #platform: Platform
  readonly #crc64: Crc64
  readonly #limits: TransferLimits
  readonly #checkpoints: CheckpointStore | undefined

  constructor(options: ClientOptions, platform: Platform) {
    this.#options = options
    this.#platform = platform
    this.#crc64 = options.crc64 ?? defaultCrc64
    this.requester = new Requester(options, options.transport ?? platform.transport())
    const { bufferBytes } = platform
    this.#limits = { parts: 'auto', files: 3, bytesPerSecond: 0, bufferBytes, ...options.limits }
    const { checkpoints } = options
    this.#checkpoints = checkpoints === false ? undefined : (checkpoints ?? platform.checkpoints())
  }

  get limits(): TransferLimits {
    return this.#limits
  }

  /** Uploads a source. The task starts at once, unless `start` is `paused`. */
  upload(source: UploadSource, given: UploadOptions): UploadTask {
    const options = { ...given, bucket: this.#bucket(given.bucket) }
    const { checkpoints } = given
    const emit: { checkpoint: (checkpoint: Checkpoint) => void } = { checkpoint: () => {} }
    const runner = new UploadRunner(
      {
        requester: this.requester,
        crc64: this.#crc64,
        integrity: { ...DEFAULT_INTEGRITY, ...this.#options.integrity, ...given.integrity },
        bufferBytes: this.#limits.bufferBytes,
        checkpoints: checkpoints === false ? undefined : (checkpoints ?? this.#checkpoints),
        openPlatformSource: this.#platform.openSource,
        onCheckpoint: (checkpoint) => emit.checkpoint(checkpoint),
      },
      source,
      options,
    )
    const task = this.#task(runner, options)
    emit.checkpoint = (checkpoint) => task.events.emit('checkpoint', checkpoint)
    Object.defineProperties(task, {
      checkpoint: { get: () => runner.checkpoint },
      uploadId: { get: () => runner.checkpoint?.uploadId },
    })
    if (given.start !== 'paused') task.resume()
    return task as Task<UploadResult> & UploadTask
  }

  /** Downloads an object into a target. */
  download<Value>(target: DownloadTarget<Value>, given: DownloadOptions): DownloadTask<Value> {
    const options = { ...given, bucket: this.#bucket(given.bucket) }
    const runner = new DownloadRunner({ requester: this.requester, crc64: this.#crc64 }, target, options)
    const task = this.#task<DownloadResult<Value>>(runner, options)
    task.resume()
    return task
  }

  /** Downloads an object into memory. */
  async get(key: string, options: Omit<DownloadOptions, 'key'> = {}): Promise<Uint8Array> {
    const { value } = await this.download(bytesTarget(), { ...options, key }).result
    return value
  }

  /**
   * The object's bytes in order; it reconnects at the byte where a connection broke off. A whole object whose bytes do not
   * have its CRC-64 ends with ChecksumMismatch, after its last byte.
   */
  stream(options: DownloadOptions): AsyncIterable<Uint8Array> {
    return streamObject(this.requester, this.#crc64, { ...options, bucket: this.#bucket(options.bucket) })
  }

  /** Copies an object on the server, of any size. */
  copy(options: CopyOptions): Transfer<UploadResult> {
    const from = { ...options.from, bucket: this.#bucket(options.from.bucket) }
    const to = { ...options.to, bucket: this.#bucket(options.to.bucket) }
    const task = this.#task(new CopyRunner(this.requester, from, to, options), { ...options, ...to })
    task.resume()
    return task
  }

  /** Stores a small object. */
  put(key: string, body: UploadSource, options: Omit<UploadOptions, 'key'> = {}): Promise<UploadResult> {
    return this.upload(body, { ...options, key }).result
  }

  /** Throws OssError NoSuchKey. */
  head(
    key: string,
    { bucket, versionId }: { readonly bucket?: string; readonly versionId?: string } = {},
  ): Promise<ObjectInfo> {
    return headObject(this.requester, { bucket: this.#bucket(bucket), key, versionId })
  }

  /** The objects of a bucket in the order of their keys, and common prefixes where a delimiter is given. */
  list(options: ListOptions = {}): AsyncIterable<ListedObject> {
    return listObjects(this.requester, { ...options, bucket: this.#bucket(options.bucket) })
  }

  /** The versions and delete markers of a bucket, and common prefixes where a delimiter is given. */
  listVersions(options: ListOptions = {}): AsyncIterable<ListedVersion> {
    return listVersions(this.requester, { ...options, bucket: this.#bucket(options.bucket) })
  }

  /** Buckets of the requester whose names begin with a prefix, by name. */
  listBuckets(options: { readonly prefix?: string; readonly pageSize?: number } = {}): AsyncIterable<ListedBucket> {
    return listBuckets(this.requester, options)
  }

  /** Creates a bucket. Throws OssError BucketAlreadyExists where it belongs to another account. */
  createBucket(bucket: string, options: BucketOptions = {}): Promise<void> {
    return putBucket(this.requester, bucket, options)
  }

  /** Deletes an empty bucket. Throws OssError BucketNotEmpty. */
  deleteBucket(bucket: string): Promise<void> {
    return deleteBucket(this.requester, bucket)
  }

  /** Throws OssError NoSuchBucket. */
  bucketInfo(bucket: string): Promise<BucketInfo> {
    return getBucketInfo(this.requester, bucket)
  }

  /** Deletes objects; `failed` names those that the server kept. */
  delete(keys: string | readonly string[], { bucket }: { readonly bucket?: string } = {}): Promise<DeleteResult> {
    return deleteObjects(this.requester, this.#bucket(bucket), typeof keys === 'string' ? [keys] : keys)
  }

  /** The incomplete uploads of a bucket. */
  listUploads(options: { readonly bucket?: string; readonly prefix?: string } = {}): AsyncIterable<ListedUpload> {
    return listUploads(this.requester, { ...options, bucket: this.#bucket(options.bucket) })
  }

  /** The stored parts of an incomplete upload. */
  listParts(name: Omit<UploadName, 'bucket'> & { readonly bucket?: string }): AsyncIterable<StoredPart> {
    return listParts(this.requester, { ...name, bucket: this.#bucket(name.bucket) })
  }

  /** Aborts an upload; one that is not there counts as aborted. */
  abortUpload(name: Omit<UploadName, 'bucket'> & { readonly bucket?: string }): Promise<void> {
    return abort(this.requester, { ...name, bucket: this.#bucket(name.bucket) })
  }

  /** A URL that anybody may use for one request. @param options `expiresIn` in seconds, 1 to 604,800; default 900 */
  presign(options: {
    readonly key: string
    readonly bucket?: string
    readonly method?: 'GET' | 'PUT' | 'HEAD'
    readonly expiresIn?: number
    readonly query?: Readonly<Record<string, string>>
    readonly headers?: Readonly<Record<string, string>>
  }): Promise<string> {
    const { key, method = 'GET', expiresIn = 900, query, headers } = options
    const op = method === 'PUT' ? 'PutObject' : method === 'HEAD' ? 'HeadObject' : 'GetObject'
    return this.requester.presign({ op, method, bucket: this.#bucket(options.bucket), key, query, headers }, expiresIn)
  }

  close(): void {
    this.requester.close()
  }

  #task<Result>(
    runner: ConstructorParameters<typeof Task<Result>>[0],
    options: {
      readonly bucket: string
      readonly key: string
      readonly parallel?: number | 'auto'
      readonly bytesPerSecond?: number
      readonly signal?: AbortSignal
      readonly retry?: Partial<RetryPolicy>
      readonly onFailure?: 'keep' | 'abort'
    },
  ): Task<Result> {
    const { bucket, key, parallel = this.#limits.parts, bytesPerSecond = this.#limits.bytesPerSecond } = options
    return new Task<Result>(runner, {
      bucket,
      key,
      parallelism: new Parallelism(parallel, this.#platform.parallelMax),
      throttle: new Throttle(bytesPerSecond),
      signal: options.signal,
      retry: options.retry,
      onFailure: options.onFailure,
    })
  }

  #bucket(given: string | undefined): string {
    const bucket = given ?? this.#options.bucket
    if (bucket !== undefined) return bucket
    throw new OssError({
      code: CLIENT_CODES.invalidOption,
      message: 'No bucket is given.',
      hint: 'Name one in the call, or as `bucket` of the client.',
    })
  }
}
