import type { BucketName, Head, ObjectKey, Operation } from '@bindery/protocol'
import type { Awaitable } from '@bindery/storage'
import type { Requester } from '../access/requester.js'
import type { Found } from '../call-parts.js'
import type { Domain } from '../domain/domain.js'
import { requireCapacity } from './capacity.js'
import type { Lane } from './lane.js'
import type { Direction, Lanes, LimitedRequest } from './lanes.js'

/** The parts of a call that decide about its limits. */
export interface LimitedCall {
  readonly domain: Domain
  readonly requester: Requester
  readonly exchange: { readonly surroundings: { readonly lanes: Lanes }; readonly request: { readonly host: string } }
  /** Query and headers. */
  readonly parts: Head
  readonly operation: Operation
  readonly head: { readonly objectName?: { readonly key: ObjectKey } | undefined }
}

/** The limits of a bucket, as they bind one request. */
export class CallLimits {
  readonly #call: LimitedCall
  readonly #settings: Found['settings']
  readonly #bucket: BucketName | undefined
  /** Undefined, as of most requests, where the bucket has no limits. */
  readonly #limited: LimitedRequest | undefined

  constructor(call: LimitedCall, { bucket, settings }: Pick<Found, 'bucket' | 'settings'>) {
    this.#call = call
    this.#settings = settings
    this.#bucket = bucket?.name
    this.#limited =
      settings === undefined || bucket === undefined
        ? undefined
        : { bucket: bucket.name, requester: call.requester, host: call.exchange.request.host, settings }
  }

  /** Counts the request, and compares it with the capacity of its bucket. Throws totalQpsLimitExceeded, and as requireCapacity. */
  require(): Awaitable<void> {
    const { domain, exchange, parts, operation, head } = this.#call
    const bucket = this.#bucket
    if (this.#limited === undefined || this.#settings === undefined || bucket === undefined) return
    exchange.surroundings.lanes.admit(this.#limited)
    return requireCapacity(domain, this.#settings, {
      ...{ bucket, operation, key: head.objectName?.key, announced: announcedBytes(parts) },
    })
  }

  /** The lanes on which the bytes of the request move. Throws uploadRateExceeded, downloadRateExceeded. */
  lanesFor(direction: Direction): readonly Lane[] {
    return this.#limited === undefined ? [] : this.#call.exchange.surroundings.lanes.ofBytes(this.#limited, direction)
  }
}

/** Bytes that a request announces for its body; undefined where it announces none. */
function announcedBytes({ headers }: Head): number | undefined {
  const length = headers['content-length']
  return length === undefined || length === '0' ? undefined : Number(length)
}
