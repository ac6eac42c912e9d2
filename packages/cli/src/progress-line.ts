const INTERVAL_MS = 200

/** A line on a terminal that says how far something is; nothing where standard error is none. */
export class ProgressLine {
  readonly #isShown = process.stderr.isTTY === true
  #last = 0

  show(text: () => string): void {
    const now = performance.now()
    if (!this.#isShown || now - this.#last < INTERVAL_MS) return
    this.#last = now
    process.stderr.write(`\r\x1b[K${text()}`)
  }

  /** Takes the line away, before something else is printed. */
  clear(): void {
    if (this.#isShown && this.#last > 0) process.stderr.write('\r\x1b[K')
    this.#last = 0
  }
}
