import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { DamagedRow, encodeCounters, type MetadataStore, ReadSet, WriteSet } from '@bindery/storage'
import { bytesOf, isStorageError, textOf } from '@bindery/storage/testing'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { openLocalMetadataStore, openSharedMetadataStore } from './local-metadata-store.js'
import { openMetadataCommitter } from './metadata-committer.js'
import { encodeCommits, type SentCommit } from './sent-commits.js'
import { damageRow } from './testing/damage-row.js'

const ROWS = 12
const name = (number: number) => bytesOf(`row ${String(number).padStart(2, '0')}`)
const BAD = name(5)
const COUNTERS = bytesOf('counters')
const LARGE = bytesOf('large')

/** A folder whose file holds a damaged row, a damaged counter and a damaged large value. */
async function damagedFolder(t: TestContext): Promise<string> {
  const folder = newFolder(t, 'bindery-damage-')
  const store = await openLocalMetadataStore({ folder })
  await store.transact(async (tx) => {
    for (let number = 0; number < ROWS; number++) tx.set(name(number), bytesOf(`value ${number}`))
    tx.set(COUNTERS, encodeCounters([7, 8]))
    tx.set(LARGE, new Uint8Array(80_000).fill(3))
  })
  await store.close()
  for (const key of [BAD, COUNTERS, LARGE]) await damageRow(folder, key)
  return folder
}

const ENGINES: readonly (readonly [string, (t: TestContext, folder: string) => Promise<MetadataStore>])[] = [
  [
    'the embedded store',
    async (t, folder) => {
      const store = await openLocalMetadataStore({ folder })
      atEnd(t, () => store.close())
      return store
    },
  ],
  [
    'the embedded store, where another commits,',
    async (t, folder) => {
      const committer = await openMetadataCommitter({ folder })
      const send = async (batch: Uint8Array) => structuredClone(await committer.commit(structuredClone(batch)))
      const store = await openSharedMetadataStore({ folder, send })
      atEnd(t, async () => {
        await store.close()
        await committer.close()
      })
      return store
    },
  ],
]

const naming = (key: Uint8Array) => (error: unknown) =>
  error instanceof DamagedRow && error.kind === 'corrupt' && textOf(error.key) === textOf(key)

for (const [engine, open] of ENGINES) {
  test(`${engine} returns a damaged row to no read, and reports its key`, async (t) => {
    const store = await open(t, await damagedFolder(t))
    await assert.rejects(async () => store.read((reader) => reader.get(BAD)), naming(BAD))
    await assert.rejects(async () => store.read((reader) => reader.get(LARGE)), naming(LARGE))
    await assert.rejects(async () => store.read((reader) => reader.getMany([name(1), BAD])), naming(BAD))
    for (const reverse of [false, true]) {
      await assert.rejects(
        async () => store.read((reader) => reader.range(name(0), name(ROWS), { limit: 9, reverse })),
        naming(BAD),
      )
    }
    await assert.rejects(
      store.transact((tx) => tx.get(BAD)),
      naming(BAD),
    )
  })

  test(`${engine} returns the sound rows around a damaged one, also to a read that continues`, async (t) => {
    const store = await open(t, await damagedFolder(t))
    assert.equal(textOf(await store.read((reader) => reader.get(name(4)))), 'value 4')
    const range = { from: name(0), to: name(ROWS) }
    for (const reverse of [false, true]) {
      const damaged: Uint8Array[] = []
      const onDamaged = ({ key }: DamagedRow) => void damaged.push(key)
      const rows = await store.read((reader) => reader.range(range.from, range.to, { limit: 9, reverse, onDamaged }))
      assert.deepEqual(damaged.map(textOf), [textOf(BAD)])
      assert.equal(rows.length, 8)
    }
    await assert.rejects(
      store.transact((tx) => tx.range(range.from, range.to, { limit: 3, onDamaged: () => {} })),
      isStorageError('misuse'),
    )
    const both = await store.read(async (reader) => {
      await assert.rejects(async () => reader.get(BAD), naming(BAD))
      return reader.get(name(6))
    })
    assert.equal(textOf(both), 'value 6')
  })

  test(`${engine} fails a transaction that meets a damaged row, even if its body catches the error, and no other`, async (t) => {
    const store = await open(t, await damagedFolder(t))
    const swallowing = store.transact(async (tx) => {
      await assert.rejects(async () => tx.get(BAD))
      tx.set(name(90), bytesOf('never'))
    })
    const outcomes = await Promise.allSettled([
      store.transact(async (tx) => tx.add(COUNTERS, [1])),
      store.transact(async (tx) => tx.set(name(91), bytesOf('kept'))),
      swallowing,
      store.transact(async (tx) => tx.set(name(4), (await tx.get(name(3))) ?? bytesOf(''))),
    ])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'fulfilled', 'rejected', 'fulfilled'],
    )
    const [counting, , swallowed] = outcomes
    assert.ok(counting?.status === 'rejected' && naming(COUNTERS)(counting.reason))
    assert.ok(swallowed?.status === 'rejected' && naming(BAD)(swallowed.reason))
    assert.equal(await store.read((reader) => reader.get(name(90))), undefined)
    assert.equal(textOf(await store.read((reader) => reader.get(name(4)))), 'value 3')
  })

  test(`${engine} lets a damaged row be written over and deleted`, async (t) => {
    const folder = await damagedFolder(t)
    const store = await open(t, folder)
    await store.transact(async (tx) => {
      tx.set(BAD, bytesOf('new'))
      tx.delete(COUNTERS)
    })
    assert.equal(textOf(await store.read((reader) => reader.get(BAD))), 'new')
    await store.transact(async (tx) => tx.add(COUNTERS, [2]))
    assert.deepEqual([...((await store.read((reader) => reader.get(COUNTERS))) ?? [])].at(7), 2)
  })
}

test('a row that was damaged after it was read fails the transaction that read it, and not its batch', async (t) => {
  const folder = await damagedFolder(t)
  const committer = await openMetadataCommitter({ folder })
  atEnd(t, () => committer.close())
  const read = (key: Uint8Array, value: string): SentCommit => ({
    seen: -1n,
    again: false,
    changes: {
      reads: new ReadSet(
        [{ key: textOf(key) ?? '', value: bytesOf(value) }],
        [
          {
            from: 'row 04',
            to: 'row 05',
            limit: 1,
            reverse: false,
            rows: [{ key: 'row 04', value: bytesOf('value 4') }],
          },
        ],
      ),
      writes: new WriteSet(new Map([[`written by a reader of ${textOf(key)}`, bytesOf('v')]])),
    },
  })
  const [damaged, sound] = await committer.commit(encodeCommits([read(BAD, 'value 5'), read(name(4), 'value 4')]))
  assert.ok(typeof damaged === 'object' && 'stored' in damaged)
  assert.equal(textOf(damaged.key), textOf(BAD))
  assert.equal(sound, true)
})

test('a row whose key is damaged does not affect its neighbours, and is met by reads of the whole range', async (t) => {
  const folder = await damagedFolder(t)
  await damageRow(folder, name(11), 'key')
  const store = await openLocalMetadataStore({ folder })
  atEnd(t, () => store.close())
  await assert.rejects(
    async () => store.read((reader) => reader.range(name(6), bytesOf('row~'), { limit: 20 })),
    DamagedRow,
  )
})
