/** Traffic limits: bytes move no faster than a request allows, and no buffer is held while waiting. */
import type { ByteSource } from '@bindery/storage'

/** The dependencies of a pace. */
export interface PaceOptions {
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
}

/**
 * The allowance that may move at once: small enough to be smooth, large enough that small bodies need no timer per
 * piece.
 */
const BURST_MS = 250
const BITS_PER_BYTE = 8

/**
 * Grants allowances of bytes at a rate. An allowance is waited for before its bytes move, so that the rate is never
 * exceeded.
 */
export class Pace {
  readonly #bytesPerMs: number
  readonly #options: PaceOptions
  readonly #burst: number
  #allowed = 0
  #at: number
  #delayedMs = 0

  constructor(bitsPerSecond: number, options: PaceOptions) {
    this.#bytesPerMs = bitsPerSecond / BITS_PER_BYTE / 1000
    this.#options = options
    this.#burst = Math.floor(this.#bytesPerMs * BURST_MS)
    this.#at = options.clock()
  }

  /** Milliseconds waited so far. */
  get delayedMs(): number {
    return this.#delayedMs
  }

  /** Milliseconds that bytes will take if nothing else slows them: what an answer can state before its body is sent. */
  delayFor(bytes: number): number {
    return Math.ceil(bytes / this.#bytesPerMs)
  }

  /**
   * Waits until bytes may move: at most `wanted`, and at least one if `wanted` is not 0. Resolves with their
   * number.
   */
  async allow(wanted: number): Promise<number> {
    const bytes = Math.min(wanted, this.#burst)
    const now = this.#options.clock()
    // a clock that was set back grants nothing, one that was set ahead at most a burst
    this.#allowed = Math.min(this.#burst, this.#allowed + Math.max(0, now - this.#at) * this.#bytesPerMs)
    this.#at = now
    if (this.#allowed < bytes) {
      const milliseconds = Math.ceil((bytes - this.#allowed) / this.#bytesPerMs)
      await this.#options.sleep(milliseconds)
      this.#delayedMs += milliseconds
      this.#allowed = bytes
      this.#at = this.#options.clock()
    }
    return bytes
  }

  /** Reports that bytes of an allowance have moved. */
  moved(bytes: number): void {
    this.#allowed -= bytes
  }

  /** Waits for an allowance that is used completely. */
  async take(wanted: number): Promise<number> {
    const bytes = await this.allow(wanted)
    this.moved(bytes)
    return bytes
  }
}

/** The pace that `x-oss-traffic-limit` requests, if present. */
export function paceOf(call: {
  readonly domain: PaceOptions
  readonly input: { readonly trafficLimit?: number | undefined }
}): Pace | undefined {
  const { trafficLimit } = call.input
  return trafficLimit === undefined ? undefined : new Pace(trafficLimit, call.domain)
}

/**
 * A source whose bytes arrive at a pace. It waits in `ready`, where no buffer is held. Without a pace it is the source
 * itself.
 */
export function pacedSource(source: ByteSource, pace: Pace | undefined): ByteSource {
  if (pace === undefined) return source
  let left = source.size ?? Number.POSITIVE_INFINITY
  let allowed = 0
  return {
    size: source.size,
    async ready() {
      await source.ready()
      allowed = await pace.allow(left)
    },
    async read(buffer) {
      if (allowed === 0) allowed = await pace.allow(left)
      // at the end of an announced body a read finds that nothing follows
      const bytes = await source.read(left === 0 ? buffer : buffer.subarray(0, allowed))
      pace.moved(bytes)
      left -= bytes
      allowed = 0
      return bytes
    },
  }
}
