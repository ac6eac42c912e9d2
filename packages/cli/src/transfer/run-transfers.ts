import { type Client, OssError } from '@bindery/client'
import { Failure } from '@bindery/server'
import { EXIT, type ExitCode } from '../exit-codes.js'
import type { Language } from '../language.js'
import { type TransferWords, transferWordsIn } from '../messages/transfer.js'
import { failureExit, messagesIn } from '../messages.js'
import { note, write, writeJson } from '../objects/output.js'
import { failureOf } from '../objects/with-client.js'
import { Board } from './board.js'
import { Interruption } from './interruption.js'
import type { Item } from './items.js'
import { placeText } from './places.js'
import { Reporter } from './reporter.js'
import { type TransferOptions, transferItem } from './transfer-item.js'

/** A set of transfers, and how it is reported. */
export interface TransferPlan {
  readonly client: Client
  readonly language: Language
  readonly hasJson: boolean
  /** Transfers at a time. */
  readonly jobs: number
  /** Whether a failure of one of them leaves the others running. */
  readonly isBatch: boolean
  /** Finds the transfers. */
  readonly items: () => AsyncIterable<Item>
  /** Finds them a second time, to count them where progress is shown; absent where that would cost too much. */
  readonly counted?: () => AsyncIterable<Item>
  /** The command line that continues after a signal. */
  readonly commandLine: string
  readonly options: Omit<TransferOptions, 'onChanged'>
}

/** Codes after which the next transfer would fail, too. */
const FATAL = new Set([
  'NetworkError',
  'Stalled',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'NoSuchBucket',
  'RequestTimeTooSkewed',
  'NothingToResume',
])

/** Runs transfers until all have ended, one has failed fatally, or a signal came. Throws Failure where `isBatch` is not set. */
export async function runTransfers(plan: TransferPlan): Promise<ExitCode> {
  const words = transferWordsIn(plan.language)
  const board = new Board()
  const reporter = new Reporter(board, words, plan)
  const interruption = new Interruption(() => reporter.note(words.stopping))
  try {
    const exit = await new Run(plan, words, board, reporter, interruption).finish()
    reporter.close()
    if (interruption.isRequested) note(words.interrupted(plan.commandLine))
    await reporter.summary(exit)
    return exit
  } finally {
    interruption.close()
    reporter.close()
  }
}

class Run {
  readonly #plan: TransferPlan
  readonly #words: TransferWords
  readonly #board: Board
  readonly #reporter: Reporter
  readonly #interruption: Interruption
  /** The first failure that ends the command. */
  #fatal: unknown
  #exit: ExitCode = EXIT.ok

  constructor(plan: TransferPlan, words: TransferWords, board: Board, reporter: Reporter, interruption: Interruption) {
    this.#plan = plan
    this.#words = words
    this.#board = board
    this.#reporter = reporter
    this.#interruption = interruption
  }

  /** Resolves with the exit code; throws what ends the command. */
  async finish(): Promise<ExitCode> {
    const { items, jobs } = this.#plan
    const active = new Set<Promise<void>>()
    try {
      for await (const item of items()) {
        if (this.#isOver) break
        const running: Promise<void> = this.#transfer(item).finally(() => active.delete(running))
        active.add(running)
        if (active.size >= jobs) await Promise.race(active)
      }
    } finally {
      await Promise.all(active)
    }
    if (this.#fatal !== undefined) throw this.#fatal
    return this.#interruption.isRequested ? EXIT.interrupted : this.#exit
  }

  get #isOver(): boolean {
    return this.#fatal !== undefined || this.#interruption.isRequested
  }

  async #transfer(item: Item): Promise<void> {
    const { client, options } = this.#plan
    const reporter = this.#reporter
    const onChanged = (upload: Parameters<TransferOptions['onChanged']>[0]) =>
      reporter.note(this.#words.sourceChanged(placeText(item.from), placeText(item.to), upload.uploadId))
    const context = { client, board: this.#board, interruption: this.#interruption }
    try {
      const done = await transferItem({ ...context, options: { ...options, onChanged } }, item)
      this.#board.files += 1
      await reporter.json({ event: 'done', ...namesOf(item), ...done })
    } catch (error) {
      await this.#failed(item, error)
    }
  }

  async #failed(item: Item, error: unknown): Promise<void> {
    const { isBatch, client, options, language } = this.#plan
    const { from, to } = namesOf(item)
    const code = error instanceof OssError ? error.code : undefined
    if (code === 'Aborted' && this.#interruption.isRequested) return
    const isKept = options.noOverwrite && (code === 'FileAlreadyExists' || code === 'FileExists')
    if (isBatch && isKept) {
      this.#board.skipped += 1
      await this.#reporter.json({ event: 'skipped', from, to, code })
      return
    }
    this.#board.failed += 1
    const failure = failureOf(error, client.requester.address.endpoint)
    if (!isBatch || !(failure instanceof Failure) || (code !== undefined && FATAL.has(code))) {
      this.#fatal ??= failure
    } else {
      this.#exit = Math.max(this.#exit, failureExit(failure)) as ExitCode
      this.#reporter.note(`${from} → ${to}: ${messagesIn(language).failure(failure)}`)
    }
    const { message, requestId, ec } = error as Partial<OssError>
    await this.#reporter.json({ event: 'error', from, to, code, message, requestId, ec })
  }
}

function namesOf({ from, to }: Item): { readonly from: string; readonly to: string } {
  return { from: placeText(from), to: placeText(to) }
}

/** Prints the transfers that would be made. */
export async function printPlan(items: AsyncIterable<Item>, hasJson: boolean): Promise<void> {
  for await (const item of items) {
    const { from, to } = namesOf(item)
    await (hasJson ? writeJson({ event: 'planned', from, to, size: item.size }) : write(`${from} → ${to}\n`))
  }
}
