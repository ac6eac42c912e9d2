import type { Awaitable } from '../awaitable.js'
import { METADATA_LIMITS } from '../limits.js'
import type { MetadataStore, Transaction } from '../metadata-store.js'
import { StorageError } from '../storage-error.js'
import { RemoteAttempt, StateMoved } from './remote-attempt.js'
import type { RemoteEngine } from './remote-engine.js'

/**
 * The `transact` and `read` of a store on a network: like `createTransactor`, but rows are read from a server, which
 * validates them by their versions.
 */
export function createRemoteTransactor(engine: RemoteEngine): Pick<MetadataStore, 'transact' | 'read'> {
  let lane: Promise<unknown> = Promise.resolve()

  async function attemptOnce<T>(
    body: (tx: Transaction) => Awaitable<T>,
    again: boolean,
  ): Promise<{ readonly result: T } | undefined> {
    const attempt = new RemoteAttempt(engine, true, again)
    const ended = await unlessMoved(attempt.run(() => body(attempt)))
    if (ended === undefined) return undefined
    const { changes } = attempt
    const isCommitted = changes.writes.size === 0 || (await engine.commit(changes, again))
    return isCommitted ? ended : undefined
  }

  async function repeat<T>(body: (tx: Transaction) => Awaitable<T>): Promise<T> {
    for (let attempts = 1; attempts < METADATA_LIMITS.attempts; attempts++) {
      const outcome = await attemptOnce(body, true)
      if (outcome !== undefined) return outcome.result
    }
    throw new StorageError('conflict', `a transaction conflicted ${METADATA_LIMITS.attempts} times`)
  }

  return {
    async transact(body) {
      const outcome = await attemptOnce(body, false)
      if (outcome !== undefined) return outcome.result
      const turn = lane.then(() => repeat(body))
      lane = turn.catch(() => undefined)
      return turn
    },
    async read(body) {
      for (const usesSnapshot of [false, true]) {
        const attempt = new RemoteAttempt(engine, false, usesSnapshot)
        const reader = {
          get: attempt.get.bind(attempt),
          getMany: attempt.getMany.bind(attempt),
          range: attempt.range.bind(attempt),
        }
        const ended = await unlessMoved(attempt.run(() => body(reader)))
        if (ended !== undefined) return ended.result
      }
      throw new StorageError('unavailable', 'a snapshot of the metadata store has changed')
    },
  }
}

/** The result of a body; undefined if it must run again. */
async function unlessMoved<T>(running: Promise<T>): Promise<{ readonly result: T } | undefined> {
  try {
    return { result: await running }
  } catch (error) {
    if (error instanceof StateMoved) return undefined
    throw error
  }
}
