/** The multipart operations, for programs that control each request themselves. */
import { completeVerified } from './transfer/complete.js'
import type { Body } from './types/client.js'
import type { ObjectOptions } from './types/object-options.js'
import {
  abort,
  type Completed,
  complete,
  initiate,
  type ListedUpload,
  listParts,
  listUploads,
  type RequestHooks,
  type StoredPart,
  type UploadName,
  uploadPart,
  uploadPartCopy,
} from './wire/multipart.js'
import type { Requester } from './wire/requester.js'

/** An upload, by what names it. Without `bucket` that of the client is used. */
export type NamedUpload = Omit<UploadName, 'bucket'> & { readonly bucket?: string }

/** A part as its ETag names it. */
export interface PartTag {
  readonly partNumber: number
  readonly etag: string
}

/** The multipart operations of one client. Each method sends one request, and repeats it under the client's policy. */
export class MultipartApi {
  readonly #requester: Requester
  readonly #bucketOf: (given: string | undefined) => string

  constructor(requester: Requester, bucketOf: (given: string | undefined) => string) {
    this.#requester = requester
    this.#bucketOf = bucketOf
  }

  async initiate(
    options: ObjectOptions & { readonly bucket?: string; readonly key: string },
  ): Promise<{ readonly uploadId: string }> {
    const { key } = options
    const uploadId = await initiate(this.#requester, { bucket: this.#bucketOf(options.bucket), key, options })
    return { uploadId }
  }

  /** @param options `size`: bytes of the body, which is read once per attempt: a stream is sent once */
  uploadPart(
    options: NamedUpload &
      Pick<RequestHooks, 'signal' | 'onSent'> & {
        readonly partNumber: number
        readonly body: Body
        readonly size: number
      },
  ): Promise<{ readonly etag: string; readonly crc64: string | undefined }> {
    const { body, size, partNumber, signal, onSent } = options
    const isOnce = !(body instanceof Uint8Array || body instanceof Blob)
    const hooks = { signal, onSent, ...(isOnce ? { retry: { maxAttempts: 1 } } : {}) }
    return uploadPart(this.#requester, { ...this.#named(options), partNumber }, { body: () => body, size }, hooks)
  }

  /** Copies bytes `[start, end)` of another object, or all of it. */
  uploadPartCopy(
    options: NamedUpload & {
      readonly partNumber: number
      readonly from: {
        readonly bucket?: string
        readonly key: string
        readonly versionId?: string
        readonly range?: { readonly start: number; readonly end: number }
      }
    },
  ): Promise<{ readonly etag: string }> {
    const { partNumber, from } = options
    const source = { ...from, bucket: this.#bucketOf(from.bucket) }
    return uploadPartCopy(this.#requester, { ...this.#named(options), partNumber }, source)
  }

  listParts(upload: NamedUpload): AsyncIterable<StoredPart> {
    return listParts(this.#requester, this.#named(upload))
  }

  /** The incomplete uploads of a bucket. */
  list(
    options: { readonly bucket?: string; readonly prefix?: string; readonly pageSize?: number } = {},
  ): AsyncIterable<ListedUpload> {
    return listUploads(this.#requester, { ...options, bucket: this.#bucketOf(options.bucket) })
  }

  /**
   * Safe to repeat: a lost answer and a second call end in the same result where `expect` describes the object. Throws OssError
   * ChecksumMismatch where its CRC-64 is another.
   */
  async complete(
    options: NamedUpload &
      ObjectOptions & {
        readonly parts: readonly PartTag[] | 'all'
        readonly expect?: { readonly size: number; readonly crc64: string }
      },
  ): Promise<Completed> {
    const { parts: wished, expect } = options
    const parts = wished === 'all' && this.#requester.dialect === 's3' ? await this.#all(options) : wished
    if (expect === undefined || parts === 'all') return complete(this.#requester, this.#named(options), parts, options)
    const expected = { size: expect.size, crc64: BigInt(expect.crc64) }
    return completeVerified(this.#requester, this.#named(options), parts, options, expected, {})
  }

  /** S3 has no word for all parts. */
  async #all(upload: NamedUpload): Promise<PartTag[]> {
    const parts: PartTag[] = []
    for await (const part of this.listParts(upload)) parts.push(part)
    return parts
  }

  /** An upload that is not there counts as aborted. */
  abort(upload: NamedUpload): Promise<void> {
    return abort(this.#requester, this.#named(upload))
  }

  #named({ bucket, key, uploadId }: NamedUpload): UploadName {
    return { bucket: this.#bucketOf(bucket), key, uploadId }
  }
}
