/** The options and results of ali-oss, as far as this class has them. */
import type { Readable } from 'node:stream'

/** The options of the constructor. */
export interface AliOssOptions {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly stsToken?: string
  /** Returns new temporary keys. They are requested at the interval, and where the server refuses the old ones. */
  readonly refreshSTSToken?: () => Promise<AliOssKeys>
  /** Milliseconds. Default 300,000. */
  readonly refreshSTSTokenInterval?: number
  readonly bucket?: string
  /** Default: the public endpoint of the region. */
  readonly endpoint?: string
  /** As `oss-cn-hangzhou`, the default. */
  readonly region?: string
  readonly internal?: boolean
  readonly secure?: boolean
  readonly cname?: boolean
  /** Path-style addresses. */
  readonly sldEnable?: boolean
  readonly authorizationV4?: boolean
  /** Repetitions of a failed request. Default 9. */
  readonly retryMax?: number
}

/** Temporary keys. */
export interface AliOssKeys {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly stsToken: string
}

/** The answer of the server to the last request of a call. */
export interface AliOssResponse {
  readonly status: number
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly requestUrls: readonly string[]
  /** Milliseconds. */
  readonly rt: number
  readonly size: number
}

/** Bytes that can be stored: a path, a buffer, a stream or a blob. */
export type AliOssFile = string | Uint8Array | Blob | Readable

/** Options of most calls. */
export interface AliOssRequest {
  readonly headers?: Readonly<Record<string, string>>
  /** Query parameters that are signed. */
  readonly subres?: Readonly<Record<string, string>>
  readonly versionId?: string
}

/** A callback that the server makes after an upload. */
export interface AliOssCallback {
  readonly url: string
  readonly body: string
  readonly host?: string
  readonly contentType?: string
  readonly callbackSNI?: boolean
  readonly customValue?: Readonly<Record<string, string | number>>
  readonly headers?: Readonly<Record<string, string>>
}

/** Options of uploads. */
export interface AliOssUpload extends AliOssRequest {
  /** The Content-Type; by default from the ending of the name. */
  readonly mime?: string
  readonly meta?: Readonly<Record<string, string | number>>
  readonly callback?: AliOssCallback
  /** Bytes of a stream. */
  readonly contentLength?: number
}

/** The state of a multipart upload, with which it continues. */
export interface AliOssCheckpoint {
  readonly file: AliOssFile
  readonly name: string
  readonly fileSize: number
  readonly partSize: number
  readonly uploadId: string
  readonly doneParts: readonly { readonly number: number; readonly etag: string }[]
}

/** Options of `multipartUpload`. */
export interface AliOssMultipart extends AliOssUpload {
  /** Default 5. */
  readonly parallel?: number
  /** Bytes. Default 1 MiB, or more for large files. */
  readonly partSize?: number
  readonly checkpoint?: AliOssCheckpoint
  /** `share` is 0 to 1. */
  readonly progress?: (share: number, checkpoint?: AliOssCheckpoint, res?: AliOssResponse) => unknown
}
