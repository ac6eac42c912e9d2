import { type Awaitable, andThen } from '../awaitable.js'
import type { MetadataStore, Reader, Row } from '../metadata-store.js'

/** A store, and how many rows its ranges return and keys it looks up. */
export interface CountedRows {
  readonly store: MetadataStore
  /** Rows and keys read by `work` outside transactions. Nothing else may use the store meanwhile. */
  count(work: () => Awaitable<unknown>): Promise<number>
}

/** Counts what is read: a listing that seeks reads few rows, one that scans reads all, however fast it is. */
export function countingRows(store: MetadataStore): CountedRows {
  let read = 0
  const counted = (reader: Reader): Reader => ({
    get(key) {
      read += 1
      return reader.get(key)
    },
    getMany(keys) {
      read += keys.length
      return reader.getMany(keys)
    },
    range: (from, to, options) =>
      andThen(reader.range(from, to, options), (rows: Row[]) => {
        read += rows.length
        return rows
      }),
  })
  return {
    store: {
      ...store,
      read: (body) => store.read((reader) => body(counted(reader))),
      transact: (body) => store.transact(body),
      close: () => store.close(),
    },
    async count(work) {
      read = 0
      await work()
      return read
    },
  }
}
