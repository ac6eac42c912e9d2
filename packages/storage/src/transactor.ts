import { afterTurn } from './after-turn.js'
import { Attempt, ReadSet, type Snapshot } from './attempt.js'
import { type Awaitable, andThen } from './awaitable.js'
import { keyText } from './bytes.js'
import { METADATA_LIMITS } from './limits.js'
import type { MetadataStore, Reader, Transaction } from './metadata-store.js'
import { StorageError } from './storage-error.js'

/** A snapshot that an engine holds open until it is released. */
export interface HeldSnapshot extends Snapshot {
  /**
   * Called before a body waits: until then nothing but the body runs, so an engine may leave its state open. Absent: it is fixed from the
   * beginning.
   */
  hold?(): void
  /** Called once. The snapshot is not read afterwards. */
  release(): void
}

/** The differences between engines that run bodies on a snapshot and validate at the commit. */
export interface OptimisticEngine<S extends HeldSnapshot> {
  /**
   * The newest committed state; with `toCommit` it may be passed to `commit`, otherwise it is only read.
   * Throws StorageError `unavailable` when the store is closed or has failed.
   */
  snapshot(toCommit: boolean): S
  /**
   * While it is the same, no state is newer than one that was read before; undefined where that is not known. Throws as `snapshot`. Absent: it never is.
   */
  stamp?(): number | undefined
  /**
   * In one step: checks, if anything was committed since `snapshot` was taken, that `attempt.reads` still hold, and
   * applies `attempt.writes.resolve(…)`. False, and nothing written, if they do not hold. Durable when it resolves.
   * `again` marks the repetition of an attempt that conflicted: there is one at a time, and it goes before first
   * attempts.
   */
  commit(snapshot: S, attempt: Attempt, again: boolean): Promise<boolean>
}

type Body<T> = (tx: Transaction) => Awaitable<T>

/** In place of the result of an attempt that conflicted. */
const CONFLICT = Symbol('conflict')

type Transactor = Pick<MetadataStore, 'transact' | 'read'> & Required<Pick<MetadataStore, 'comparing'>>

/** The `transact`, `read` and `comparing` of a store: runs bodies on snapshots, repeats those that conflict, one at a time. */
export function createTransactor<S extends HeldSnapshot>(engine: OptimisticEngine<S>): Transactor {
  let lane: Promise<unknown> = Promise.resolve()

  /** Runs a body, commits it, and resolves with its result, or with that of `conflicted`. May throw. */
  function attemptOnce<T, C>(body: Body<T>, again: boolean, conflicted: () => Awaitable<C>): Awaitable<T | C> {
    const snapshot = engine.snapshot(true)
    const attempt = new Attempt(snapshot, true)
    return andThen<T, T | C>(
      onSnapshot(snapshot, attempt, () => body(attempt)),
      (result) => {
        if (attempt.writes.size === 0) return result
        return engine.commit(snapshot, attempt, again).then((committed) => (committed ? result : conflicted()))
      },
    )
  }

  async function repeat<T>(body: Body<T>): Promise<T> {
    for (let attempts = 1; attempts < METADATA_LIMITS.attempts; attempts++) {
      const outcome = await attemptOnce(body, true, () => CONFLICT)
      if (outcome !== CONFLICT) return outcome as T
    }
    throw new StorageError('conflict', `a transaction conflicted ${METADATA_LIMITS.attempts} times`)
  }

  /** One at a time. */
  function inLane<T>(body: Body<T>): Promise<T> {
    const turn = lane.then(() => repeat(body))
    lane = turn.catch(() => undefined)
    return turn
  }

  return {
    transact(body) {
      try {
        return Promise.resolve(attemptOnce(body, false, () => inLane(body)))
      } catch (error) {
        return Promise.reject(error)
      }
    },
    read(body) {
      try {
        const snapshot = engine.snapshot(false)
        const attempt = new Attempt(snapshot, false)
        return onSnapshot(snapshot, attempt, () => body(readerOf(attempt)))
      } catch (error) {
        return Promise.reject(error)
      }
    },
    comparing(rows) {
      const reads = new ReadSet(rows.map(({ key, value }) => ({ key: keyText(key), value })))
      let heldAt: number | undefined
      return () => {
        const stamp = engine.stamp?.()
        if (stamp !== undefined && stamp === heldAt) return true
        const snapshot = engine.snapshot(false)
        try {
          const holds = reads.holdsIn(snapshot)
          heldAt = holds ? stamp : undefined
          return holds
        } finally {
          snapshot.release()
        }
      }
    },
  }
}

/** Runs a body to its end and releases its snapshot; at once if the body waits for nothing. May throw. */
export function onSnapshot<T>(snapshot: HeldSnapshot, attempt: Attempt, run: () => Awaitable<T>): Awaitable<T> {
  const end = () => {
    attempt.close()
    snapshot.release()
  }
  const finish = (result: T) => {
    attempt.finish()
    return result
  }
  let waits = false
  try {
    const result = run()
    if (!(result instanceof Promise)) return finish(result)
    hold(snapshot, result)
    waits = true
    return withinTurn(result).then(finish).finally(end)
  } finally {
    if (!waits) end()
  }
}

/** Fixes a snapshot's state before a body waits. May throw: then the body goes on without a snapshot, and its failure is of no interest. */
function hold(snapshot: HeldSnapshot, body: Promise<unknown>): void {
  try {
    snapshot.hold?.()
  } catch (error) {
    body.catch(() => {})
    throw error
  }
}

/**
 * A body that awaits nothing but its transaction ends before the event loop continues, since reads answer at once and
 * promises come before everything else. So a body that has not ended by then awaits something foreign.
 */
function withinTurn<T>(result: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let ended = false
    const settle =
      <V>(end: (value: V) => void) =>
      (value: V) => {
        ended = true
        end(value)
      }
    afterTurn(() => {
      // the error is made only when it is needed: its stack costs more than the rest of a small read
      if (!ended) reject(new StorageError('misuse', 'the body of a transaction or read awaits something else than it'))
    })
    result.then(settle(resolve), settle(reject))
  })
}

function readerOf(attempt: Attempt): Reader {
  return {
    get: (key) => attempt.get(key),
    getMany: (keys) => attempt.getMany(keys),
    range: (from, to, options) => attempt.range(from, to, options),
    packed: attempt.packs ? (from, to, options) => attempt.packed(from, to, options) : undefined,
  }
}
