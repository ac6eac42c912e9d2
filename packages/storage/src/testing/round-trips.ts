import type { Awaitable } from '../awaitable.js'
import type { MetadataStore, Reader, Transaction } from '../metadata-store.js'

/** A store, and how often an engine on a network would have had to wait for an answer of its server. */
export interface CountedStore {
  readonly store: MetadataStore
  /** Round trips of `work`: each waits for the one before it. Nothing else may use the store meanwhile. */
  count(work: () => Promise<unknown>): Promise<number>
}

/**
 * Counts dependent round trips. Reads that were started before the first of them resolved are one; the commit of a
 * transaction that writes is one more.
 */
export function countingRoundTrips(store: MetadataStore): CountedStore {
  let trips = 0
  /** Whether reads that start now join others that have not resolved yet. */
  let isUnderway = false

  async function travel<T>(call: Awaitable<T>): Promise<T> {
    if (!isUnderway) trips += 1
    isUnderway = true
    try {
      return await call
    } finally {
      isUnderway = false
    }
  }

  function counted(reader: Reader): Reader {
    return {
      get: (key) => travel(reader.get(key)),
      getMany: (keys) => travel(reader.getMany(keys)),
      range: (from, to, options) => travel(reader.range(from, to, options)),
    }
  }

  return {
    store: {
      read: (body) => store.read((reader) => body(counted(reader))),
      async transact(body) {
        let writes = false
        const result = await store.transact((tx) => {
          const writing =
            <A extends unknown[]>(write: (...input: A) => void) =>
            (...input: A) => {
              writes = true
              write(...input)
            }
          const counting: Transaction = {
            ...counted(tx),
            set: writing((key, value) => tx.set(key, value)),
            delete: writing((key) => tx.delete(key)),
            add: writing((key, deltas) => tx.add(key, deltas)),
          }
          return body(counting)
        })
        if (writes) trips += 1
        return result
      },
      close: () => store.close(),
    },
    async count(work) {
      trips = 0
      await work()
      return trips
    },
  }
}
