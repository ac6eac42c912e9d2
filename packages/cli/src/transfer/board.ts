import type { Transfer, TransferPart } from '@bindery/client'
import type { CellState } from '../part-map.js'

/** Longer times are not shown: they come of small files that went first. */
const ESTIMATE_MS_MAX = 100 * 3_600_000
/** Milliseconds over which speed is measured. */
const SPEED_WINDOW_MS = 5_000

/** A transfer that runs. */
export interface Running {
  readonly direction: 'up' | 'down' | 'across'
  readonly from: string
  readonly to: string
}

/** How far a command is. */
export interface BoardProgress {
  /** Where only one transfer runs, and no other is known. */
  readonly only?: Running
  readonly files: number
  /** Files in all; undefined while they are being counted, or cannot be. */
  readonly totalFiles: number | undefined
  /** Bytes in all; likewise undefined. */
  readonly total: number | undefined
  /** Bytes at their target. */
  readonly committed: number
  /** Bytes on the way. */
  readonly inFlight: number
  /** Bytes that did not have to be moved again. */
  readonly resumed: number
  readonly bytesPerSecond: number
  /** Milliseconds. */
  readonly etaMs: number | undefined
  /** The parts of the transfer, where only one runs and has several. */
  readonly parts?: {
    readonly states: readonly CellState[]
    readonly done: number
    readonly active: number
    readonly retries: number
    readonly resumed: number
  }
}

/** The sums over all transfers of a command. */
export class Board {
  readonly #active = new Set<Transfer<unknown>>()
  readonly #running = new Set<Running>()
  readonly #samples: { readonly at: number; readonly moved: number }[] = []
  readonly #now: () => number
  readonly #startedAt: number
  totalFiles: number | undefined
  totalBytes: number | undefined
  files = 0
  skipped = 0
  /** Bytes of what was skipped, where they are known. */
  skippedBytes = 0
  /** The direction of the latest transfer. */
  direction: Running['direction'] = 'up'
  failed = 0
  retries = 0
  /** Bytes of finished transfers. */
  bytes = 0
  /** Bytes that did not have to be moved again. */
  reusedBytes = 0
  /** Whether a transfer that has not ended well has parts at its target. */
  hasParts = false
  /** Bytes that were moved without a task. */
  streamed = 0

  /** @param now milliseconds since some moment */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#startedAt = now()
    this.#samples.push({ at: this.#startedAt, moved: 0 })
  }

  get seconds(): number {
    return (this.#now() - this.#startedAt) / 1_000
  }

  /** Names a transfer while it runs; returns a function that ends that. */
  running(transfer: Running): () => void {
    this.#running.add(transfer)
    return () => void this.#running.delete(transfer)
  }

  started(task: Transfer<unknown>): void {
    this.#active.add(task)
  }

  /** @param bytes undefined where the transfer failed */
  ended(task: Transfer<unknown>, bytes: number | undefined): void {
    this.#active.delete(task)
    const { resumed, parts } = task.progress
    this.retries += parts.retries
    if (bytes === undefined) {
      this.hasParts ||= parts.done > 0
      return
    }
    this.bytes += bytes
    this.reusedBytes += resumed
  }

  snapshot(): BoardProgress {
    let committed = this.bytes + this.streamed
    let inFlight = 0
    let resumed = this.reusedBytes
    let { totalBytes } = this
    for (const { progress } of this.#active) {
      committed += progress.committed
      inFlight += progress.inFlight
      resumed += progress.resumed
      if (this.totalFiles === 1) totalBytes ??= progress.total ?? undefined
    }
    const moved = committed + inFlight
    const bytesPerSecond = this.#speed(moved - resumed)
    const { files, totalFiles } = this
    const left = totalBytes === undefined || bytesPerSecond === 0 ? undefined : Math.max(0, totalBytes - moved)
    const estimate = left === undefined ? undefined : Math.round((left / bytesPerSecond) * 1_000)
    const etaMs = estimate === undefined || estimate > ESTIMATE_MS_MAX ? undefined : estimate
    const parts = this.#parts()
    const [only] = this.#running
    const isOnly = only !== undefined && this.#running.size === 1 && (totalFiles ?? 1) <= 1
    return {
      ...(isOnly ? { only } : {}),
      files,
      totalFiles,
      total: totalBytes,
      committed,
      inFlight,
      resumed,
      bytesPerSecond,
      etaMs,
      ...(parts === undefined ? {} : { parts }),
    }
  }

  #parts(): BoardProgress['parts'] {
    const [only] = this.#active
    if (only === undefined || this.#active.size > 1 || only.parts.length < 2) return undefined
    const { done, active, retries, resumed } = only.progress.parts
    return { states: only.parts.map(stateOf), done, active, retries, resumed }
  }

  #speed(moved: number): number {
    const now = this.#now()
    this.#samples.push({ at: now, moved })
    // one sample before the window stays: where samples are rarer than that, there is no other
    while ((this.#samples[1]?.at ?? now) < now - SPEED_WINDOW_MS) this.#samples.shift()
    const [first] = this.#samples
    if (first === undefined || first.at === now) return 0
    return Math.max(0, Math.round(((moved - first.moved) / Math.max(250, now - first.at)) * 1_000))
  }
}

function stateOf({ state }: TransferPart): CellState {
  if (state === 'done' || state === 'reused') return 'stored'
  return state === 'waiting' ? 'missing' : state
}
