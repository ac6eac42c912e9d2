/** How many parts are in flight: a number, or what throughput and the server's pressure suggest. */
import type { Parallel } from '../types/client.js'

const START = 3
const WINDOW_MS = 1_000
/** The factor of throughput that another part in flight must bring to be kept. */
const WORTHWHILE = 1.05

/**
 * The limit of parts in flight. With `auto` it begins at 3, adds one after each second that was at least 5 % faster
 * than the one before, takes that part back if the next second was slower, and halves when the server or network is
 * overloaded; it stays between 1 and `max`, or between the bounds that are given. A number is used as it is, at least 1.
 */
export class Parallelism {
  #min = 1
  #max: number
  #fixed: number | undefined
  #limit: number
  #windowStart = 0
  #windowBytes = 0
  #lastRate = 0
  #wasRaised = false

  /** @param max parts in flight at most, where it adapts */
  constructor(wished: Parallel, max: number) {
    this.#max = max
    this.#limit = START
    this.set(wished)
  }

  get limit(): number {
    return this.#fixed ?? this.#limit
  }

  set(wished: Parallel): void {
    this.#fixed = typeof wished === 'number' ? Math.max(1, wished) : undefined
    if (typeof wished === 'object') {
      this.#min = Math.max(1, wished.min)
      this.#max = Math.max(this.#min, wished.max)
    }
    this.#limit = Math.min(Math.max(this.#limit, this.#min), this.#max)
  }

  /** Counts a part that arrived. `now` in milliseconds. */
  arrived(bytes: number, now: number): void {
    if (this.#windowStart === 0) this.#windowStart = now
    this.#windowBytes += bytes
    const elapsed = now - this.#windowStart
    if (elapsed < WINDOW_MS) return
    const rate = this.#windowBytes / elapsed
    if (rate >= this.#lastRate * WORTHWHILE) {
      this.#wasRaised = this.#limit < this.#max
      if (this.#wasRaised) this.#limit += 1
    } else if (this.#wasRaised && rate < this.#lastRate) {
      this.#limit = Math.max(this.#min, this.#limit - 1)
      this.#wasRaised = false
    }
    this.#lastRate = rate
    this.#windowStart = now
    this.#windowBytes = 0
  }

  /** Halves the limit, because the server or the network could not keep up. */
  pressed(): void {
    this.#limit = Math.max(this.#min, Math.floor(this.#limit / 2))
    this.#wasRaised = false
    this.#lastRate = 0
  }
}
