/** The client that an application holds: uploads, and everything else that it may do with buckets and objects. */

import { MultipartApi } from './multipart-api.js'
import { UploadQueue } from './queue/queue.js'
import { issueTicket, presignMultipart } from './tickets/issue.js'
import { CopyRunner } from './transfer/copy.js'
import { DownloadRunner } from './transfer/download.js'
import { streamObject } from './transfer/stream.js'
import { targetOf } from './transfer/targets.js'
import { Task } from './transfer/task.js'
import { Throttle } from './transfer/throttle.js'
import type { BucketInfo, BucketOptions, ListedBucket, ListedVersion } from './types/bucket.js'
import type { ClientOptions, SignedRequest, SignTarget } from './types/client.js'
import type {
  CopyOptions,
  DeleteResult,
  DownloadDestination,
  DownloadedValue,
  DownloadOptions,
  DownloadResult,
  DownloadTarget,
  DownloadTask,
  ListedObject,
  ListOptions,
  ObjectInfo,
} from './types/object.js'
import type { QueueOptions } from './types/queue.js'
import type { PresignedMultipart, PresignMultipartOptions, TicketOptions, UploadTicket } from './types/ticket.js'
import type { Transfer, UploadResult } from './types/upload.js'
import { type Platform, Uploader } from './uploader.js'
import { deleteBucket, getBucketInfo, listBuckets, listVersions, putBucket } from './wire/buckets.js'
import { type ListedUpload, listParts, listUploads, type StoredPart, type UploadName } from './wire/multipart.js'
import { deleteObjects, headObject, listObjects } from './wire/objects.js'

/** Makes clients of one platform. */
export function clientFactory(platform: Platform): (options: ClientOptions) => Client {
  return (options) => new Client(options, platform)
}

/** A client of one server. It keeps connections; `close` ends them. */
export class Client extends Uploader {
  readonly #down = new Throttle(this.limits.downBytesPerSecond)

  /** Changes the limits of all uploads and of all downloads of this client, those that run included: bytes per second; 0: no limit. */
  override setBandwidth({ up, down }: { readonly up?: number; readonly down?: number }): void {
    if (up !== undefined) super.setBandwidth({ up })
    if (down !== undefined) this.#down.set(down)
  }

  /** Uploads that take turns: see `UploadQueue`. */
  queue(options: QueueOptions = {}): UploadQueue {
    return new UploadQueue(this, options)
  }

  /** Downloads an object. Throws OssError InvalidOption for a destination that the platform does not have. */
  download<Destination extends DownloadDestination<unknown>>(
    destination: Destination,
    given: DownloadOptions,
  ): DownloadTask<DownloadedValue<Destination>> {
    const options = { ...given, bucket: this.bucketOf(given.bucket) }
    const target = targetOf(destination, given.resume ?? true, this.platform.openFileTarget)
    type Value = DownloadedValue<Destination>
    const runner = new DownloadRunner(
      { requester: this.requester, checksum: () => this.checksum() },
      target as DownloadTarget<Value>,
      options,
    )
    const task = new Task<DownloadResult<Value>>(runner, this.taskOptions(options, this.#down))
    task.resume()
    return task
  }

  /** Downloads an object into memory. */
  async get(key: string, options: Omit<DownloadOptions, 'key'> = {}): Promise<Uint8Array> {
    const { value } = await this.download('bytes', { ...options, key }).result
    return value
  }

  /**
   * The object's bytes in order; it reconnects at the byte where a connection broke off. A whole object whose bytes do not
   * have its CRC-64 ends with ChecksumMismatch, after its last byte.
   */
  stream(options: DownloadOptions): AsyncIterable<Uint8Array> {
    return streamObject(
      { requester: this.requester, checksum: () => this.checksum(), throttle: this.#down },
      { ...options, bucket: this.bucketOf(options.bucket) },
    )
  }

  /** Copies an object on the server, of any size. */
  copy(options: CopyOptions): Transfer<UploadResult> {
    const from = { ...options.from, bucket: this.bucketOf(options.from.bucket) }
    const to = { ...options.to, bucket: this.bucketOf(options.to.bucket) }
    const checkpoints = this.storeOf(options.checkpoints ?? false)
    const kept = checkpoints === undefined ? options : { ...options, checkpoints }
    const task = new Task(new CopyRunner(this.requester, from, to, kept), this.taskOptions({ ...options, ...to }))
    task.resume()
    return task
  }

  /** Throws OssError NoSuchKey. */
  head(
    key: string,
    { bucket, versionId }: { readonly bucket?: string; readonly versionId?: string } = {},
  ): Promise<ObjectInfo> {
    return headObject(this.requester, { bucket: this.bucketOf(bucket), key, versionId })
  }

  /** The objects of a bucket in the order of their keys, and common prefixes where a delimiter is given. */
  list(options: ListOptions = {}): AsyncIterable<ListedObject> {
    return listObjects(this.requester, { ...options, bucket: this.bucketOf(options.bucket) })
  }

  /** The versions and delete markers of a bucket, and common prefixes where a delimiter is given. */
  listVersions(options: ListOptions = {}): AsyncIterable<ListedVersion> {
    return listVersions(this.requester, { ...options, bucket: this.bucketOf(options.bucket) })
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
    return deleteObjects(this.requester, this.bucketOf(bucket), typeof keys === 'string' ? [keys] : keys)
  }

  /** The incomplete uploads of a bucket. */
  listUploads(options: { readonly bucket?: string; readonly prefix?: string } = {}): AsyncIterable<ListedUpload> {
    return listUploads(this.requester, { ...options, bucket: this.bucketOf(options.bucket) })
  }

  /** The stored parts of an incomplete upload. */
  listParts(name: Omit<UploadName, 'bucket'> & { readonly bucket?: string }): AsyncIterable<StoredPart> {
    return listParts(this.requester, { ...name, bucket: this.bucketOf(name.bucket) })
  }

  /** The multipart operations, one call per request. */
  get multipart(): MultipartApi {
    return new MultipartApi(this.requester, (bucket) => this.bucketOf(bucket))
  }

  /**
   * The URLs of a whole multipart upload, which it initiates; anybody may use them. @param options `parts` 1 to 10,000; `expiresIn` in
   * seconds, 1 to 604,800; default 3,600
   */
  presignMultipart(options: PresignMultipartOptions): Promise<PresignedMultipart> {
    return presignMultipart(this.requester, { ...options, bucket: this.bucketOf(options.bucket) })
  }

  /**
   * Signs what a page wants to send (`auth: { signer }`), each as a URL. The caller checks first that the page may send it.
   * @param options `expiresIn` in seconds, 1 to 604,800; default 900
   */
  sign(
    targets: readonly SignTarget[],
    { expiresIn = 900 }: { readonly expiresIn?: number } = {},
  ): Promise<SignedRequest[]> {
    return Promise.all(targets.map(async (target) => ({ url: await this.requester.presign(target, expiresIn) })))
  }

  /**
   * Lets a page upload one object of one size, without a key and without a signing backend: pass the ticket to it as JSON. Throws OssError
   * InvalidOption for an upload that needs more than 1,000 parts.
   */
  issueTicket(options: TicketOptions): Promise<UploadTicket> {
    return issueTicket(this.requester, { ...options, bucket: this.bucketOf(options.bucket) })
  }

  /**
   * A URL that anybody may use for one request: on an object, without `key` on a bucket, and with `bucket: null` on neither.
   * @param options `expiresIn` in seconds, 1 to 604,800; default 900. An empty value of `query` is a key without a value
   */
  presign(options: {
    readonly key?: string
    readonly bucket?: string | null
    readonly method?: 'GET' | 'PUT' | 'HEAD' | 'POST' | 'DELETE'
    readonly expiresIn?: number
    readonly query?: Readonly<Record<string, string>>
    readonly headers?: Readonly<Record<string, string>>
  }): Promise<string> {
    const { key, method = 'GET', expiresIn = 900, query, headers } = options
    const bucket = options.bucket === null ? undefined : this.bucketOf(options.bucket)
    return this.requester.presign({ op: 'presign', method, bucket, key, query, headers }, expiresIn)
  }
}
