import type { Awaitable, ByteSource, LentBytes } from '@bindery/storage'
import type { AbortedByRule } from './domain/upkeep/apply-lifecycle.js'
import type { SweepReport } from './domain/upkeep/sweeper.js'
import type { Scrubbed } from './maintenance/scrub.js'

/**
 * A request as the process around the service hands it in. Header values and the target are byte strings:
 * each character is one byte (0x00-0xFF), so that what a client sent can be signed and echoed unchanged.
 */
export interface ServiceRequest {
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** The Host header as sent, port included; '' if absent. */
  readonly host: string
  /** Path and query as sent (origin form), percent-encoding untouched. */
  readonly target: string
  /** Names in lower case. Repeated headers are joined by ','. */
  readonly headers: Readonly<Record<string, string>>
  readonly remoteAddress: string
  /** Where the connection arrived, `127.0.0.1:9000`, for clients whose Host is made up; absent where it is unknown. */
  readonly localAddress?: string
  /** The first read of it lets the sender go on (100 Continue); nothing of it is read before the requester is authorised. */
  readonly body: ByteSource
}

/** A request without its body. */
export type RequestHead = Omit<ServiceRequest, 'body'>

/** Content that is lent piece by piece, each piece to be released when it has been sent. */
export interface LentBody extends AsyncIterable<LentBytes> {
  /** Lets go of what the content is read from; must be called unless it was read to its end. Later calls do nothing. */
  close(): Promise<void>
}

/** A response. `body` is the whole body, or lent. */
export interface ServiceResponse {
  readonly status: number
  /** In the order of the wire; values are byte strings. Content-Length is set unless the body's length is unknown. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | LentBody | undefined
  /** For the access log. */
  readonly log: ResponseLog
}

export interface ResponseLog {
  readonly requestId: string
  readonly operation?: string | undefined
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  readonly uploadId?: string | undefined
  readonly accessKeyId?: string | undefined
  /** Cause in the error catalogue, OSS code, and for failures that are ours, the error itself. */
  readonly cause?: string | undefined
  readonly code?: string | undefined
  readonly failure?: unknown
}

/** The store as a function. It has no socket, clock or randomness of its own. */
export interface Service {
  /** Never throws or rejects: every failure is a response. */
  handle(request: ServiceRequest): Awaitable<ServiceResponse>
  /** Makes this process known to the stores; before the first write. */
  open(): Promise<void>
  /** Creates a bucket of an account, unless it is there. */
  ensureBucket(name: string, accountId: string): Promise<void>
  /** Answers `Peers.inUse` for this process. */
  inUse(manifestIds: readonly string[]): Promise<readonly string[]>
  /** A step over the garbage, and over uploads that complete themselves. Called in one process at a time, again and again. */
  sweep(): Promise<SweepReport>
  /**
   * One pass over the lifecycle rules, by the clock: yields what it has aborted. Called in one process at a time, again
   * and again; whoever stops asking ends the pass.
   */
  applyLifecycle(): AsyncIterable<AbortedByRule>
  /** One pass over the bytes of all blobs: yields what it has read, and what is damaged; whoever asks sets its pace. */
  scrub(): AsyncIterable<Scrubbed>
  /**
   * Finds what processes that have ended left behind: every incarnation that is not among the living is dead for good.
   * Completes the uploads that complete themselves and were whole when their process died.
   * Called in one process at a time; before the first write of a server that starts, and when one of its processes has died.
   */
  recover(livingIncarnations: readonly string[]): Promise<void>
}
