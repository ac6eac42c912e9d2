/** How many parts are in flight: a number, or what throughput and the server's pressure suggest. */

const START = 3
const WINDOW_MS = 1_000
/** The factor of throughput that another part in flight must bring to be kept. */
const WORTHWHILE = 1.05

/**
 * The limit of parts in flight. With `auto` it begins at 3, adds one after each second that was at least 5 % faster
 * than the one before, takes that part back if the next second was slower, and halves when the server or network is
 * overloaded; it stays between 1 and `max`. A number is used as it is, at least 1.
 */
export class Parallelism {
  readonly #max: number
  #fixed: number | undefined
  #limit: number
  #windowStart = 0
  #windowBytes = 0
  #lastRate = 0
  #wasRaised = false

  /** @param max parts in flight at most, where it adapts */
  constructor(wished: number | 'auto', max: number) {
    this.#max = max
    this.#fixed = wished === 'auto' ? undefined : Math.max(1, wished)
    this.#limit = Math.min(START, max)
  }

  get limit(): number {
    return this.#fixed ?? this.#limit
  }

  set(wished: number | 'auto'): void {
    this.#fixed = wished === 'auto' ? undefined : Math.max(1, wished)
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
      this.#limit = Math.max(1, this.#limit - 1)
      this.#wasRaised = false
    }
    this.#lastRate = rate
    this.#windowStart = now
    this.#windowBytes = 0
  }

  /** Halves the limit, because the server or the network could not keep up. */
  pressed(): void {
    this.#limit = Math.max(1, Math.floor(this.#limit / 2))
    this.#wasRaised = false
    this.#lastRate = 0
  }
}
