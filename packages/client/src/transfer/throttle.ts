/** Bytes per second, shared by all parts of a transfer, or by several transfers; the rate may change while they run. */
import { pause } from '../wire/retry.js'

/** The bytes of this many milliseconds may be sent at once. */
const BURST_MS = 250

/** Limits the bytes per second. A burst of up to 250 ms of the rate passes at once. */
export class Throttle {
  readonly #shared: Throttle | undefined
  #bytesPerSecond: number
  #readyAt = 0
  /** Wakes those that wait when the rate changes: they compute their time again. */
  readonly #waiting = new Set<() => void>()

  /** @param bytesPerSecond 0: no limit; `shared`: the limit of several transfers, which holds as well */
  constructor(bytesPerSecond: number, shared?: Throttle) {
    this.#bytesPerSecond = bytesPerSecond
    this.#shared = shared
  }

  set(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond
    this.#readyAt = 0
    for (const wake of this.#waiting) wake()
  }

  get isOpen(): boolean {
    return this.#bytesPerSecond <= 0 && this.#shared?.isOpen !== false
  }

  /** Resolves when this many more bytes may be sent. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    await this.#shared?.take(bytes, signal)
    while (this.#bytesPerSecond > 0) {
      const now = Date.now()
      const start = Math.max(now - BURST_MS, this.#readyAt)
      this.#readyAt = start + (bytes / this.#bytesPerSecond) * 1000
      if (start <= now || (await this.#waits(start - now, signal))) return
    }
  }

  /** Whether the time passed at the same rate. Rejects with the signal's reason. */
  async #waits(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted()
    // not `AbortSignal.any`: what lives long would keep a trace of each wait
    const cut = new AbortController()
    const wake = () => cut.abort()
    this.#waiting.add(wake)
    signal.addEventListener('abort', wake)
    try {
      return await pause(milliseconds, cut.signal).then(
        () => true,
        () => false,
      )
    } finally {
      this.#waiting.delete(wake)
      signal.removeEventListener('abort', wake)
      signal.throwIfAborted()
    }
  }
}
