import { OssError, type TransferPart } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import type { Environment } from '../command.js'
import { ossutilText } from '../compat/transfers.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import type { Language } from '../language.js'
import { type TransferWords, transferWordsIn } from '../messages/transfer.js'
import { failureExit, messagesIn } from '../messages.js'
import { shown } from '../objects/address.js'
import { complain, note, write, writeJson } from '../objects/output.js'
import { settings } from '../objects/settings.js'
import { type ClientOf, failureOf } from '../objects/with-client.js'
import { commandLineOf } from '../own-name.js'
import { Board } from './board.js'
import { type SkipReason, skipReason } from './existing.js'
import { Interruption } from './interruption.js'
import { type Item, isLoss, type LeftOut } from './items.js'
import { exactPlace, type Place, placeText } from './places.js'
import { Questions } from './questions.js'
import { Reporter } from './reporter.js'
import { type TransferOptions, transferItem } from './transfer-item.js'

/** Transfers at a time. */
export interface Jobs {
  /** All of them. */
  readonly small: number
  /** Those of at least 1 MiB, or of unknown length; at most `small`. */
  readonly large: number
}

const LARGE_BYTES = 1024 * 1024

/** A set of transfers, and how it is reported. */
export interface TransferPlan {
  readonly clientOf: ClientOf
  readonly language: Language
  readonly hasJson: boolean
  readonly hasProgress: boolean
  readonly jobs: Jobs
  /** Whether a failure of one of them leaves the others running. */
  readonly isBatch: boolean
  /** Whether something that is skipped counts as something that a check found. */
  readonly failsOnSkip?: boolean
  /** Whether there is no summary where nothing was to be done, and what is left out is not reported again. */
  readonly isQuietWhenIdle?: boolean
  /** Finds the transfers; `onLeftOut` is called for sources that are not transferred. */
  readonly items: (onLeftOut: (left: LeftOut) => void) => AsyncIterable<Item>
  /** Finds them a second time, to count them where progress is shown; absent where that would cost too much. */
  readonly counted?: () => AsyncIterable<Item>
  /** Further facts for the summary in JSON. */
  readonly summaryFacts?: () => object
  readonly env: Environment
  /** The words after the name of the program that continue after a signal. */
  readonly commandLine: readonly string[]
  readonly options: Omit<TransferOptions, 'onChanged'>
  /** Called with each item before it is transferred; resolves with what is to be done when its target is complete, before it counts as done. */
  readonly onBegin?: (item: Item) => Promise<() => Promise<void>>
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

/** Runs transfers until all have ended, one has failed fatally, or a signal came, and reports them. Throws errors that are not a Failure. */
export async function runTransfers(plan: TransferPlan): Promise<ExitCode> {
  const words = transferWordsIn(plan.language)
  const board = new Board()
  const reporter = new Reporter(board, words, plan)
  const interruption = new Interruption(() => reporter.note(words.stopping))
  try {
    const { exit, fatal } = await new Run(plan, words, board, reporter, interruption).finish()
    reporter.close()
    const { isOssutil } = settings()
    const hasBegun = board.files + board.failed + board.skipped > 0 || fatal === undefined
    if (isOssutil && hasBegun) await reporter.summary(exit, fatal !== undefined)
    if (fatal !== undefined)
      complain(`bindery: ${(isOssutil ? ossutilText(fatal) : undefined) ?? messagesIn(plan.language).failure(fatal)}`)
    if (interruption.isRequested) complain(words.interrupted(commandLineOf(plan.env, plan.commandLine)))
    else if (fatal !== undefined && board.hasParts && isPassing(fatal))
      complain(words.continuable(commandLineOf(plan.env, plan.commandLine)))
    const isIdle = plan.isQuietWhenIdle === true && board.files + board.failed + board.skipped === 0
    const isOver = fatal === undefined && !interruption.isRequested
    if (!isOssutil && !isIdle && (isOver || (plan.isBatch && hasBegun) || plan.hasJson)) {
      await reporter.summary(exit, fatal !== undefined)
    }
    return exit
  } finally {
    interruption.close()
    reporter.close()
  }
}

/** Whether the same command may succeed later, as it is. */
function isPassing({ kind, details }: Failure): boolean {
  return kind === 'serverSilent' || (kind === 'transferFailed' && 'code' in details && details.code === 'Stalled')
}

class Run {
  readonly #plan: TransferPlan
  readonly #words: TransferWords
  readonly #board: Board
  readonly #reporter: Reporter
  readonly #interruption: Interruption
  readonly #questions = new Questions()
  readonly #folders = new Set<string>()
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

  /** Resolves with the exit code, and with the failure that ended the command. */
  async finish(): Promise<{ readonly exit: ExitCode; readonly fatal?: Failure }> {
    try {
      await this.#transferAll()
    } catch (error) {
      this.#fatal ??= error
    }
    const fatal = this.#fatal === undefined ? undefined : failureOf(this.#fatal, this.#endpointOf())
    if (fatal !== undefined && !(fatal instanceof Failure)) throw fatal
    if (fatal !== undefined) return { exit: failureExit(fatal), fatal }
    if (this.#interruption.isRequested) return { exit: EXIT.interrupted }
    const isSkipped = this.#plan.failsOnSkip === true && this.#board.skipped > 0
    return { exit: this.#exit === EXIT.ok && isSkipped ? EXIT.found : this.#exit }
  }

  /** The server that a failed transfer is about. */
  #endpointOf(item?: Item): string {
    const place = [item?.to, item?.from].find((one) => one?.kind === 'object')
    return this.#plan.clientOf(place?.kind === 'object' ? place.address : {}).requester.address.endpoint
  }

  async #transferAll(): Promise<void> {
    const { items, jobs } = this.#plan
    const active = new Set<Promise<void>>()
    const large = new Set<Promise<void>>()
    try {
      for await (const item of items((left) => this.#leftOut(left))) {
        if (this.#isOver) break
        const isLarge = (item.size ?? LARGE_BYTES) >= LARGE_BYTES
        while (active.size >= jobs.small || (isLarge && large.size >= jobs.large)) await Promise.race(active)
        if (this.#isOver) break
        const running: Promise<void> = this.#transfer(item).finally(() => {
          active.delete(running)
          large.delete(running)
        })
        active.add(running)
        if (isLarge) large.add(running)
      }
    } finally {
      await Promise.all(active)
    }
  }

  /** Reports what is not transferred; it counts as failed where data are missing from the target for that. */
  #leftOut(left: LeftOut): void {
    if (this.#plan.isQuietWhenIdle === true) return
    const isFailure = isLoss(left)
    const text = this.#words.leftOut[left.reason](shown(left.name))
    if (isFailure) this.#reporter.failure(text)
    else this.#reporter.note(text)
    void this.#reporter.json({ t: isFailure ? 'error' : 'skip', from: left.name, code: left.reason })
    if (!isFailure) return
    this.#board.failed += 1
    this.#exit = EXIT.partial
  }

  get #isOver(): boolean {
    return this.#fatal !== undefined || this.#interruption.isRequested
  }

  async #transfer(item: Item): Promise<void> {
    const { clientOf, env, options, onBegin } = this.#plan
    const reporter = this.#reporter
    const onChanged = ({ uploadId }: Parameters<TransferOptions['onChanged']>[0]) => {
      const abort = commandLineOf(env, ['mpu', 'abort', placeText(item.to), uploadId])
      reporter.note(this.#words.sourceChanged(placeText(item.from), uploadId, abort))
    }
    const context = {
      clientOf,
      board: this.#board,
      interruption: this.#interruption,
      folders: this.#folders,
      ...(this.#plan.hasJson ? { onPart: (part: TransferPart) => void this.#part(item, part) } : {}),
    }
    this.#board.direction = item.from.kind !== 'object' ? 'up' : item.to.kind === 'object' ? 'across' : 'down'
    try {
      const reason = await skipReason(clientOf, item, options.overwrite, (target) => this.#ask(target))
      if (this.#interruption.isRequested) return
      if (reason !== undefined) return await this.#skipped(item, reason)
      await reporter.json({ t: 'start', ...exactNames(item), ...(item.size === undefined ? {} : { size: item.size }) })
      const finish = await onBegin?.(item)
      const done = await this.#named(item, () => transferItem({ ...context, options: { ...options, onChanged } }, item))
      await finish?.()
      this.#board.files += 1
      await reporter.json({ t: 'done', ...exactNames(item), ...done })
    } catch (error) {
      await this.#failed(item, error)
    }
  }

  /** Runs a transfer under its name. */
  async #named<T>(item: Item, run: () => Promise<T>): Promise<T> {
    const ended = this.#board.running({ direction: this.#board.direction, ...namesOf(item) })
    try {
      return await run()
    } finally {
      ended()
    }
  }

  async #part(item: Item, part: TransferPart): Promise<void> {
    const { error, ...facts } = part
    const { state, partNumber, attempt } = facts
    if (state === 'retrying') {
      await this.#reporter.json({ t: 'retry', ...exactNames(item), partNumber, attempt, code: error?.code })
    } else if (state === 'done' || state === 'reused') {
      await this.#reporter.json({ t: 'part', ...exactNames(item), ...facts })
    }
  }

  #ask(target: Place): Promise<boolean> {
    return this.#reporter.paused(() => this.#questions.ask(this.#words.confirmOverwrite(placeText(target))))
  }

  /** Reports what was left as it is. */
  async #skipped(item: Item, code: SkipReason | 'FileAlreadyExists' | 'FileExists'): Promise<void> {
    this.#board.skipped += 1
    this.#board.skippedBytes += item.size ?? 0
    await this.#reporter.json({ t: 'skip', ...exactNames(item), code })
  }

  async #failed(item: Item, error: unknown): Promise<void> {
    const { isBatch, options, language } = this.#plan
    const { from, to } = namesOf(item)
    const code = error instanceof OssError ? error.code : undefined
    if (code === 'Aborted' && this.#interruption.isRequested) return
    const isKept = options.overwrite === 'never' && (code === 'FileAlreadyExists' || code === 'FileExists')
    if (isBatch && isKept) return this.#skipped(item, code)
    this.#board.failed += 1
    const failure = failureOf(error, this.#endpointOf(item))
    if (!isBatch || !(failure instanceof Failure) || (code !== undefined && FATAL.has(code))) {
      this.#fatal ??= failure
    } else {
      this.#exit = EXIT.partial
      this.#reporter.failure(`${from} → ${to}: ${messagesIn(language).failure(failure)}`)
    }
    const { message, requestId, ec } = error as Partial<OssError>
    await this.#reporter.json({ t: 'error', ...exactNames(item), code, message, requestId, ec })
  }
}

function namesOf({ from, to }: Item): { readonly from: string; readonly to: string } {
  return { from: placeText(from), to: placeText(to) }
}

function exactNames({ from, to }: Item): { readonly from: string; readonly to: string } {
  return { from: exactPlace(from), to: exactPlace(to) }
}

/** Prints the transfers that would be made. */
export async function printPlan(
  items: TransferPlan['items'],
  { hasJson, words }: { readonly hasJson: boolean; readonly words: TransferWords },
): Promise<void> {
  for await (const item of items(({ name, reason }) => note(words.leftOut[reason](shown(name))))) {
    const { from, to } = namesOf(item)
    await (hasJson ? writeJson({ t: 'planned', ...exactNames(item), size: item.size }) : write(`${from} → ${to}\n`))
  }
}
