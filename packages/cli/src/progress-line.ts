const INTERVAL_MS = 200

/** A line on a terminal that shows progress; does nothing if standard error is not a terminal. */
export class ProgressLine {
  readonly #isShown = process.stderr.isTTY === true
  #last = 0

  show(text: () => string): void {
    const now = performance.now()
    if (!this.#isShown || now - this.#last < INTERVAL_MS) return
    this.#last = now
    process.stderr.write(`\r\x1b[K${text()}`)
  }

  /** Prints a line on standard output in place of the progress line. */
  print(text: string): void {
    if (this.#isShown && this.#last > 0) process.stderr.write('\r\x1b[K')
    this.#last = 0
    process.stdout.write(`${text}\n`)
  }
}
