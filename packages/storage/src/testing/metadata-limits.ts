import assert from 'node:assert/strict'
import type { Awaitable } from '../awaitable.js'
import { METADATA_LIMITS } from '../limits.js'
import type { MetadataStore, Transaction } from '../metadata-store.js'
import { bytesOf, isStorageError, type StoreTest } from './support.js'

const { keyBytes, valueBytes, keysWritten, rowsRead, bytes } = METADATA_LIMITS

function numbered(number: number): Uint8Array {
  return bytesOf(`row ${String(number).padStart(6, '0')}`)
}

async function refused(store: MetadataStore, body: (tx: Transaction) => Awaitable<unknown>): Promise<void> {
  await assert.rejects(store.transact(body), isStorageError('limit'))
}

/** Every limit: reached without harm, refused beyond. */
export function testMetadataLimits(storeTest: StoreTest): void {
  storeTest('the longest key and the largest value are stored and read back', async (store) => {
    const key = new Uint8Array(keyBytes).fill(255)
    const value = new Uint8Array(valueBytes).fill(7)
    await store.transact(async (tx) => tx.set(key, value))
    assert.deepEqual(await store.read((reader) => reader.get(key)), value)
    const successor = new Uint8Array(keyBytes + 1)
    successor.set(key)
    const rows = await store.read((reader) => reader.range(key, successor, { limit: 2, reverse: true }))
    assert.deepEqual(rows, [{ key, value }])
    assert.deepEqual(await store.read((reader) => reader.range(successor, successor, { limit: 2 })), [])
  })

  storeTest('a longer or an empty key is refused by every call', async (store) => {
    for (const key of [new Uint8Array(keyBytes + 1), new Uint8Array(0)]) {
      await refused(store, async (tx) => tx.set(key, bytesOf('v')))
      await refused(store, async (tx) => tx.delete(key))
      await refused(store, async (tx) => tx.add(key, [1]))
      await refused(store, (tx) => tx.get(key))
      await refused(store, (tx) => tx.getMany([key]))
      await assert.rejects(async () => store.read((reader) => reader.get(key)), isStorageError('limit'))
    }
    const bound = new Uint8Array(keyBytes + 2)
    await refused(store, (tx) => tx.range(bytesOf(''), bound, { limit: 1 }))
    await refused(store, (tx) => tx.range(bound, bound, { limit: 1 }))
  })

  storeTest('a larger value is refused, and so is a row of too many counters', async (store) => {
    await refused(store, async (tx) => tx.set(bytesOf('a'), new Uint8Array(valueBytes + 1)))
    await refused(store, async (tx) => tx.add(bytesOf('a'), new Array(valueBytes / 8 + 1).fill(1)))
  })

  storeTest('as many keys as allowed are written, one more is refused', async (store) => {
    await store.transact(async (tx) => {
      for (let number = 0; number < keysWritten; number++) tx.set(numbered(number), bytesOf('v'))
      tx.set(numbered(0), bytesOf('again'))
    })
    await refused(store, async (tx) => {
      for (let number = 0; number < keysWritten; number++) tx.delete(numbered(number))
      tx.add(bytesOf('counter'), [1])
    })
    const rows = await store.read((reader) => reader.range(numbered(0), numbered(999), { limit: keysWritten + 1 }))
    assert.equal(rows.length, keysWritten)
  })

  storeTest('as many rows as allowed are read, one more is refused, and no answer is shortened', async (store) => {
    for (let first = 0; first <= rowsRead; first += keysWritten) {
      await store.transact(async (tx) => {
        for (let number = first; number < first + keysWritten; number++) tx.set(numbered(number), bytesOf('v'))
      })
    }
    const all = { limit: rowsRead }
    const rows = await store.read((reader) => reader.range(bytesOf(''), bytesOf('z'), all))
    assert.equal(rows.length, rowsRead)
    assert.equal((await store.transact((tx) => tx.range(bytesOf(''), bytesOf('z'), all))).length, rowsRead)
    for (const reverse of [false, true]) {
      const tooMany = { limit: rowsRead + 1, reverse }
      await refused(store, (tx) => tx.range(bytesOf(''), bytesOf('z'), tooMany))
      await assert.rejects(
        async () => store.read((reader) => reader.range(bytesOf(''), bytesOf('z'), tooMany)),
        isStorageError('limit'),
      )
    }
  })

  storeTest('absent keys, own rows and the limits of ranges count as rows read', async (store) => {
    await refused(store, (tx) => tx.getMany(Array.from({ length: rowsRead + 1 }, (_, number) => numbered(number))))
    await refused(store, async (tx) => {
      tx.set(bytesOf('own'), bytesOf('v'))
      await tx.range(bytesOf('x'), bytesOf('y'), { limit: rowsRead - 1 })
      await tx.get(bytesOf('own'))
      await tx.get(bytesOf('own'))
    })
  })

  storeTest('no more bytes than allowed are written or read', async (store) => {
    const value = new Uint8Array(valueBytes)
    const rows = Math.ceil(bytes / valueBytes)
    await refused(store, async (tx) => {
      for (let number = 0; number < rows; number++) tx.set(numbered(number), value)
    })
    for (let number = 0; number < rows; number++) {
      await store.transact(async (tx) => tx.set(numbered(number), value))
    }
    await refused(store, (tx) => tx.range(bytesOf(''), bytesOf('z'), { limit: rows }))
    await assert.rejects(
      async () => store.read((reader) => reader.getMany(Array.from({ length: rows }, (_, number) => numbered(number)))),
      isStorageError('limit'),
    )
    const most = await store.read((reader) => reader.range(bytesOf(''), bytesOf('z'), { limit: rows - 1 }))
    assert.equal(most.length, rows - 1)
  })

  storeTest('a transaction that went beyond a limit fails even if its body goes on', async (store) => {
    await refused(store, async (tx) => {
      tx.set(bytesOf('a'), bytesOf('1'))
      await assert.rejects(async () => tx.range(bytesOf(''), bytesOf('z'), { limit: rowsRead + 1 }))
    })
    await refused(store, async (tx) => {
      tx.set(bytesOf('a'), bytesOf('1'))
      void tx.get(new Uint8Array(keyBytes + 1))
    })
    assert.equal(await store.read((reader) => reader.get(bytesOf('a'))), undefined)
  })
}
