/** The multipart operations, for programs that control each request themselves. */
import { completeVerified } from './transfer/complete.js'
import { checkSize } from './transfer/upload.js'
import type { Body } from './types/client.js'
import { OssError } from './types/error.js'
import type { ObjectOptions } from './types/object-options.js'
import {
  abort,
  type Completed,
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

  /** @param options `sequential`: parts are taken in the order of their numbers alone, and the object has an MD5 */
  async initiate(
    options: ObjectOptions & { readonly bucket?: string; readonly key: string; readonly sequential?: boolean },
  ): Promise<{ readonly uploadId: string }> {
    const { key, sequential } = options
    const bucket = this.#bucketOf(options.bucket)
    const uploadId = await initiate(this.#requester, { bucket, key, options, sequential })
    return { uploadId }
  }

  /**
   * @param options `size`: bytes of the body, which is read once per attempt: a stream is sent once; `md5`: in base64, compared by the server
   * before it stores anything
   */
  uploadPart(
    options: NamedUpload &
      Pick<RequestHooks, 'signal' | 'onSent'> & {
        readonly partNumber: number
        readonly body: Body
        readonly size: number
        readonly md5?: string
      },
  ): Promise<{ readonly etag: string; readonly crc64: string | undefined }> {
    const { body, size, partNumber, signal, onSent, md5 } = options
    const headers = md5 === undefined ? undefined : { 'content-md5': md5 }
    const isOnce = !(body instanceof Uint8Array || body instanceof Blob)
    const hooks = { signal, onSent, ...(isOnce ? { retry: { maxAttempts: 1 } } : {}) }
    return uploadPart(
      this.#requester,
      { ...this.#named(options), partNumber },
      { body: () => body, size, headers },
      hooks,
    )
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
  ): Promise<{ readonly etag: string; readonly lastModified: Date }> {
    const { partNumber, from } = options
    const source = { ...from, bucket: this.#bucketOf(from.bucket) }
    return uploadPartCopy(this.#requester, { ...this.#named(options), partNumber }, source)
  }

  /** @param upload `pageSize`: parts per request, 1 to 1,000 */
  listParts(upload: NamedUpload & { readonly pageSize?: number }): AsyncIterable<StoredPart> {
    return listParts(this.#requester, { ...this.#named(upload), pageSize: upload.pageSize })
  }

  /** The incomplete uploads of a bucket; with `delimiter` those whose key has none after the prefix. */
  list(
    options: {
      readonly bucket?: string
      readonly prefix?: string
      readonly delimiter?: string
      readonly pageSize?: number
    } = {},
  ): AsyncIterable<ListedUpload> {
    return listUploads(this.#requester, { ...options, bucket: this.#bucketOf(options.bucket) })
  }

  /**
   * Safe to repeat: a lost answer and a second call end in the same result where `expectCrc64` and `expectSize` describe the object. Throws
   * OssError ChecksumMismatch where its CRC-64 is another, and SizeMismatch, before anything is completed, where the parts have other bytes
   * in all.
   */
  async complete(
    options: NamedUpload &
      ObjectOptions & {
        readonly parts: readonly PartTag[] | 'all'
        /** Decimal. */
        readonly expectCrc64?: string
        readonly expectSize?: number
      },
  ): Promise<Completed> {
    const { parts: wished, expectCrc64, expectSize } = options
    const parts = wished === 'all' && this.#requester.dialect === 's3' ? await this.#all(options) : wished
    if (expectSize !== undefined) await this.#checkSize(options, parts, expectSize)
    const expected = { size: expectSize, crc64: expectCrc64 === undefined ? undefined : BigInt(expectCrc64) }
    return completeVerified(this.#requester, this.#named(options), parts, options, expected, {})
  }

  /** Leaving a part out must not shorten an object. An upload that is gone may have been completed. */
  async #checkSize(upload: NamedUpload, parts: readonly PartTag[] | 'all', expected: number): Promise<void> {
    const wanted = parts === 'all' ? undefined : new Set(parts.map(({ partNumber }) => partNumber))
    let found = 0
    try {
      for await (const { partNumber, size } of this.listParts(upload)) {
        if (wanted?.has(partNumber) ?? true) found += size
      }
    } catch (error) {
      if (error instanceof OssError && error.code === 'NoSuchUpload') return
      throw error
    }
    await checkSize(expected, found)
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
