/** Options of a client: where it sends requests, how it signs them, and how it retries. */
import type { CheckpointStore } from './checkpoint.js'
import type { OssError } from './error.js'

/** A key pair, temporary or permanent, that signs requests. */
export interface Credentials {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  /** Present for temporary credentials. */
  readonly securityToken?: string
  /** When temporary credentials end; a number counts milliseconds since 1970. Absent: they do not expire. */
  readonly expiration?: Date | string | number
}

/** Why a provider is called: for the first request, shortly before the end, or because the server refused the last ones. */
export type CredentialsReason = 'initial' | 'expiring' | 'rejected'

/**
 * Returns credentials. Calls never overlap: all requests that need new credentials wait for the same call. It is called again where it
 * throws, three times in all, unless it throws an OssError that is not retryable.
 */
export type CredentialsProvider = (context: {
  readonly reason: CredentialsReason
  readonly previous?: Credentials
  readonly signal: AbortSignal
}) => Credentials | Promise<Credentials>

/** An operation that a remote signer may have to sign. */
export type SignedOperation =
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'CopyObject'
  | 'InitiateMultipartUpload'
  | 'UploadPart'
  | 'UploadPartCopy'
  | 'ListParts'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'

/** One request for a remote signer to sign. Header names are in lower case. */
export interface SignTarget {
  readonly op: SignedOperation
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  readonly bucket: string
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

/** A signed request: `headers` are sent in addition to those of its target. */
export interface SignedRequest {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** When the signature ends; a number counts milliseconds since 1970. A request that is refused later is signed again. */
  readonly expiresAt?: Date | number
}

/**
 * Signs requests elsewhere, so that a browser never holds a key. Requests that are needed in the same turn are signed in one
 * call, at most 100 at a time. The answers are in the order of the targets. It is called again where it throws, as a CredentialsProvider.
 */
export type RemoteSigner = (
  targets: readonly SignTarget[],
  context: { readonly signal: AbortSignal },
) => Promise<readonly SignedRequest[]>

/** How requests are signed: with a key pair or a function that returns one, by a signer elsewhere, or not at all. */
export type Auth =
  | { readonly credentials: Credentials | CredentialsProvider }
  | { readonly signer: RemoteSigner }
  | { readonly anonymous: true }

/** `auto`: path style for an IP address, `localhost` and names without a dot, else virtual-hosted style. */
export type Addressing = 'auto' | 'path' | 'virtual' | 'cname'

/** The options of `createClient`. Only `endpoint` and `auth` are required. */
export interface ClientOptions {
  /** With its scheme, as `http://127.0.0.1:9000`. Without one, `https:` is assumed. */
  readonly endpoint: string | URL
  readonly auth: Auth
  /**
   * As `cn-hangzhou`, without `oss-`. V4 signatures name it. Default: the one in the endpoint's name, else
   * `cn-hangzhou`; of S3 `us-east-1`.
   */
  readonly region?: string
  /** The bucket of calls that name none. */
  readonly bucket?: string
  /**
   * The protocol of the endpoint. Default `oss`. With `s3` all options keep their OSS words and are translated; CRC-64 is
   * CRC-64/NVME, and compared where the server reports it.
   */
  readonly dialect?: 'oss' | 's3'
  /** Default `v4`. Only for the dialect `oss`. */
  readonly signature?: 'v4' | 'v1'
  readonly addressing?: Addressing
  /** Default: the platform's own. */
  readonly transport?: Transport
  readonly retry?: Partial<RetryPolicy>
  readonly integrity?: Partial<IntegrityPolicy>
  readonly limits?: Partial<TransferLimits>
  /** Where unfinished transfers are remembered. Default: memory, in Node.js a folder; false: nowhere. */
  readonly checkpoints?: CheckpointStore | false
  /**
   * Milliseconds to add to the local clock. `auto`, the default, learns it when the server rejects a request's time.
   */
  readonly clockSkew?: 'auto' | number
  /** The header User-Agent, in Node.js. */
  readonly userAgent?: string
  /** In the dialect `oss`: computes CRC-64/ECMA faster than the built-in WebAssembly, where the platform can. */
  readonly crc64?: Crc64
  readonly onRequest?: (trace: RequestTrace) => void
}

/** CRC-64/ECMA-182 (reflected) of `bytes`, or of all bytes so far given the checksum of those before. */
export type Crc64 = (bytes: Uint8Array, previous?: bigint) => bigint

/** Begins an MD5. */
export type NewMd5 = () => { update(bytes: Uint8Array): unknown; digest(): Uint8Array }

/** One finished attempt of a request. Its URL holds no signature. */
export interface RequestTrace {
  readonly op: string
  readonly method: string
  readonly url: string
  /** 0 where no response arrived. */
  readonly status: number
  readonly requestId?: string
  /** From 1. */
  readonly attempt: number
  /** Milliseconds. */
  readonly ms: number
  readonly bytesSent: number
  /** Bytes of the response's body, as its head announces them. */
  readonly bytesReceived: number
  /** The code of what failed. */
  readonly error?: string
  /** The message of what failed. */
  readonly reason?: string | undefined
}

/** A body of a known length. An iterable is read once. */
export type Body = Uint8Array | Blob | AsyncIterable<Uint8Array>

/** A signed request, ready to be sent. The transport sends it once, without retries. A piece of a lent body is valid until the next is requested. */
export interface TransportRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Body
  /** Bytes of the body; 0 without one. */
  readonly bodyLength: number
  readonly signal: AbortSignal
  /** Called with the number of body bytes that were sent so far, where the transport can observe them. */
  readonly onSent?: (bytes: number) => void
  /** Milliseconds without progress after which the request is cut. */
  readonly stallTimeoutMs: number
  /** Pieces of the response's body may be lent: each is valid until the next is requested. */
  readonly lends?: boolean
}

/** The head of a response, of any status, and its body. */
export interface TransportResponse {
  readonly status: number
  /** The value of a header, by its name in any case. */
  header(name: string): string | undefined
  /** All headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The pieces of the body, to be read once and to the end, or left by `return()`. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Sends one request. Rejects with `TransportError` where no whole response head arrives. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResponse>
  /** Whether it is done with a piece of a body when it requests the next one, so that pieces can be lent to it. */
  readonly lends?: boolean
  /** Closes kept connections. */
  close?(): void
}

/**
 * When a failed request is repeated. Bodies can always be sent again: a stream's bytes are kept until their part is
 * stored.
 */
export interface RetryPolicy {
  /** Attempts per request, the first included. Default 10. */
  readonly maxAttempts: number
  /** Milliseconds before the first retry; it doubles with each one, with full jitter. Default 200. */
  readonly baseDelayMs: number
  /** Milliseconds. Default 20,000. A Retry-After header may demand up to 60,000. */
  readonly maxDelayMs: number
  /**
   * Milliseconds since the first attempt after which no other one begins; time without a network is not counted. Default: no limit for
   * transfers, 60,000 for other calls.
   */
  readonly maxElapsedMs?: number
  /** Milliseconds without a byte moving, after which an attempt is cut and repeated. Default 20,000. */
  readonly stallTimeoutMs: number
  /** Whether attempts wait, without being counted, while the browser is offline. Default true. */
  readonly waitForOnline: boolean
  /** Overrides what is retried; undefined leaves the default. */
  readonly isRetryable?: (
    error: OssError,
    context: { readonly op: string; readonly attempt: number },
  ) => boolean | undefined
}

/** The checksums that are compared. A difference fails the transfer with ChecksumMismatch. */
export interface IntegrityPolicy {
  /**
   * `crc64`, the default, compares the CRC-64 of each part with the server's. `md5` sends the MD5 of each body, with which the server
   * compares it before it stores anything; the source is read twice.
   */
  readonly part: 'crc64' | 'md5' | 'crc64+md5' | 'none'
  /** Compares the CRC-64 of the whole object with the server's. Default `crc64`. */
  readonly object: 'crc64' | 'none'
  /** `trust-etag` reuses a part whose ETag is that of the checkpoint; `recompute`, the default, reads local bytes again. */
  readonly onResume: 'trust-etag' | 'recompute'
  /**
   * Whether blobs and files are checksummed in a worker, so that a page stays responsive. `auto`, the default, does so in pages, for parts of
   * at least 256 KiB. Where a worker cannot be had, the page itself computes.
   */
  readonly worker: 'auto' | boolean
}

/**
 * Parts in flight per transfer. `auto`, the default, adapts to throughput, between 1 and 16 (6 in browsers), or between the bounds that are
 * given.
 */
export type Parallel = number | 'auto' | { readonly min: number; readonly max: number }

/** Limits of a client's transfers; those of a single transfer override them. */
export interface TransferLimits {
  readonly parts: Parallel
  /** Uploads of one queue that run at a time. Default 3. */
  readonly files: number
  /** Uploads of all queues of the client that run at a time. Default: no limit. */
  readonly filesInAll: number
  /** Bytes of memory for sources that cannot be read twice. Default 64 MiB, 32 MiB in browsers. */
  readonly bufferBytes: number
  /** Bytes per second of one transfer; 0, the default: no limit. */
  readonly bytesPerSecond: number
  /** Bytes per second of all uploads of the client; 0, the default: no limit. `setBandwidth` changes it. */
  readonly upBytesPerSecond: number
  /** The same, of all downloads. */
  readonly downBytesPerSecond: number
}
