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

  /** Prints a line of its own on standard output, in place of the one that is shown. */
  print(text: string): void {
    if (this.#isShown && this.#last > 0) process.stderr.write('\r\x1b[K')
    this.#last = 0
    process.stdout.write(`${text}\n`)
  }
}
