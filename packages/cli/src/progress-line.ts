import type { WriteStream } from 'node:tty'
import { firstColumns } from './columns.js'

const INTERVAL_MS = 100
const WIDTH_OF_UNKNOWN_TERMINAL = 80

/** Lines on a terminal that are replaced by the next ones; does nothing where the stream is not one, or CI records it. */
export class ProgressLine {
  readonly #stream: WriteStream
  readonly #isShown: boolean
  #last = 0
  #lines = 0

  constructor(stream: WriteStream = process.stderr) {
    this.#stream = stream
    this.#isShown = stream.isTTY === true && !process.env.CI
  }

  /** Whether there is a terminal to show progress on. */
  get isShown(): boolean {
    return this.#isShown
  }

  /** The characters of a line at most. */
  get width(): number {
    // some terminals without a window have 0 columns
    return (this.#stream.columns || WIDTH_OF_UNKNOWN_TERMINAL) - 1
  }

  /** Shows one or several lines, unless the last ones are too young. */
  show(text: () => string): void {
    const now = performance.now()
    if (!this.#isShown || now - this.#last < INTERVAL_MS) return
    const lines = text().split('\n')
    // a longer one would take a second line, which could not be replaced
    this.#stream.write(this.#erasing() + lines.map((line) => firstColumns([...line], this.width).join('')).join('\n'))
    this.#last = now
    this.#lines = lines.length
  }

  /** Removes the lines, so that another text can take their place. */
  clear(): void {
    if (this.#isShown && this.#lines > 0) this.#stream.write(this.#erasing())
    this.#last = 0
    this.#lines = 0
  }

  /** Leaves the lines as they are, and goes on below them. */
  leave(): void {
    if (this.#isShown && this.#lines > 0) this.#stream.write('\n')
    this.#last = 0
    this.#lines = 0
  }

  /** Prints a line on standard output in place of the progress. */
  print(text: string): void {
    this.clear()
    process.stdout.write(`${text}\n`)
  }

  #erasing(): string {
    const up = this.#lines > 1 ? `\x1b[${this.#lines - 1}A` : ''
    return `${up}\r\x1b[J`
  }
}
