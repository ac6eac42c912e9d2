/** Uploads that a backend permits in advance. */
import type { SignedRequest } from './client.js'
import type { ObjectOptions } from './object-options.js'

/** A whole multipart upload as URLs. */
export interface PresignedMultipart {
  readonly uploadId: string
  /** The URL of part n at n - 1: a PUT whose answer has the part's ETag. */
  readonly parts: readonly string[]
  /** A POST with the list of parts. */
  readonly complete: string
  /** A DELETE. */
  readonly abort: string
}

/** Which upload is presigned. Without `bucket` that of the client is used. */
export interface PresignMultipartOptions extends ObjectOptions {
  readonly key: string
  readonly bucket?: string
  readonly parts: number
  readonly expiresIn?: number
}

/** The upload that a ticket permits. Without `bucket` that of the client is used. */
export interface TicketOptions extends ObjectOptions {
  readonly key: string
  readonly bucket?: string
  /** Bytes of the object. The server refuses any other length. */
  readonly size: number
  /** Bytes per part; default: from the size. */
  readonly partSize?: number
  /** Objects of fewer bytes are one request. Default 8 MiB. */
  readonly multipartThreshold?: number
  /** Continues this multipart upload and initiates none; `partSize` must be that of its parts. */
  readonly uploadId?: string
  /** Seconds, 1 to 604,800. Default 3,600. */
  readonly expiresIn?: number
}

/** The permission to upload one object of one size for some time. Plain data; every program that has it may use it. */
export interface UploadTicket {
  readonly v: 1
  readonly endpoint: string
  readonly bucket: string
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** For an object that is one request. */
  readonly put?: SignedRequest
  readonly multipart?: {
    readonly uploadId: string
    /** Bytes. */
    readonly partSize: number
    readonly parts: readonly SignedRequest[]
    readonly list: SignedRequest
    readonly complete: SignedRequest
    readonly abort: SignedRequest
  }
  readonly head: SignedRequest
}
