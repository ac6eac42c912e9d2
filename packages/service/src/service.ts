import type { Awaitable, ByteSource, LentBytes, PassSocket } from '@bindery/storage'
import type { Refusal } from './access/refusal.js'
import type { RememberedRefusal } from './access/remembered-refusals.js'
import type { ClusterState } from './domain/cluster/describe-cluster.js'
import type { BucketAcl } from './domain/stored/model.js'
import type { DoneByRule } from './domain/upkeep/apply-lifecycle.js'
import type { DeliveredLog } from './domain/upkeep/deliver-logs.js'
import type { StoreTotals } from './domain/upkeep/store-status.js'
import type { SweepReport } from './domain/upkeep/sweeper.js'
import type { UploadAges } from './domain/upkeep/upload-activity.js'
import type { WrittenInventory } from './domain/upkeep/write-inventories.js'
import type { Scrubbed } from './maintenance/scrub.js'

/**
 * A request in the form of the service. Header values and the target are byte strings: each character is one byte
 * (0x00-0xFF), so that whatever a client sent can be signed and echoed unchanged.
 */
export interface ServiceRequest {
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** The Host header as sent, including the port; '' if absent. */
  readonly host: string
  /** Path and query as sent (origin form), with their percent-encoding. */
  readonly target: string
  /** Names in lower case. Repeated headers are joined by ','. */
  readonly headers: Readonly<Record<string, string>>
  /** An address of IPv4 in its own form, also on a socket of both families. */
  readonly remoteAddress: string
  /**
   * The address where the connection arrived, `127.0.0.1:9000`, for clients with an invented Host; absent if it is
   * unknown.
   */
  readonly localAddress?: string
  /** The first read lets the sender continue (100 Continue); nothing is read before the requester is authorised. */
  readonly body: ByteSource
  /** Whether the sender of the answer calls `LentBody.pass`. */
  readonly passes?: boolean
  /** Filled in while the request is handled, for those who look at running requests; the log of its response. */
  readonly log?: RequestLog
}

/** A request without its body. */
export type RequestHead = Omit<ServiceRequest, 'body'>

/** Content that is lent piece by piece; each piece must be released when it has been sent. */
export interface LentBody extends AsyncIterable<LentBytes> {
  /**
   * The whole content, to be released when it has been sent; undefined if it was taken before, or closed. Absent: it comes piece
   * by piece.
   */
  takeWhole?(): LentBytes | undefined
  /**
   * Passes content that comes next to a socket, past the memory of this process. Calls back once, maybe before it returns, with the number of bytes that the socket
   * has taken. 0: what comes next is taken by iterating, or the socket is broken. Not while an iteration or another pass waits.
   * Throws as iterating does. Absent: all content goes through memory.
   */
  pass?(socket: PassSocket, passed: (bytes: number) => void): void
  /** The bytes that were neither passed nor lent. Absent: as `pass`. */
  readonly left?: number
  /** Releases the source of the content; must be called unless it was read to its end. Later calls do nothing. */
  close(): Promise<void>
}

/** Headers in the order of the wire; values are byte strings. */
export type HeaderPairs = readonly (readonly [name: string, value: string])[]

/** A response. `body` is the whole body, or lent. */
export interface ServiceResponse {
  readonly status: number
  /** Content-Length is set unless the body's length is unknown. */
  readonly headers: HeaderPairs
  /** The same in two parts, where others are answered with the same array of `kept`; their texts may be remembered by it. */
  readonly parts?: { readonly first: HeaderPairs; readonly kept: HeaderPairs }
  readonly body: Uint8Array | LentBody | undefined
  /** For the access log. */
  readonly log: ResponseLog
  /** To be called when it was sent completely; undefined where nothing depends on that. */
  readonly onSent?: ((sent: SentAnswer) => void) | undefined
}

/** Facts about an answer that was sent completely, and its request. */
export interface SentAnswer {
  /** Bytes of its body. */
  readonly bytes: number
  /** From the head of the request to its last byte. */
  readonly milliseconds: number
  /** Bytes of the request with its headers, and of its body alone. */
  readonly requestBytes: number
  readonly receivedBytes: number
  /** `1.1` */
  readonly httpVersion: string
}

/** The facts about a response for the access log and the metrics. */
export interface ResponseLog {
  readonly requestId: string
  readonly operation?: string | undefined
  /** `oss` or `s3`. */
  readonly dialect?: string | undefined
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  readonly uploadId?: string | undefined
  readonly accessKeyId?: string | undefined
  /** Cause in the error catalogue, OSS code, and for the server's own failures the error itself. */
  readonly cause?: string | undefined
  readonly code?: string | undefined
  readonly failure?: unknown
  /** The action that was denied, and the rule that denied it. */
  readonly refusal?: Refusal | undefined
  /** Actions in a policy that the request has set, which nothing on this server needs. */
  readonly unknownActions?: readonly string[] | undefined
}

/** The log entry of a request while it is being answered. */
export type RequestLog = { -readonly [N in keyof ResponseLog]: ResponseLog[N] }

/**
 * The log entry of a request that begins. Each fact has its place from the start: entries that grew had a hidden class each, and
 * V8 found no member of them in a cache.
 */
export function newRequestLog(): RequestLog {
  return {
    requestId: '',
    operation: undefined,
    dialect: undefined,
    bucket: undefined,
    key: undefined,
    uploadId: undefined,
    accessKeyId: undefined,
    cause: undefined,
    code: undefined,
    failure: undefined,
    refusal: undefined,
    unknownActions: undefined,
  }
}

/** An access log or an inventory that was written into its target bucket. */
export type WrittenReport = DeliveredLog | WrittenInventory

/** The object store as a function. It has no socket, clock or randomness of its own. */
export interface Service {
  /** Never throws or rejects: every failure is a response. */
  handle(request: ServiceRequest): Awaitable<ServiceResponse>
  /** A recent refusal by this process; undefined if it does not remember such a request. */
  refusal(requestId: string): RememberedRefusal | undefined
  /** The sums over the buckets of all accounts, and the figures of the `largest` ones. */
  totals(largest?: number): Promise<StoreTotals>
  /** How old incomplete uploads are, and how long ago their last parts came: of the first 10,000. */
  uploadAges(): Promise<UploadAges>
  /** The processes that serve the same stores, and what waits for them. */
  cluster(): Promise<ClusterState>
  /** Creates a bucket of an account unless it exists. Rejects with OssError where another account has it, or `acl` may not be set. */
  ensureBucket(name: string, accountId: string, acl?: BucketAcl): Promise<void>
  /** Whether any account has a bucket. Rejects with StorageError. */
  hasBucket(name: string): Promise<boolean>
  /**
   * One step over the garbage, and over auto-completing uploads. Called repeatedly, in one process at a time. The signal
   * ends its waits for other processes.
   */
  sweep(signal?: AbortSignal): Promise<SweepReport>
  /**
   * One pass over the lifecycle rules, by the clock: yields each upload and version that a rule acted on. Called repeatedly, in one process at a
   * time; the signal ends the pass after it has yielded what was done.
   */
  applyLifecycle(signal?: AbortSignal): AsyncIterable<DoneByRule>
  /** Keeps what this process has noted about requests: lines of access logs, and when objects were read. Called repeatedly in each process, and before it stops. */
  keepNotes(): Promise<void>
  /** Writes the access logs of the hours that are over, and the inventories that are due; yields each. Called repeatedly, in one process at a time. */
  writeReports(): AsyncIterable<WrittenReport>
  /**
   * Work for no client, after which the first clients do not wait until the code has been compiled; yields after each step. Called once in each process,
   * when it serves. Throws StorageError, as of a damaged row.
   */
  rehearse(): AsyncIterable<void>
  /** Resolves when what answered requests have left to be written is written. Called before the stores are closed. */
  finish(): Promise<void>
  /** One pass over the bytes of all blobs: yields the amount read and the damage found; the caller sets the pace. */
  scrub(): AsyncIterable<Scrubbed>
  /**
   * Recovers what ended processes left: every incarnation that is not among the living is dead for good. Completes the
   * auto-completing uploads that were whole when their process died. Called in one process at a time: before the first
   * write of a starting server, and when one of its processes has died.
   */
  recover(livingIncarnations: readonly string[]): Promise<void>
  /**
   * As `recover`, where no process knows which others run: declares processes dead that have not reported for a minute,
   * and recovers what those left that were declared dead, after `fence` has ended the sessions of each in the stores.
   * Called repeatedly, in one process at a time. The signal ends its waits for other processes.
   */
  recoverBuried(fence: (incarnation: string) => Promise<void>, signal?: AbortSignal): Promise<void>
}
