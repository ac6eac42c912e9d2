/** Traffic limits: bytes move no faster than a request allows, and no buffer is held while waiting. */
import type { ByteSource } from '@bindery/storage'
import { Lane } from './limits/lane.js'
import type { Direction } from './limits/lanes.js'

/** The dependencies of a pace. */
export interface PaceOptions {
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
}

const BITS_PER_BYTE = 8
/** The most bytes of an allowance: others wait until those of a slow reader could have moved. */
const ALLOWANCE_MAX = 1024 * 1024

/** The lanes of a pace. */
interface PaceLanes {
  /** An allowance is waited for before its bytes move, so that their rate is never exceeded. */
  readonly reserved?: readonly Lane[]
  /**
   * For bytes that may come or not: they are counted when they have moved, and what follows waits. A slow sender must not hold what
   * it does not use. A burst may exceed the rate; the average does not.
   */
  readonly counted?: readonly Lane[]
}

/** Grants allowances of bytes at the rates of lanes, of which others may share some. */
export class Pace {
  readonly #reserving: readonly Lane[]
  readonly #counting: readonly Lane[]
  readonly #lanes: readonly Lane[]
  readonly #sleep: PaceOptions['sleep']
  /** The rest of the last allowance. */
  #rest = 0
  #delayedMs = 0

  constructor({ reserved = [], counted = [] }: PaceLanes, { sleep }: Pick<PaceOptions, 'sleep'>) {
    this.#reserving = reserved
    this.#counting = counted
    this.#lanes = [...reserved, ...counted]
    this.#sleep = sleep
  }

  /** Milliseconds waited so far. */
  get delayedMs(): number {
    return this.#delayedMs
  }

  /** Milliseconds that bytes will take if nothing else slows them: what an answer can state before its body is sent. */
  delayFor(bytes: number): number {
    return Math.ceil(Math.max(...this.#lanes.map((lane) => lane.timeOf(bytes))))
  }

  /**
   * Waits until bytes may move: at most `wanted`, and at least one if `wanted` is not 0. Resolves with their
   * number.
   */
  async allow(wanted: number): Promise<number> {
    this.#returnRest()
    const bytes = Math.min(wanted, ALLOWANCE_MAX, ...this.#lanes.map(({ burst }) => Math.max(1, burst)))
    const waits = [
      ...this.#reserving.map((lane) => lane.reserve(bytes)),
      ...this.#counting.map((lane) => lane.reserve(0)),
    ]
    const milliseconds = Math.max(...waits)
    this.#rest = bytes
    if (milliseconds > 0) {
      await this.#sleep(milliseconds)
      this.#delayedMs += milliseconds
      for (const lane of this.#lanes) lane.noteTime()
    }
    return bytes
  }

  /** Reports that bytes of an allowance have moved. */
  moved(bytes: number): void {
    this.#rest -= bytes
    this.#returnRest()
    for (const lane of this.#counting) lane.reserve(bytes)
  }

  /** Waits for an allowance that is used completely. */
  async take(wanted: number): Promise<number> {
    const bytes = await this.allow(wanted)
    this.moved(bytes)
    return bytes
  }

  #returnRest(): void {
    if (this.#rest > 0) for (const lane of this.#reserving) lane.refund(this.#rest)
    this.#rest = 0
  }
}

/** The pace of a number of bits per second that nothing else shares. */
export function paceOfBits(bitsPerSecond: number, options: PaceOptions): Pace {
  return new Pace({ reserved: [new Lane(bitsPerSecond / BITS_PER_BYTE, options.clock)] }, options)
}

/** The part of a call that decides about its pace. */
interface PacedCall {
  readonly domain: PaceOptions
  readonly input: object
  readonly limits: { lanesFor(direction: Direction): readonly Lane[] }
}

/**
 * The pace of the bytes of a call: that of `x-oss-traffic-limit`, and of the limits of its bucket. Undefined without any. Throws
 * uploadRateExceeded, downloadRateExceeded.
 */
export function paceOf(call: PacedCall, direction: Direction): Pace | undefined {
  const { trafficLimit } = call.input as { readonly trafficLimit?: number | undefined }
  const shared = call.limits.lanesFor(direction)
  const own = trafficLimit === undefined ? [] : [new Lane(trafficLimit / BITS_PER_BYTE, call.domain.clock)]
  if (shared.length + own.length === 0) return undefined
  // the bytes of an answer are at hand
  const lanes = direction === 'Download' ? { reserved: [...own, ...shared] } : { reserved: own, counted: shared }
  return new Pace(lanes, call.domain)
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
    get hasEnded() {
      return source.hasEnded
    },
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
