import { setImmediate as endOfTurn } from 'node:timers/promises'
import { type KeyText, METADATA_LIMITS, StorageError } from '@bindery/storage'
import type { Changes, Commits } from './commits.js'
import { type FileFailure, failureOf } from './file-failure.js'
import { commitRows, commitsOf, FileState, type MetadataFile } from './metadata-file.js'
import { PendingRows } from './pending-rows.js'
import { RecentWrites } from './recent-writes.js'

/** Whether a transaction was committed, or the error of it alone. */
type Outcome = boolean | StorageError

/** A transaction whose body has run, waiting for its commit. */
interface Pending {
  readonly changes: Changes
  /** The number of commits that its snapshot had seen. */
  readonly seen: bigint
  readonly resolve: (committed: boolean) => void
  readonly reject: (error: unknown) => void
}

function settle({ resolve, reject }: Pending, outcome: Outcome): void {
  if (typeof outcome === 'boolean') resolve(outcome)
  else reject(outcome)
}

const nothingToSettle = (): void => undefined

/** The events that a queue reports. */
export interface CommitEvents {
  /** Called once, when the file can no longer be trusted: all commits fail from then on. */
  readonly onBroken: (error: StorageError) => void
  /** Called with the milliseconds that each batch took until it was durable. */
  readonly onCommit?: ((milliseconds: number) => void) | undefined
}

/**
 * Commits transactions in batches: a batch is one LMDB transaction with one sync, while the next batch collects.
 * Transactions are validated one after another, against the last commit and what the batch writes; then LMDB's thread
 * writes the rows of them all. There is one batch at a time, so nothing is validated against rows that may not come.
 */
export class CommitQueue implements Commits {
  readonly #file: MetadataFile
  readonly #onBroken: (error: StorageError) => void
  readonly #onCommit: CommitEvents['onCommit']
  readonly recent = new RecentWrites()
  #first: Pending[] = []
  #again: Pending[] = []
  #running: Promise<void> | undefined
  #broken: StorageError | undefined
  #acknowledged = 0
  #last: bigint | undefined

  constructor(file: MetadataFile, { onBroken, onCommit }: CommitEvents) {
    this.#file = file
    this.#onBroken = onBroken
    this.#onCommit = onCommit
  }

  commit(changes: Changes, seen: bigint, again: boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) {
        reject(this.#broken)
        return
      }
      const queue = again ? this.#again : this.#first
      queue.push({ changes, seen, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  get last(): bigint | undefined {
    return this.#last
  }

  get isIdle(): boolean {
    return this.#running === undefined
  }

  async idle(): Promise<void> {
    await this.#running
  }

  get #waiting(): number {
    return this.#again.length + this.#first.length
  }

  async #run(): Promise<void> {
    let size = Infinity
    let settleLast = nothingToSettle
    while (this.#waiting > 0) {
      // what comes in one turn is committed together; but if as many wait as last time, the disk need not wait for the end of the turn
      if (this.#waiting < size) {
        settleLast()
        settleLast = nothingToSettle
        await endOfTurn()
      }
      const batch = this.#take()
      const committing = this.#commitBatch(batch)
      settleLast()
      settleLast = await committing
      size = batch.length
    }
    this.#running = undefined
    settleLast()
  }

  /** Begins at once. Resolves when the batch is durable or has failed, with the call that settles what is left of it. */
  async #commitBatch(batch: readonly Pending[]): Promise<() => void> {
    const startedAt = performance.now()
    let outcomes: Outcome[]
    try {
      outcomes = await this.#write(batch)
    } catch (error) {
      // at once, because nothing is committed after a failure that breaks the file
      this.#fail(batch, await failureOf(this.#file, error))
      return nothingToSettle
    }
    this.#acknowledged += 1
    this.#onCommit?.(performance.now() - startedAt)
    return () => {
      for (const [index, pending] of batch.entries()) {
        const outcome = outcomes[index]
        if (outcome !== undefined) settle(pending, outcome)
      }
    }
  }

  /** The next transactions, with up to as many keys as LMDB handles well at once. */
  #take(): Pending[] {
    const waiting = [...this.#again, ...this.#first]
    let keys = 0
    let count = 0
    for (const { changes } of waiting) {
      keys += changes.writes.size
      if (count > 0 && keys > METADATA_LIMITS.keysWritten) break
      count += 1
    }
    this.#again = []
    this.#first = waiting.slice(count)
    return waiting.slice(0, count)
  }

  /** Validates a batch against the last commit, and commits what it writes. */
  async #write(batch: readonly Pending[]): Promise<Outcome[]> {
    const { root } = this.#file
    // LMDB shares a snapshot among all readers of a turn, but this one must be the newest
    root.resetReadTxn()
    const transaction = root.useReadTransaction()
    let commits: bigint
    let rows: PendingRows
    let outcomes: Outcome[]
    try {
      commits = commitsOf(this.#file, transaction)
      this.recent.begin(commits + 1n)
      rows = new PendingRows(new FileState(this.#file, { transaction }, commits, this.recent), (key) =>
        this.recent.note(key),
      )
      outcomes = batch.map((pending) => this.#validate(pending, rows, commits))
    } finally {
      transaction.done()
    }
    if (!rows.isEmpty) {
      commits += 1n
      await commitRows(this.#file, rows.all(), commits)
    }
    this.#last = commits
    return outcomes
  }

  #validate({ changes: { reads, writes }, seen }: Pending, rows: PendingRows, commits: bigint): Outcome {
    try {
      const isUnchanged = (key: KeyText): boolean => this.recent.isUnchanged(key, seen)
      if ((!rows.isEmpty || seen !== commits) && !reads.holdsIn(rows, isUnchanged)) return false
      rows.add(writes)
      return true
    } catch (error) {
      // an error of this transaction only: a counter out of range, a damaged row
      if (error instanceof StorageError) return error
      throw error
    }
  }

  #fail(batch: readonly Pending[], { error, broken }: FileFailure): void {
    const failed = [...batch]
    if (broken) {
      this.#broken = error
      failed.push(...this.#again, ...this.#first)
      this.#again = []
      this.#first = []
    }
    for (const pending of failed) pending.reject(error)
    if (broken) this.#onBroken(error)
  }
}
