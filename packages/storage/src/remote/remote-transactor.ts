import type { Awaitable } from '../awaitable.js'
import { type KeyText, keyText } from '../bytes.js'
import { METADATA_LIMITS } from '../limits.js'
import type { MetadataStore, Reader, Transaction } from '../metadata-store.js'
import { StorageError } from '../storage-error.js'
import { type AttemptOptions, type RecalledRows, RemoteAttempt, StateMoved } from './remote-attempt.js'
import type { RemoteEngine, RemoteRow } from './remote-engine.js'

/** The methods of a store on a network but for `close`. */
type RemoteTransactor = Required<Omit<MetadataStore, 'close' | 'comparing'>>

/**
 * The methods of a store on a network: like `createTransactor`, but rows are read from a server, which validates them by
 * their versions.
 */
export function createRemoteTransactor(engine: RemoteEngine): RemoteTransactor {
  let lane: Promise<unknown> = Promise.resolve()

  async function attemptOnce<T>(
    body: (tx: Transaction) => Awaitable<T>,
    again: boolean,
  ): Promise<{ readonly result: T } | undefined> {
    const attempt = new RemoteAttempt(engine, { records: true, usesSnapshot: again })
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

  async function transact<T>(body: (tx: Transaction) => Awaitable<T>): Promise<T> {
    const outcome = await attemptOnce(body, false)
    if (outcome !== undefined) return outcome.result
    const turn = lane.then(() => repeat(body))
    lane = turn.catch(() => undefined)
    return turn
  }

  return {
    transact,
    read: (body) => readFrom(engine, body),
    recalling(along) {
      const memory = new Map<KeyText, RemoteRow | undefined>()
      const foreseen = along.map(keyText)
      return {
        async transact(body) {
          const recalled = new Map(memory)
          memory.clear()
          const outcome = recalled.size === 0 ? undefined : await recall(engine, body, recalled)
          return outcome === undefined ? transact(body) : outcome.result
        },
        read: (body) => readFrom(engine, body, { along: foreseen.splice(0), onKnown: (known) => addTo(memory, known) }),
        close: () => Promise.reject(new StorageError('misuse', 'a view does not close its store')),
      }
    },
  }
}

/** How a read serves transactions that follow it. */
interface ReadOptions extends Pick<AttemptOptions, 'along'> {
  readonly onKnown?: (known: RecalledRows) => void
}

async function readFrom<T>(
  engine: RemoteEngine,
  body: (reader: Reader) => Awaitable<T>,
  { along, onKnown }: ReadOptions = {},
): Promise<T> {
  for (const usesSnapshot of [false, true]) {
    const attempt = new RemoteAttempt(engine, { records: false, usesSnapshot, ...(along && { along }) })
    const reader = {
      get: attempt.get.bind(attempt),
      getMany: attempt.getMany.bind(attempt),
      range: attempt.range.bind(attempt),
    }
    const ended = await unlessMoved(attempt.run(() => body(reader)))
    if (ended === undefined) continue
    onKnown?.(attempt.known)
    return ended.result
  }
  throw new StorageError('unavailable', 'a snapshot of the metadata store has changed')
}

/**
 * Runs a body on rows that were read before, and commits it if it writes. Undefined where it must run on fresh rows: what
 * it saw may be outdated, and only a commit shows that it was not. What the commit throws is thrown on.
 */
async function recall<T>(
  engine: RemoteEngine,
  body: (tx: Transaction) => Awaitable<T>,
  recalled: RecalledRows,
): Promise<{ readonly result: T } | undefined> {
  const attempt = new RemoteAttempt(engine, { records: true, usesSnapshot: false, recalled })
  let result: T
  try {
    result = await attempt.run(() => body(attempt))
  } catch (error) {
    if (attempt.hasRecalled || error instanceof StateMoved) return undefined
    throw error
  }
  const { changes } = attempt
  if (changes.writes.size === 0) return attempt.hasRecalled ? undefined : { result }
  return (await engine.commit(changes, false)) ? { result } : undefined
}

function addTo(memory: Map<KeyText, RemoteRow | undefined>, known: RecalledRows): void {
  for (const [key, row] of known) memory.set(key, row)
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
