/** Bytes that several holders keep in memory, together at most `bytesMax`. */
export class ByteBudget {
  readonly #bytesMax: number
  #held = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Bytes that are held now. */
  get held(): number {
    return this.#held
  }

  /** Takes bytes, unless too few are left. */
  tryTake(bytes: number): boolean {
    if (this.#held + bytes > this.#bytesMax) return false
    this.#held += bytes
    return true
  }

  /** Takes back bytes that `tryTake` gave. */
  release(bytes: number): void {
    this.#held -= bytes
  }
}
