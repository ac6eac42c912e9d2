/** Bytes per second, shared by all parts of a transfer; the rate may change while it runs. */
import { pause } from '../wire/retry.js'

/** The bytes of this many milliseconds may be sent at once. */
const BURST_MS = 250

/** Limits the bytes per second of a transfer. A burst of up to 250 ms of the rate passes at once. */
export class Throttle {
  #bytesPerSecond: number
  #readyAt = 0

  /** @param bytesPerSecond 0: no limit */
  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond
  }

  set(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond
    this.#readyAt = 0
  }

  get isOpen(): boolean {
    return this.#bytesPerSecond <= 0
  }

  /** Resolves when this many more bytes may be sent. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.isOpen) return
    const now = Date.now()
    const start = Math.max(now - BURST_MS, this.#readyAt)
    this.#readyAt = start + (bytes / this.#bytesPerSecond) * 1000
    if (start > now) await pause(start - now, signal)
  }
}
