import { setImmediate as nextTurn } from 'node:timers/promises'
import { copyBytes, type KeyText } from '../bytes.js'
import { firstRows } from '../groups.js'
import type { Bytes, MetadataStore } from '../metadata-store.js'
import { ABSENT, type RemoteRow, type RemoteSnapshot, type SeenKey } from '../remote/remote-engine.js'
import { createRemoteTransactor } from '../remote/remote-transactor.js'
import { SortedMap } from '../sorted-map.js'
import { StorageError } from '../storage-error.js'

interface Stored {
  readonly value: Bytes
  readonly version: string
}

/** A metadata store on a network, and how often its users had to wait for an answer. */
export interface CountedStore {
  readonly store: MetadataStore
  /**
   * Dependent round trips of `work`: each waits for the one before it; those that are under way together are one. Nothing
   * else may use the store meanwhile.
   */
  count(work: () => Promise<unknown>): Promise<number>
}

/** As `createRemoteMemoryStore`, and counted. */
export function createCountedStore(): CountedStore {
  let trips = 0
  let underway = 0
  const store = createRemoteMemoryStore((travels) => {
    if (travels && underway === 0) trips += 1
    underway += travels ? 1 : -1
  })
  return {
    store,
    async count(work) {
      trips = 0
      await work()
      return trips
    },
  }
}

/**
 * A metadata store as on a network, with its server in this process: every answer takes a turn of the event loop.
 * `onTravel` is called when a request begins to travel, and when its answer has arrived.
 */
export function createRemoteMemoryStore(onTravel: (travels: boolean) => void = () => {}): MetadataStore {
  let rows = SortedMap.empty<Stored>()
  let commits = 0
  let closed = false

  function open(): void {
    if (closed) throw new StorageError('unavailable', 'the metadata store is closed')
  }

  async function travel<T>(answer: () => T): Promise<T> {
    open()
    onTravel(true)
    await nextTurn()
    try {
      const found = answer()
      await nextTurn()
      return found
    } finally {
      onTravel(false)
    }
  }

  function snapshot(): RemoteSnapshot {
    let state: typeof rows | undefined
    const now = (): typeof rows => {
      state ??= rows
      return state
    }
    return {
      rows: (keys) => travel(() => keys.map((key) => rowOf(key, now().get(key)))),
      versions: (keys) => travel(() => keys.map((key) => now().get(key)?.version ?? ABSENT)),
      range: (from, to, limit, reverse) =>
        travel(() =>
          now()
            .range(from, to, limit, reverse)
            .flatMap(([key, stored]) => rowOf(key, stored) ?? []),
        ),
      firsts: (from, to, limit, grouping) =>
        travel(() => {
          const found = firstRows((start) => now().walk(start, to), from, limit, grouping)
          return found.flatMap(({ key, value }) => rowOf(key, value) ?? [])
        }),
      release: () => {},
    }
  }

  const isCurrent = ({ key, version }: SeenKey): boolean => (rows.get(key)?.version ?? ABSENT) === version

  return {
    ...createRemoteTransactor({
      rows: (keys) => travel(() => keys.map((key) => rowOf(key, rows.get(key)))),
      snapshot,
      commit: ({ keys, ranges, writes }) =>
        travel(() => {
          const holds =
            keys.every(isCurrent) &&
            ranges.every(({ from, to, limit, reverse, rows: seen }) => {
              const found = rows.range(from, to, limit, reverse)
              return (
                found.length === seen.length &&
                found.every(([key], index) => seen[index]?.key === key) &&
                seen.every(isCurrent)
              )
            })
          if (!holds) return false
          commits += 1
          const version = String(commits)
          for (const [key, value] of writes.resolve({ get: (key) => rows.get(key)?.value })) {
            rows = value === undefined ? rows.without(key) : rows.with(key, { value, version })
          }
          return true
        }),
    }),
    async close() {
      closed = true
    },
  }
}

function rowOf(key: KeyText, stored: Stored | undefined): RemoteRow | undefined {
  return stored && { key, version: stored.version, value: copyBytes(stored.value) }
}
