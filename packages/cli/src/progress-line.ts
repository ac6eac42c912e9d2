import { columnsOf } from './columns.js'

const INTERVAL_MS = 200
const WIDTH_OF_UNKNOWN_TERMINAL = 80

/** A line on a terminal that shows progress; does nothing if standard error is not a terminal. */
export class ProgressLine {
  readonly #isShown = process.stderr.isTTY === true
  #last = 0

  /** Whether there is a terminal to show progress on. */
  get isShown(): boolean {
    return this.#isShown
  }

  show(text: () => string): void {
    const now = performance.now()
    if (!this.#isShown || now - this.#last < INTERVAL_MS) return
    this.#last = now
    process.stderr.write(`\r\x1b[K${cut(text())}`)
  }

  /** Removes the line, so that another text can take its place. */
  clear(): void {
    if (this.#isShown && this.#last > 0) process.stderr.write('\r\x1b[K')
    this.#last = 0
  }

  /** Prints a line on standard output in place of the progress line. */
  print(text: string): void {
    this.clear()
    process.stdout.write(`${text}\n`)
  }
}

/** As much of a text as fits on one line of the terminal: a second line could not be replaced. */
function cut(text: string): string {
  const width = (process.stderr.columns ?? WIDTH_OF_UNKNOWN_TERMINAL) - 1
  let columns = 0
  let shown = ''
  for (const character of text) {
    columns += columnsOf(character)
    if (columns > width) break
    shown += character
  }
  return shown
}
