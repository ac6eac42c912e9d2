import assert from 'node:assert/strict'
import { METADATA_LIMITS } from '../limits.js'
import type { MetadataStore, RangeOptions, RowGroups } from '../metadata-store.js'
import type { Random } from '../random.js'
import { bytesOf, isStorageError, type StoreTest, seededRandom, textOf } from './support.js'

const ROUNDS = 60
const ROWS = 80
/** Few bytes, so that delimiters, ends and bytes without a successor are frequent. */
const BYTES = ['a', '/', '\0', '\xff']

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))

const randomText = (random: Random, length: number): string =>
  Array.from({ length }, () => BYTES[random.below(BYTES.length)]).join('')

/** The rows of which a range of groups consists, found without seeking. */
function expectedOf(keys: readonly string[], { after, delimiter, end }: RowGroups): string[] {
  const seen = new Set<string>()
  return keys.filter((key) => {
    const name = key.slice(after).split(String.fromCharCode(end))[0] ?? ''
    const at = name.indexOf(Buffer.from(delimiter).toString('latin1'))
    if (at === -1) return true
    const group = key.slice(0, after + at + delimiter.length)
    const isFirst = !seen.has(group)
    seen.add(group)
    return isFirst
  })
}

async function keysIn(store: MetadataStore, from: string, to: string, options: RangeOptions): Promise<string[]> {
  const rows = await store.read((reader) => reader.range(latin1(from), latin1(to), options))
  return rows.map(({ key }) => Buffer.from(key).toString('latin1'))
}

/** Ranges that return the first row of each group. */
export function testMetadataGroups(storeTest: StoreTest): void {
  storeTest('of a group only the first row is returned, and rows in no group are', async (store) => {
    await store.transact(async (tx) => {
      for (const key of ['a/1', 'a/2', 'b', 'c/', 'c/x/y', 'd/1', 'd/2']) tx.set(bytesOf(key), bytesOf(key))
    })
    const groups = { after: 0, delimiter: bytesOf('/'), end: 0 }
    const rows = await store.read((reader) => reader.range(bytesOf('a'), bytesOf('d0'), { limit: 9, groups }))
    assert.deepEqual(
      rows.map(({ key, value }) => [textOf(key), textOf(value)]),
      ['a/1', 'b', 'c/', 'd/1'].map((key) => [key, key]),
    )
    assert.deepEqual(await keysIn(store, 'a/2', 'd', { limit: 2, groups }), ['a/2', 'b'])
    assert.deepEqual(await keysIn(store, '', 'z', { limit: 0, groups }), [])
  })

  storeTest('random ranges of groups are what a walk over all rows finds', async (store, t) => {
    const random = seededRandom(t)
    const all = new Set<string>()
    while (all.size < ROWS) all.add(`k${randomText(random, random.below(7))}`)
    await store.transact(async (tx) => {
      for (const key of all) tx.set(latin1(key), bytesOf('v'))
    })
    const sorted = [...all].sort()
    for (let round = 0; round < ROUNDS; round += 1) {
      const groups = {
        after: random.below(4),
        delimiter: latin1(randomText(random, 1 + random.below(2))),
        end: random.below(2) * 0xff,
      }
      const [from, to] = [`k${randomText(random, 2)}`, `k${randomText(random, 2)}`].sort() as [string, string]
      const limit = 1 + random.below(20)
      const wide = random.below(2) === 0
      const [start, stop] = wide ? ['', 'l'] : [from, to]
      const within = sorted.filter((key) => start <= key && key < stop)
      const found = await keysIn(store, start, stop, { limit, groups })
      assert.deepEqual(found, expectedOf(within, groups).slice(0, limit), JSON.stringify({ groups, start, stop }))
    }
  })

  storeTest('rows that a group hides count toward no limit', async (store) => {
    const { keysWritten, rowsRead } = METADATA_LIMITS
    for (let first = 0; first < rowsRead; first += keysWritten) {
      await store.transact(async (tx) => {
        for (let number = first; number < first + keysWritten; number += 1) tx.set(bytesOf(`g/${number}`), bytesOf('v'))
      })
    }
    await store.transact(async (tx) => tx.set(bytesOf('h/0'), bytesOf('v')))
    const groups = { after: 0, delimiter: bytesOf('/'), end: 0 }
    assert.deepEqual(await keysIn(store, 'a', 'z', { limit: rowsRead, groups }), ['g/0', 'h/0'])
  })

  storeTest('a transaction reads no groups, and nothing reads them backwards or over damage', async (store) => {
    const groups = { after: 0, delimiter: bytesOf('/'), end: 0 }
    const [from, to] = [bytesOf('a'), bytesOf('z')]
    await assert.rejects(
      store.transact((tx) => tx.range(from, to, { limit: 1, groups })),
      isStorageError('misuse'),
    )
    const refused: RangeOptions[] = [
      { limit: 1, groups, reverse: true },
      { limit: 1, groups, onDamaged: () => {} },
      { limit: 1, groups: { ...groups, delimiter: bytesOf('') } },
    ]
    for (const options of refused) {
      await assert.rejects(
        async () => store.read((reader) => reader.range(from, to, options)),
        isStorageError('misuse'),
      )
    }
  })
}
