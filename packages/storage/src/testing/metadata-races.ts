import assert from 'node:assert/strict'
import type { Awaitable } from '../awaitable.js'
import { decodeCounters } from '../counters.js'
import { METADATA_LIMITS } from '../limits.js'
import type { MetadataStore, Reader } from '../metadata-store.js'
import { bytesOf, isStorageError, type StoreTest, textOf } from './support.js'

function times<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => run(index)))
}

async function numberAt(reader: Reader, key: string): Promise<number> {
  return Number(textOf(await reader.get(bytesOf(key))) ?? 0)
}

async function counterAt(reader: Reader, key: string): Promise<number> {
  const row = await reader.get(bytesOf(key))
  return row === undefined ? 0 : (decodeCounters(row)[0] ?? 0)
}

/** Transactions at the same time do what they would do one after another. */
export function testMetadataRaces(storeTest: StoreTest): void {
  testAnomalies(storeTest)
  testAdds(storeTest)
  testForeignCalls(storeTest)
}

function testAnomalies(storeTest: StoreTest): void {
  storeTest('no update is lost', async (store) => {
    await times(100, () =>
      store.transact(async (tx) => {
        const number = await numberAt(tx, 'n')
        tx.set(bytesOf('n'), bytesOf(String(number + 1)))
      }),
    )
    assert.equal(await store.read((reader) => numberAt(reader, 'n')), 100)
  })

  storeTest('of many transactions that set a row if it does not exist, one does', async (store) => {
    const outcomes = await times(30, (index) =>
      store.transact(async (tx) => {
        if ((await tx.get(bytesOf('name'))) !== undefined) return false
        tx.set(bytesOf('name'), bytesOf(String(index)))
        return true
      }),
    )
    assert.equal(outcomes.filter((won) => won).length, 1)
  })

  storeTest('two rows are never both cleared by transactions that each left one to the other', async (store) => {
    for (let round = 0; round < 10; round++) {
      await store.transact(async (tx) => {
        for (const name of ['left', 'right']) tx.set(bytesOf(name), bytesOf('1'))
      })
      await Promise.all(
        ['left', 'right'].map((mine) =>
          store.transact(async (tx) => {
            const sum = (await numberAt(tx, 'left')) + (await numberAt(tx, 'right'))
            if (sum === 2) tx.set(bytesOf(mine), bytesOf('0'))
          }),
        ),
      )
      const sum = await store.read(
        async (reader) => (await numberAt(reader, 'left')) + (await numberAt(reader, 'right')),
      )
      assert.equal(sum, 1)
    }
  })

  storeTest('a row that appears in a range which was read is noticed', async (store) => {
    for (const reverse of [false, true]) {
      const prefix = reverse ? 'r' : 'f'
      const outcomes = await times(20, (index) =>
        store.transact(async (tx) => {
          const rows = await tx.range(bytesOf(prefix), bytesOf(`${prefix}~`), { limit: 5, reverse })
          if (rows.length > 2) return false
          tx.set(bytesOf(`${prefix}${String(index).padStart(3, '0')}`), bytesOf('v'))
          return true
        }),
      )
      assert.equal(outcomes.filter((inserted) => inserted).length, 3)
    }
  })

  storeTest('takers of the first row of a queue take each row once', async (store) => {
    await store.transact(async (tx) => {
      for (let number = 10; number < 20; number++) tx.set(bytesOf(`job ${number}`), bytesOf('v'))
    })
    const taken = await times(25, () =>
      store.transact(async (tx) => {
        const [first] = await tx.range(bytesOf('job '), bytesOf('job~'), { limit: 1 })
        if (first !== undefined) tx.delete(first.key)
        return textOf(first?.key)
      }),
    )
    const jobs = taken.filter((job) => job !== undefined)
    assert.deepEqual(
      jobs.toSorted(),
      Array.from({ length: 10 }, (_, index) => `job ${10 + index}`),
    )
  })

  storeTest('a conflict is noticed also where a body has changed the bytes that it got', async (store) => {
    await store.transact(async (tx) => tx.set(bytesOf('a'), new Uint8Array([1])))
    const foreign: Promise<void>[] = []
    await store.transact(async (tx) => {
      const value = (await tx.get(bytesOf('a'))) ?? new Uint8Array(1)
      tx.set(bytesOf('copy'), value)
      value.fill(2)
      if (foreign.length === 0) {
        foreign.push(store.transact(async (other) => other.set(bytesOf('a'), new Uint8Array([2]))))
      }
      for (let pause = 0; pause < 50; pause++) await tx.get(bytesOf('pause'))
    })
    await Promise.all(foreign)
    assert.deepEqual(await store.read((reader) => reader.get(bytesOf('copy'))), new Uint8Array([2]))
  })

  storeTest('a body runs at most as often as the contract allows', async (store) => {
    let runs = 0
    let foreign: Promise<void>[] = []
    const contended = store.transact(async (tx) => {
      runs += 1
      const number = await numberAt(tx, 'hot')
      foreign.push(store.transact(async (other) => other.set(bytesOf('hot'), bytesOf(String(runs * 1000)))))
      for (let pause = 0; pause < 50; pause++) await tx.get(bytesOf('pause'))
      tx.set(bytesOf('hot'), bytesOf(String(number + 1)))
    })
    const outcome = await contended.then(
      () => 'committed',
      (error) => (isStorageError('conflict')(error) ? 'conflict' : Promise.reject(error)),
    )
    await Promise.all(foreign)
    foreign = []
    // engines in tests may run each body twice
    assert.ok(runs <= METADATA_LIMITS.attempts + 1, `${outcome} after ${runs} runs`)
    assert.ok(runs > 1, 'the transaction never conflicted')
  })
}

function testAdds(storeTest: StoreTest): void {
  storeTest('adds are all counted, a missing row as zeros, and the longer of two lengths is kept', async (store) => {
    await store.transact(async (tx) => {
      tx.add(bytesOf('c'), [1])
      tx.add(bytesOf('c'), [1, -5])
    })
    await times(50, () => store.transact(async (tx) => tx.add(bytesOf('c'), [2, 0, 3])))
    const row = await store.read((reader) => reader.get(bytesOf('c')))
    assert.deepEqual(row && decodeCounters(row), [102, -5, 150])
  })

  storeTest('two adds never conflict', async (store) => {
    let runs = 0
    const add = () =>
      store.transact(async (tx) => {
        runs += 1
        await tx.get(bytesOf('unrelated'))
        tx.add(bytesOf('c'), [1])
      })
    await add()
    const alone = runs
    await times(40, add)
    assert.equal(runs, alone * 41)
    assert.equal(await store.read((reader) => counterAt(reader, 'c')), 41)
  })

  storeTest('a get conflicts with an add', async (store) => {
    const seen = await times(40, () =>
      store.transact(async (tx) => {
        const before = await counterAt(tx, 'c')
        tx.add(bytesOf('c'), [1])
        return before
      }),
    )
    assert.deepEqual(
      seen.toSorted((left, right) => left - right),
      Array.from({ length: 40 }, (_, index) => index),
    )
  })

  storeTest('a range conflicts with an add', async (store) => {
    await times(20, () =>
      store.transact(async (tx) => {
        const rows = await tx.range(bytesOf('c'), bytesOf('d'), { limit: 2 })
        const [row] = rows
        tx.set(bytesOf('seen'), bytesOf(String((row && decodeCounters(row.value)[0]) ?? 0)))
        tx.add(bytesOf('c'), [1])
      }),
    )
    assert.equal(await store.read((reader) => numberAt(reader, 'seen')), 19)
  })
}

function testForeignCalls(storeTest: StoreTest): void {
  storeTest('calls made while a body runs neither see its writes nor belong to it', async (store) => {
    const foreignReads: Awaitable<string | undefined>[] = []
    const foreignWrites: Promise<void>[] = []
    const failed = store.transact(async (tx) => {
      const before = await tx.get(bytesOf('theirs'))
      tx.set(bytesOf('mine'), bytesOf('1'))
      foreignReads.push(store.read(async (reader) => textOf(await reader.get(bytesOf('mine')))))
      foreignWrites.push(store.transact(async (other) => other.set(bytesOf('theirs'), bytesOf('1'))))
      for (let pause = 0; pause < 50; pause++) await tx.get(bytesOf('pause'))
      assert.deepEqual(await tx.get(bytesOf('theirs')), before)
      throw new Error('no')
    })
    await assert.rejects(failed, /no/)
    assert.deepEqual(new Set(await Promise.all(foreignReads)), new Set([undefined]))
    await Promise.all(foreignWrites)
    const rows = await store.read((reader) => reader.getMany([bytesOf('mine'), bytesOf('theirs')]))
    assert.deepEqual(rows.map(textOf), [undefined, '1'])
  })

  storeTest('a read sees one state, whatever is committed meanwhile', async (store) => {
    const write = (text: string) =>
      store.transact(async (tx) => {
        tx.set(bytesOf('a'), bytesOf(text))
        tx.set(bytesOf('b'), bytesOf(text))
      })
    await write('old')
    const writes: Promise<void>[] = []
    const seen = await store.read(async (reader) => {
      const first = textOf(await reader.get(bytesOf('a')))
      writes.push(write('new'))
      for (let pause = 0; pause < 50; pause++) await reader.get(bytesOf('pause'))
      const rows = await reader.range(bytesOf('a'), bytesOf('c'), { limit: 9 })
      return [first, ...rows.map(({ value }) => textOf(value))]
    })
    // the body may have run before, and its writes with it
    assert.equal(seen.length, 3)
    assert.equal(new Set(seen).size, 1, seen.join())
    await Promise.all(writes)
  })

  storeTest('a read sees every transaction that was answered before it began', async (store) => {
    await times(8, async (writer) => {
      for (let round = 0; round < 20; round++) {
        await store.transact(async (tx) => tx.set(bytesOf(`writer ${writer}`), bytesOf(String(round))))
        assert.equal(await store.read((reader) => numberAt(reader, `writer ${writer}`)), round)
      }
    })
  })

  storeTest('sums stay what they are while money moves and others look', async (store) => {
    const accounts = 8
    await store.transact(async (tx) => {
      for (let account = 0; account < accounts; account++) tx.set(bytesOf(`account ${account}`), bytesOf('100'))
    })
    async function sum(): Promise<number> {
      const rows = await store.read((reader) => reader.range(bytesOf('account '), bytesOf('account~'), { limit: 99 }))
      return rows.reduce((total, { value }) => total + Number(textOf(value)), 0)
    }
    await times(40, async (index) => {
      await move(store, `account ${index % accounts}`, `account ${(index * 3 + 1) % accounts}`, 7)
      assert.equal(await sum(), accounts * 100)
    })
    assert.equal(await sum(), accounts * 100)
  })
}

function move(store: MetadataStore, from: string, to: string, amount: number): Promise<void> {
  return store.transact(async (tx) => {
    const left = await numberAt(tx, from)
    tx.set(bytesOf(from), bytesOf(String(left - amount)))
    const right = await numberAt(tx, to)
    tx.set(bytesOf(to), bytesOf(String(right + amount)))
  })
}
