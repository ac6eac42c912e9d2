import { keyText } from '../bytes.js'
import type { Bytes, MetadataStore, Reader, Row, Transaction } from '../metadata-store.js'
import { DamagedRow } from '../storage-error.js'

/** A store with rows that can be marked as damaged, with the behaviour of an engine that verifies rows. */
export interface DamageableStore {
  readonly store: MetadataStore
  /** Makes a row damaged until it is overwritten or deleted. */
  damage(key: Bytes): void
}

/** The stored form of every damaged row. */
const STORED = Uint8Array.of(0xba, 0xd0)

/**
 * Wraps a store of any engine. Reading or adding to a damaged row throws DamagedRow, and ranges with `onDamaged` skip
 * it; a committed `set` or `delete` repairs it.
 */
export function withDamagedRows(store: MetadataStore): DamageableStore {
  const damaged = new Set<string>()
  const isDamaged = (key: Bytes) => damaged.has(keyText(key))

  function readerOver(reader: Reader): Reader {
    const get = async (key: Bytes) => {
      const value = await reader.get(key)
      if (value !== undefined && isDamaged(key)) throw new DamagedRow(key, STORED)
      return value
    }
    return {
      get,
      getMany: (keys) => Promise.all(keys.map(get)),
      async range(from, to, options) {
        const { onDamaged, ...plain } = options
        const sound: Row[] = []
        for (const row of await reader.range(from, to, plain)) {
          if (!isDamaged(row.key)) sound.push(row)
          else if (onDamaged === undefined) throw new DamagedRow(row.key, STORED)
          else onDamaged(new DamagedRow(row.key, STORED))
        }
        return sound
      },
    }
  }

  function transactionOver(tx: Transaction, written: Bytes[]): Transaction {
    return {
      ...readerOver(tx),
      set(key, value) {
        tx.set(key, value)
        written.push(key)
      },
      delete(key) {
        tx.delete(key)
        written.push(key)
      },
      add(key, deltas) {
        if (isDamaged(key)) throw new DamagedRow(key, STORED)
        tx.add(key, deltas)
      },
    }
  }

  return {
    store: {
      read: (body) => store.read((reader) => body(readerOver(reader))),
      async transact(body) {
        let written: Bytes[] = []
        const result = await store.transact((tx) => {
          written = []
          return body(transactionOver(tx, written))
        })
        for (const key of written) damaged.delete(keyText(key))
        return result
      },
      close: () => store.close(),
    },
    damage: (key) => void damaged.add(keyText(key)),
  }
}
