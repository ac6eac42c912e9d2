/** How far a lane that was idle may run ahead: small enough to be smooth, large enough that small bodies need no timer per piece. */
const BURST_MS = 250
const SECOND_MS = 1_000

/**
 * A rate that everything which moves on it shares, in the order in which it comes. What moves is counted in any unit: bytes, or
 * requests.
 */
export class Lane {
  readonly perSecond: number
  readonly #clock: () => number
  /** When all that was reserved will have moved, in milliseconds since 1970. */
  #freeAt: number
  #seenAt: number

  /** `clock`: milliseconds since 1970. `idleMs`: for how long nothing is taken to have moved. */
  constructor(perSecond: number, clock: () => number, idleMs = 0) {
    this.perSecond = perSecond
    this.#clock = clock
    this.#seenAt = clock()
    this.#freeAt = this.#seenAt - idleMs
  }

  /** Goes on from what another rate has reserved, which moves first, now at this rate. */
  continue(other: Lane): this {
    if (this.perSecond === 0 || other.perSecond === 0) return this
    const aheadMs = other.#freeAt - other.#now()
    this.#freeAt = this.#seenAt + (aheadMs > 0 ? (aheadMs * other.perSecond) / this.perSecond : aheadMs)
    return this
  }

  /** The most that may be reserved at once. */
  get burst(): number {
    return Math.floor((this.perSecond * BURST_MS) / SECOND_MS)
  }

  /** Reserves an amount; returns the milliseconds after which it may move. */
  reserve(amount: number): number {
    const now = this.#now()
    this.#freeAt = Math.max(this.#freeAt, now - BURST_MS) + this.timeOf(amount)
    return Math.max(0, Math.ceil(this.#freeAt - now))
  }

  /** Returns a part of a reservation that was not used. */
  refund(amount: number): void {
    this.#freeAt -= this.timeOf(amount)
  }

  /** Counts one, if fewer than `perSecond` were counted within about a second; otherwise it counts nothing and returns false. */
  admits(): boolean {
    const now = this.#now()
    if (this.perSecond === 0 || this.#freeAt > now) return false
    const each = SECOND_MS / this.perSecond
    this.#freeAt = Math.max(this.#freeAt, now - Math.max(0, SECOND_MS - each)) + each
    return true
  }

  /** To be called after a wait: a clock that is set back later is compared with this time. */
  noteTime(): void {
    this.#now()
  }

  /** Milliseconds that an amount takes. */
  timeOf(amount: number): number {
    return (amount / this.perSecond) * SECOND_MS
  }

  /** A clock that was set back delays nothing for longer, and one that was set ahead grants at most a burst. */
  #now(): number {
    const now = this.#clock()
    if (now < this.#seenAt) this.#freeAt -= this.#seenAt - now
    this.#seenAt = now
    return now
  }
}
