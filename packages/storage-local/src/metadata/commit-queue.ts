import { type Bytes, type KeyText, METADATA_LIMITS, type Snapshot, StorageError } from '@bindery/storage'
import type { Changes, Commits } from './commits.js'
import { type FileFailure, failureOf } from './file-failure.js'
import { commitsOf, countCommit, type MetadataFile, stateOf, writeRow } from './metadata-file.js'
import { PendingCounters } from './pending-counters.js'
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

/** The events that a queue reports. */
export interface CommitEvents {
  /** Called once, when the file can no longer be trusted: all commits fail from then on. */
  readonly onBroken: (error: StorageError) => void
  /** Called with the milliseconds that each batch took until it was durable. */
  readonly onCommit?: ((milliseconds: number) => void) | undefined
}

/**
 * Commits transactions in batches: a batch is one LMDB transaction with one sync, while the next batch collects. The
 * code under the writer's lock is synchronous and our own: transactions are validated and applied one after another.
 */
export class CommitQueue implements Commits {
  readonly #file: MetadataFile
  readonly #state: Snapshot
  readonly #onBroken: (error: StorageError) => void
  readonly #onCommit: CommitEvents['onCommit']
  readonly recent = new RecentWrites()
  #first: Pending[] = []
  #again: Pending[] = []
  #running: Promise<void> | undefined
  #broken: StorageError | undefined
  #acknowledged = 0

  constructor(file: MetadataFile, { onBroken, onCommit }: CommitEvents) {
    this.#file = file
    this.#state = stateOf(file)
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

  get isIdle(): boolean {
    return this.#running === undefined
  }

  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#again.length + this.#first.length > 0) await this.#commitBatch()
    this.#running = undefined
  }

  async #commitBatch(): Promise<void> {
    let batch: Pending[] = []
    let outcomes: Outcome[] = []
    const startedAt = performance.now()
    try {
      // a child transaction, because an error of LMDB must undo everything that the batch has written
      await this.#file.root.childTransaction(() => {
        batch = this.#take()
        outcomes = this.#apply(batch)
      })
    } catch (error) {
      // an error before the batch was taken concerns the waiting transactions: they must not wait forever
      this.#fail(batch.length > 0 ? batch : this.#take(), await failureOf(this.#file, error))
      return
    }
    this.#acknowledged += 1
    this.#onCommit?.(performance.now() - startedAt)
    for (const [index, pending] of batch.entries()) {
      const outcome = outcomes[index]
      if (outcome !== undefined) settle(pending, outcome)
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

  #apply(batch: readonly Pending[]): Outcome[] {
    const commits = commitsOf(this.#file)
    const recent = this.recent
    recent.begin(commits + 1n)
    let changed = false
    const set = (key: KeyText, value: Bytes | undefined): void => {
      recent.note(key)
      writeRow(this.#file, key, value)
      changed = true
    }
    const state = new PendingCounters(this.#state, set)
    const outcomes = batch.map(({ changes: { reads, writes }, seen }): Outcome => {
      try {
        const isUnchanged = (key: KeyText): boolean => !state.has(key) && recent.isUnchanged(key, seen)
        if ((changed || seen !== commits) && !reads.holdsIn(state, isUnchanged)) return false
        state.add(writes)
      } catch (error) {
        // an error of this transaction only: a counter out of range, a damaged row
        if (error instanceof StorageError) return error
        throw error
      }
      for (const [key, value] of writes.rows) {
        state.forget(key)
        set(key, value)
      }
      changed = true
      return true
    })
    state.flush()
    if (changed) countCommit(this.#file, commits + 1n)
    return outcomes
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
