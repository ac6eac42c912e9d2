import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { MetadataStore } from '../metadata-store.js'
import { testMetadataGroups } from './metadata-groups.js'
import { testMetadataLimits } from './metadata-limits.js'
import { testMetadataModel } from './metadata-model.js'
import { testMetadataRaces } from './metadata-races.js'
import { testMetadataViews } from './metadata-views.js'
import { bytesOf, isStorageError, type StoreTest, textOf } from './support.js'

/** Opens a new, empty store. What must outlive it (a folder) is removed when `t` ends; the suite closes the store. */
export type CreateMetadataStore = (t: TestContext) => Promise<MetadataStore>

/** Declares the tests that every metadata engine must pass, under `node:test`. */
export function testMetadataStore(create: CreateMetadataStore): void {
  const storeTest: StoreTest = (name, body) => {
    test(name, async (t) => {
      const store = await create(t)
      try {
        await body(store, t)
      } finally {
        await store.close()
      }
    })
  }
  describe('rows', () => testRows(storeTest))
  describe('ranges', () => testRanges(storeTest))
  describe('groups', () => testMetadataGroups(storeTest))
  describe('bodies', () => testBodies(storeTest))
  describe('limits', () => testMetadataLimits(storeTest))
  describe('races', () => testMetadataRaces(storeTest))
  describe('views', () => testMetadataViews(storeTest))
  describe('model', () => testMetadataModel(storeTest))
}

function testRows(storeTest: StoreTest): void {
  storeTest('a row that was set is read, and gone once it was deleted', async (store) => {
    await store.transact(async (tx) => tx.set(bytesOf('a'), bytesOf('1')))
    assert.equal(textOf(await store.read((reader) => reader.get(bytesOf('a')))), '1')
    await store.transact(async (tx) => tx.delete(bytesOf('a')))
    assert.equal(await store.read((reader) => reader.get(bytesOf('a'))), undefined)
  })

  storeTest('a value may be empty, and is not the same as no row', async (store) => {
    await store.transact(async (tx) => tx.set(bytesOf('empty'), new Uint8Array(0)))
    const values = await store.read((reader) => reader.getMany([bytesOf('empty'), bytesOf('none')]))
    assert.deepEqual(values, [new Uint8Array(0), undefined])
  })

  storeTest('a comparison shows whether rows are in the newest state as they were read', async (store) => {
    if (store.comparing === undefined) return
    await store.transact(async (tx) => tx.set(bytesOf('a'), bytesOf('1')))
    const keys = ['a', 'none'].map(bytesOf)
    const values = await store.read((reader) => reader.getMany(keys))
    const isUnchanged = store.comparing(keys.map((key, index) => ({ key, value: values[index] })))
    for (let count = 0; count < 3; count += 1) assert.equal(isUnchanged(), true)
    await store.transact(async (tx) => tx.set(bytesOf('b'), bytesOf('1')))
    for (let count = 0; count < 3; count += 1) assert.equal(isUnchanged(), true)
    await store.transact(async (tx) => tx.set(bytesOf('a'), bytesOf('2')))
    for (let count = 0; count < 3; count += 1) assert.equal(isUnchanged(), false)
    await store.transact(async (tx) => tx.set(bytesOf('a'), bytesOf('1')))
    assert.equal(isUnchanged(), true)
    await store.transact(async (tx) => tx.set(bytesOf('none'), bytesOf('')))
    assert.equal(isUnchanged(), false)
    await store.transact(async (tx) => tx.delete(bytesOf('none')))
    assert.equal(isUnchanged(), true)
    await store.transact(async (tx) => tx.delete(bytesOf('a')))
    assert.equal(isUnchanged(), false)
  })

  storeTest('getMany answers in the order of its keys, repeated ones too', async (store) => {
    await store.transact(async (tx) => {
      tx.set(bytesOf('a'), bytesOf('1'))
      tx.set(bytesOf('b'), bytesOf('2'))
    })
    const values = await store.read((reader) => reader.getMany(['b', 'x', 'a', 'b'].map(bytesOf)))
    assert.deepEqual(values.map(textOf), ['2', undefined, '1', '2'])
  })

  storeTest('what was set or read does not change with the bytes of the caller', async (store) => {
    await store.transact(async (tx) => {
      const key = bytesOf('key')
      const value = bytesOf('value')
      tx.set(key, value)
      key.fill(0)
      value.fill(0)
    })
    await store.transact(async (tx) => {
      const read = await tx.get(bytesOf('key'))
      read?.fill(0)
      tx.set(bytesOf('other'), bytesOf('x'))
    })
    const read = await store.read(async (reader) => {
      const first = await reader.get(bytesOf('key'))
      await reader.get(bytesOf('other'))
      return first
    })
    assert.equal(textOf(read), 'value')
  })

  storeTest('keys and values are plain byte arrays of their own', async (store) => {
    await store.transact(async (tx) => tx.set(bytesOf('a'), bytesOf('1')))
    const [row] = await store.read((reader) => reader.range(bytesOf('a'), bytesOf('b'), { limit: 1 }))
    assert.deepEqual(row, { key: bytesOf('a'), value: bytesOf('1') })
  })

  storeTest('a transaction reads its own sets and deletes, and not its adds', async (store) => {
    await store.transact(async (tx) => tx.set(bytesOf('old'), bytesOf('1')))
    await store.transact(async (tx) => {
      tx.set(bytesOf('new'), bytesOf('2'))
      tx.delete(bytesOf('old'))
      tx.add(bytesOf('count'), [1])
      assert.deepEqual((await tx.getMany(['old', 'new', 'count'].map(bytesOf))).map(textOf), [
        undefined,
        '2',
        undefined,
      ])
    })
  })

  storeTest('the last of several writes of a key counts', async (store) => {
    await store.transact(async (tx) => {
      tx.set(bytesOf('a'), bytesOf('1'))
      tx.delete(bytesOf('a'))
      tx.set(bytesOf('a'), bytesOf('2'))
      tx.set(bytesOf('b'), bytesOf('1'))
      tx.delete(bytesOf('b'))
    })
    const values = await store.read((reader) => reader.getMany([bytesOf('a'), bytesOf('b')]))
    assert.deepEqual(values.map(textOf), ['2', undefined])
  })
}

function testRanges(storeTest: StoreTest): void {
  const keys = [
    [0],
    [0, 0],
    [0, 1],
    [1],
    [97],
    [97, 0],
    [97, 0, 255],
    [98],
    [128],
    [195, 164],
    [255],
    [255, 0],
    [255, 255],
  ]
  async function fill(store: MetadataStore): Promise<void> {
    await store.transact(async (tx) => {
      for (const key of keys.toReversed()) tx.set(new Uint8Array(key), bytesOf('v'))
    })
  }
  async function keysIn(store: MetadataStore, from: number[], to: number[], limit: number, reverse: boolean) {
    const rows = await store.read((reader) =>
      reader.range(new Uint8Array(from), new Uint8Array(to), { limit, reverse }),
    )
    return rows.map((row) => [...row.key])
  }

  storeTest('keys are ordered as unsigned bytes, a prefix before what is longer', async (store) => {
    await fill(store)
    assert.deepEqual(await keysIn(store, [], [255, 255, 255], 100, false), keys)
    assert.deepEqual(await keysIn(store, [], [255, 255, 255], 100, true), keys.toReversed())
  })

  storeTest('a range includes its start and excludes its end, in both directions', async (store) => {
    await fill(store)
    for (const [start, from] of keys.entries()) {
      for (const [end, to] of keys.entries()) {
        const expected = keys.slice(start, Math.max(start, end))
        assert.deepEqual(await keysIn(store, from, to, 100, false), expected)
        assert.deepEqual(await keysIn(store, from, to, 100, true), expected.toReversed())
      }
    }
  })

  storeTest('bounds need not be rows', async (store) => {
    await fill(store)
    assert.deepEqual(await keysIn(store, [0, 0, 7], [97, 0, 3], 100, false), [[0, 1], [1], [97], [97, 0]])
    assert.deepEqual(await keysIn(store, [0, 0, 7], [97, 0, 3], 100, true), [[97, 0], [97], [1], [0, 1]])
    assert.deepEqual(await keysIn(store, [129], [130], 100, false), [])
    assert.deepEqual(await keysIn(store, [98], [97], 100, true), [])
  })

  storeTest('a limit takes rows from where the range begins', async (store) => {
    await fill(store)
    assert.deepEqual(await keysIn(store, [97], [255], 2, false), [[97], [97, 0]])
    assert.deepEqual(await keysIn(store, [97], [255], 2, true), [[195, 164], [128]])
    assert.deepEqual(await keysIn(store, [97], [255], 0, false), [])
  })

  storeTest('a range shows own sets and deletes among stored rows, up to its limit', async (store) => {
    await store.transact(async (tx) => {
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) tx.set(bytesOf(key), bytesOf('stored'))
    })
    await store.transact(async (tx) => {
      tx.delete(bytesOf('a'))
      tx.delete(bytesOf('b'))
      tx.delete(bytesOf('f'))
      tx.set(bytesOf('c'), bytesOf('own'))
      tx.set(bytesOf('cc'), bytesOf('own'))
      tx.set(bytesOf('z'), bytesOf('own'))
      tx.add(bytesOf('counter'), [1])
      const forward = await tx.range(bytesOf('a'), bytesOf('z'), { limit: 3 })
      assert.deepEqual(
        forward.map(({ key, value }) => [textOf(key), textOf(value)]),
        [
          ['c', 'own'],
          ['cc', 'own'],
          ['d', 'stored'],
        ],
      )
      const backward = await tx.range(bytesOf(''), bytesOf('zz'), { limit: 3, reverse: true })
      assert.deepEqual(
        backward.map(({ key }) => textOf(key)),
        ['z', 'e', 'd'],
      )
    })
  })
}

function testBodies(storeTest: StoreTest): void {
  storeTest('a transaction answers what its body answers, also when it writes nothing', async (store) => {
    assert.equal(await store.transact(async () => 7), 7)
    assert.equal(
      await store.transact(async (tx) => {
        tx.set(bytesOf('a'), bytesOf('1'))
        return 8
      }),
      8,
    )
  })

  storeTest('a body that throws leaves nothing, and its error is passed on', async (store) => {
    const error = new Error('no')
    const thrown = store.transact(async (tx) => {
      tx.set(bytesOf('a'), bytesOf('1'))
      tx.add(bytesOf('count'), [1])
      await tx.get(bytesOf('b'))
      throw error
    })
    await assert.rejects(thrown, error)
    const early = store.transact((): Promise<void> => {
      throw error
    })
    await assert.rejects(early, error)
    await assert.rejects(
      store.read(() => Promise.reject(error)),
      error,
    )
    assert.deepEqual(await store.read((reader) => reader.range(bytesOf(''), bytesOf('z'), { limit: 9 })), [])
  })

  storeTest('a body that waits for anything but its transaction is refused, and nothing is written', async (store) => {
    const waits: (() => Promise<unknown>)[] = [
      () => new Promise(() => undefined),
      () => new Promise((resolve) => setTimeout(resolve, 1)),
      () => new Promise((resolve) => setImmediate(resolve)),
      () => store.transact(async (tx) => tx.set(bytesOf('foreign'), bytesOf('1'))),
    ]
    for (const wait of waits) {
      const refused = store.transact(async (tx) => {
        tx.set(bytesOf('a'), bytesOf('1'))
        await wait()
      })
      await assert.rejects(refused, isStorageError('misuse'))
    }
    await assert.rejects(async () => store.read(() => new Promise(() => undefined)), isStorageError('misuse'))
    assert.equal(await store.read((reader) => reader.get(bytesOf('a'))), undefined)
  })

  storeTest('a transaction that is over answers nothing more', async (store) => {
    let late: Promise<unknown> = Promise.resolve()
    const refused = store.transact(async (tx) => {
      late = new Promise((resolve) => setTimeout(resolve, 1)).then(() => tx.get(bytesOf('a')))
      await late
    })
    await assert.rejects(refused, isStorageError('misuse'))
    await assert.rejects(late, isStorageError('misuse'))
    const kept = await store.transact(async (tx) => tx)
    assert.throws(() => kept.set(bytesOf('a'), bytesOf('1')), isStorageError('misuse'))
    await assert.rejects(async () => kept.get(bytesOf('a')), isStorageError('misuse'))
  })

  storeTest('a key is either set or added to in one transaction', async (store) => {
    const setThenAdd = store.transact(async (tx) => {
      tx.set(bytesOf('a'), bytesOf('1'))
      tx.add(bytesOf('a'), [1])
    })
    await assert.rejects(setThenAdd, isStorageError('misuse'))
    const addThenDelete = store.transact(async (tx) => {
      tx.add(bytesOf('a'), [1])
      tx.delete(bytesOf('a'))
    })
    await assert.rejects(addThenDelete, isStorageError('misuse'))
  })

  storeTest(
    'an add to a row that holds no counters fails, and nothing of its transaction is written',
    async (store) => {
      await store.transact(async (tx) => tx.set(bytesOf('odd'), bytesOf('123')))
      const failed = store.transact(async (tx) => {
        tx.set(bytesOf('a'), bytesOf('1'))
        tx.add(bytesOf('odd'), [1])
      })
      await assert.rejects(failed, isStorageError('corrupt'))
      assert.equal(await store.read((reader) => reader.get(bytesOf('a'))), undefined)
    },
  )
}
