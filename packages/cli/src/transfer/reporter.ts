import { columnsOf, shortened } from '../columns.js'
import { OssutilReport, PROGRESS_INTERVAL_MS } from '../compat/transfers.js'
import type { ExitCode } from '../exit-codes.js'
import type { TransferWords } from '../messages/transfer.js'
import { complain, mayDraw, note, write, writeJson } from '../objects/output.js'
import { settings } from '../objects/settings.js'
import { ProgressLine } from '../progress-line.js'
import type { Board, Running } from './board.js'
import type { Item } from './items.js'

const LINE_INTERVAL_MS = 100
const JSON_INTERVAL_MS = 1_000
/** Between two lines where nothing can be replaced. */
const LOG_INTERVAL_MS = 10_000

/** How transfers are reported. */
export interface ReporterOptions {
  readonly hasJson: boolean
  /** Whether progress is shown, and not only what ends. */
  readonly hasProgress: boolean
  /** Finds the transfers a second time, to count them. */
  readonly counted?: () => AsyncIterable<Item>
  /** Further facts for the summary in JSON. */
  readonly summaryFacts?: () => object
}

/** Shows how far transfers are: a line on a terminal, or events as JSON; and a summary at the end. */
export class Reporter {
  readonly #board: Board
  readonly #words: TransferWords
  readonly #hasJson: boolean
  readonly #hasProgress: boolean
  readonly #summaryFacts: (() => object) | undefined
  readonly #line = new ProgressLine()
  readonly #timer: NodeJS.Timeout
  /** Set where what ossutil 1 prints is printed. */
  readonly #ossutil: OssutilReport | undefined
  #isClosed = false
  #pauses = 0

  constructor(board: Board, words: TransferWords, { hasJson, hasProgress, counted, summaryFacts }: ReporterOptions) {
    this.#board = board
    this.#words = words
    this.#hasJson = hasJson
    this.#summaryFacts = summaryFacts
    this.#hasProgress = hasProgress && mayDraw()
    this.#ossutil = settings().isOssutil ? new OssutilReport(board) : undefined
    this.#timer = setInterval(() => this.#tick(), this.#intervalMs)
    if (!this.#hasProgress && this.#ossutil === undefined) return
    if (counted !== undefined) this.#count(counted()).catch(() => {}) // without it, progress has no percentage
  }

  get #intervalMs(): number {
    if (this.#ossutil !== undefined) return PROGRESS_INTERVAL_MS
    return this.#hasJson ? JSON_INTERVAL_MS : this.#line.isShown ? LINE_INTERVAL_MS : LOG_INTERVAL_MS
  }

  /** Shows no progress while something else uses the terminal. */
  async paused<T>(use: () => Promise<T>): Promise<T> {
    this.#pauses += 1
    this.#line.clear()
    try {
      return await use()
    } finally {
      this.#pauses -= 1
    }
  }

  /** A line on standard error. */
  note(text: string): void {
    this.#line.clear()
    note(text)
  }

  /** Prints that something was not transferred, also with `--quiet`; ossutil 1 has a file for that. */
  failure(text: string): void {
    this.#line.clear()
    if (settings().isOssutil) note(text)
    else complain(text)
  }

  async json(event: object): Promise<void> {
    if (this.#hasJson) await writeJson(event)
  }

  /** @param isBroken whether a failure ended all transfers */
  async summary(exit: ExitCode, isBroken: boolean): Promise<void> {
    if (this.#ossutil !== undefined) return write(this.#ossutil.end(isBroken))
    const { files, skipped, failed, retries, bytes, streamed, reusedBytes, seconds } = this.#board
    const summary = { files, bytes: bytes + streamed, reusedBytes, skipped, failed, retries, seconds: rounded(seconds) }
    if (this.#hasJson) await writeJson({ t: 'summary', ...summary, ...this.#summaryFacts?.(), exit })
    else note(this.#words.summary(summary))
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#timer)
    this.#line.clear()
  }

  #tick(): void {
    if (this.#ossutil !== undefined) return void write(this.#ossutil.progress())
    if (!this.#hasProgress || this.#pauses > 0) return
    const { parts, only, ...progress } = this.#board.snapshot()
    if (this.#hasJson)
      void writeJson({
        t: 'progress',
        ...only,
        ...progress,
        ...(parts && { parts: { ...parts, states: undefined } }),
      })
    else if (!this.#line.isShown) note(this.#words.progress(progress))
    else {
      const map = parts === undefined ? '' : `\n${this.#words.parts(parts, this.#line.width)}`
      const facts = this.#words.progress(progress)
      const name = only === undefined ? '' : `${namesText(only, this.#line.width - columnsOf(facts) - 2)}  `
      this.#line.show(() => `${name}${facts}${map}`)
    }
  }

  /** Counts what there is to do while it is being done. */
  async #count(items: AsyncIterable<Item>): Promise<void> {
    let files = 0
    let bytes = 0
    let isKnown = true
    for await (const { size } of items) {
      if (this.#isClosed) return
      files += 1
      bytes += size ?? 0
      isKnown &&= size !== undefined
    }
    this.#board.totalFiles = files
    if (isKnown) this.#board.totalBytes = bytes
  }
}

const SIGNS = { up: '↑', down: '↓', across: '→' } as const
/** Shorter names are of no use. */
const NAMES_WIDTH_MIN = 20

/** The names of a transfer in so many columns. */
function namesText({ direction, from, to }: Running, width: number): string {
  return width < NAMES_WIDTH_MIN ? SIGNS[direction] : shortened(`${SIGNS[direction]} ${from} → ${to}`, width)
}

/** To milliseconds. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000
}
