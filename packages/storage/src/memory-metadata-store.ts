import { setImmediate as nextTurn } from 'node:timers/promises'
import { Attempt, type Snapshot } from './attempt.js'
import { type Awaitable, andThen, settle } from './awaitable.js'
import { copyBytes } from './bytes.js'
import { firstRows } from './groups.js'
import type { Bytes, MetadataStore, Transaction } from './metadata-store.js'
import { SortedMap } from './sorted-map.js'
import { StorageError } from './storage-error.js'
import { createTransactor, type HeldSnapshot, onSnapshot } from './transactor.js'

/** Options of a memory metadata store. */
export interface MemoryMetadataOptions {
  /** Runs each body on a throw-away snapshot first, so that a body which may not run twice shows itself. */
  readonly runBodiesTwice?: boolean
}

/** A store that can return to an earlier state. */
export interface MemoryMetadataStore extends MetadataStore {
  /** Holds the present state. Returns what brings it back, any number of times. */
  capture(): () => void
}

interface MemorySnapshot extends HeldSnapshot {
  readonly rows: SortedMap<Bytes>
}

/** A metadata store in memory, for tests and simulations: same rules, limits and conflicts as the durable engines. */
export function createMemoryMetadataStore(options: MemoryMetadataOptions = {}): MemoryMetadataStore {
  let rows = SortedMap.empty<Bytes>()
  let closed = false

  function snapshot(): MemorySnapshot {
    if (closed) throw new StorageError('unavailable', 'the metadata store is closed')
    return { ...stateOf(rows), rows, release: () => undefined }
  }

  const { transact, read, comparing } = createTransactor<MemorySnapshot>({
    snapshot,
    async commit(seen, attempt) {
      if (closed) throw new StorageError('unavailable', 'the metadata store is closed')
      if (seen.rows !== rows && !attempt.reads.holdsIn(stateOf(rows))) return false
      let next = rows
      for (const [key, value] of attempt.writes.resolve(next)) {
        next = value === undefined ? next.without(key) : next.with(key, value)
      }
      rows = next
      // as with a disk, a commit resolves after whatever was already running
      await nextTurn()
      return true
    },
  })

  function rehearse(body: (tx: Transaction) => Awaitable<unknown>, records: boolean): Awaitable<void> {
    if (options.runBodiesTwice !== true) return
    const held = snapshot()
    const attempt = new Attempt(held, records)
    // ignore the outcome of the dry run; the real run follows
    const ignore = () => undefined
    return settle(() => onSnapshot(held, attempt, () => body(attempt)), ignore, ignore)
  }

  return {
    async transact(body) {
      await rehearse(body, true)
      return transact(body)
    },
    read(body) {
      return andThen(closed ? undefined : rehearse(body, false), () => read(body))
    },
    comparing,
    capture() {
      const held = rows
      return () => {
        rows = held
      }
    },
    async close() {
      closed = true
    },
  }
}

function stateOf(rows: SortedMap<Bytes>): Snapshot {
  return {
    get(key) {
      const value = rows.get(key)
      return value && copyBytes(value)
    },
    range: (from, to, limit, reverse) =>
      rows.range(from, to, limit, reverse).map(([key, value]) => ({ key, value: copyBytes(value) })),
    firsts: (from, to, limit, grouping) =>
      firstRows((start) => rows.walk(start, to), from, limit, grouping).map(({ key, value }) => ({
        key,
        value: copyBytes(value),
      })),
  }
}
