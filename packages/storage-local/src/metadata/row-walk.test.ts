import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import { loadNative, WALK_END } from '@bindery/digest'
import {
  type Bytes,
  DamagedRow,
  firstRows,
  type Grouping,
  type KeyText,
  keyText,
  type MetadataStore,
  type PackedRows,
  type Random,
  readPacked,
  unpackRows,
} from '@bindery/storage'
import { seededRandom } from '@bindery/storage/testing'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { openLocalMetadataStore } from './local-metadata-store.js'
import { commitsOf, FileState, METADATA_FILE, openMetadataFile } from './metadata-file.js'
import { ReadAhead } from './read-ahead.js'
import { RowWalk } from './row-walk.js'

const skip = (loadNative() === undefined || !ReadAhead.isPossible()) && 'the addon was not built, or lacks read-ahead'

const PAGE_BYTES = 4096
const NAMES = { tree: 'rows', mark: 'commits' }
const PARTS = ['a', 'b', '/', '//', '\0', '\xff', 'folder/', 'x'.repeat(60)]

interface Row {
  readonly key: KeyText
  readonly value: Bytes
}

const bytesOf = (key: KeyText): Bytes => Buffer.from(key, 'latin1')
const pick = <T>(random: Random, values: readonly T[]): T => values[random.below(values.length)] as T

function keyOf(random: Random): KeyText {
  return `k${Array.from({ length: 1 + random.below(12) }, () => pick(random, PARTS)).join('')}`
}

/** Short values, and some that have pages of their own. */
function anyValue(random: Random): Bytes {
  const length = random.below(20) === 0 ? random.below(20_000) : random.below(500)
  return new Uint8Array(length).fill(random.below(256))
}

/** A store with rows of any keys in several commits, and the rows in their order. */
async function filled(t: TestContext, random: Random, count = 2_000) {
  const folder = newFolder(t, 'bindery-walk-')
  const store = await openLocalMetadataStore({ folder })
  const model = new Map<KeyText, Bytes>()
  while (model.size < count) await change(store, model, random)
  return { folder, store, model, path: join(folder, METADATA_FILE) }
}

/** One commit that sets and deletes some rows. */
async function change(store: MetadataStore, model: Map<KeyText, Bytes>, random: Random): Promise<void> {
  await store.transact(async (tx) => {
    for (let left = 300; left > 0; left -= 1) {
      const [key, value] = [keyOf(random), anyValue(random)]
      tx.set(bytesOf(key), value)
      model.set(key, value)
    }
    for (let left = random.below(20); left > 0; left -= 1) {
      const key = pick(random, [...model.keys()])
      tx.delete(bytesOf(key))
      model.delete(key)
    }
  })
}

const sorted = (model: ReadonlyMap<KeyText, Bytes>): Row[] =>
  [...model].map(([key, value]) => ({ key, value })).sort((left, right) => (left.key < right.key ? -1 : 1))

const shown = (rows: readonly { readonly key: KeyText | Bytes; readonly value: Bytes }[]): string[] =>
  rows.map(
    ({ key, value }) => `${typeof key === 'string' ? key : keyText(key)} ${Buffer.from(value).toString('latin1')}`,
  )

interface Asked {
  readonly from: KeyText
  readonly to: KeyText
  readonly limit: number
  readonly grouping: Grouping | undefined
}

function askedOf(random: Random, rows: readonly Row[]): Asked {
  const bound = (): KeyText =>
    random.below(3) === 0 ? keyOf(random) : pick(random, rows).key.slice(0, 1 + random.below(40))
  const [from, to] = [bound(), random.below(3) === 0 ? '\xff' : bound()].sort() as [KeyText, KeyText]
  const after = random.below(6)
  const grouping = { after, delimiter: pick(random, ['/', '//', 'a', '\0', 'folder']), end: pick(random, ['\0', 'b']) }
  return {
    from: random.below(8) === 0 ? '' : from,
    to,
    limit: 16 + random.below(random.below(2) === 0 ? 40 : 1_000),
    grouping: random.below(2) === 0 ? undefined : grouping,
  }
}

/** All rows of a range, whatever pieces they come in. */
function expected({ from, to, grouping }: Asked, rows: readonly Row[]): Row[] {
  const between = rows.filter(({ key }) => from <= key && key < to)
  if (grouping === undefined) return between
  return firstRows((start) => between.filter(({ key }) => key >= start), from, Number.POSITIVE_INFINITY, grouping)
}

function optionsOf({ limit, grouping }: Asked) {
  if (grouping === undefined) return { limit }
  const { after, delimiter, end } = grouping
  return { limit, groups: { after, delimiter: bytesOf(delimiter), end: end.charCodeAt(0) } }
}

test('packed rows and ranges are the rows of the range, or the first of its groups, whatever the keys', {
  skip,
}, async (t) => {
  const random = seededRandom(t)
  const { store, model } = await filled(t, random)
  let walked = 0
  for (let round = 0; round < 200; round += 1) {
    if (round % 40 === 39) await change(store, model, random)
    const rows = sorted(model)
    const asked = askedOf(random, rows)
    const wanted = shown(expected(asked, rows))
    const [from, to, options] = [bytesOf(asked.from), bytesOf(asked.to), optionsOf(asked)] as const
    const packed = await store.read((reader) => reader.packed?.(from, to, options) as PackedRows)
    assert.deepEqual(shown(unpackRows(packed)), wanted.slice(0, packed.count), JSON.stringify(asked))
    assert.ok(packed.count > 0 || packed.isLast)
    if (packed.isLast) assert.equal(packed.count, wanted.length)
    assert.ok(packed.count <= asked.limit)
    walked += packed.count
    const range = await store.read((reader) => reader.range(from, to, options))
    assert.deepEqual(shown(range), wanted.slice(0, asked.limit))
  }
  assert.ok(walked > 1_000)
  await store.close()
})

test('a walk has the state of its transaction, or nothing, however many commits follow', { skip }, async (t) => {
  const random = seededRandom(t)
  const { folder, store, model } = await filled(t, random, 600)
  const file = await openMetadataFile(folder, { readOnly: true, readsAhead: true })
  const whole = { from: '', to: '\xff', limit: 2_000, grouping: undefined }
  for (let round = 0; round < 8; round += 1) {
    file.root.resetReadTxn()
    const transaction = file.root.useReadTransaction()
    const state = new FileState(file, { transaction })
    const before = shown(sorted(model).slice(0, whole.limit))
    for (let commits = 0; commits < 4; commits += 1) {
      const packed = state.packed?.('', '\xff', whole.limit, undefined)
      if (commits === 0) assert.ok(packed !== undefined)
      if (packed !== undefined) assert.deepEqual(shown(unpackRows(packed)), before.slice(0, packed.count))
      // the newest state but one is the last that the file knows
      if (commits > 1) assert.equal(packed, undefined)
      assert.deepEqual(shown(state.range('', '\xff', whole.limit, false)), before)
      await change(store, model, random)
    }
    transaction.done()
  }
  await file.root.close()
  await store.close()
})

test('a read is of one state, also while a durable commit is not acknowledged yet', { skip }, async (t) => {
  const folder = newFolder(t, 'bindery-walk-')
  const store = await openLocalMetadataStore({ folder })
  const file = await openMetadataFile(folder, { readOnly: true })
  const commits = (): bigint => {
    file.root.resetReadTxn()
    return commitsOf(file)
  }
  const keys = Array.from({ length: 40 }, (_, index) => bytesOf(`key/${index}`))
  const [from, to] = [bytesOf('key/'), bytesOf('key0')]
  let early = 0
  // on a fast disk most commits are acknowledged before the thread is busy
  for (let round = 0; early < 5 && round < 200; round += 1) {
    // the store learns how many commits there are
    await store.read((reader) => reader.get(keys[0] as Bytes))
    const before = commits()
    let isAcknowledged = false
    const written = store
      .transact(async (tx) => {
        for (const key of keys) tx.set(key, bytesOf(`round ${round}`))
      })
      .then(() => {
        isAcknowledged = true
      })
    for (let turn = 0; turn < 2 + (round % 2); turn += 1) await endOfTurn()
    // the main thread hears of no commit while it is busy
    for (const end = Date.now() + 200; commits() === before && Date.now() < end; );
    const [value, packed] = await store.read(async (reader) => [
      await reader.get(keys[1] as Bytes),
      await readPacked(reader, from, to, { limit: 100 }),
    ])
    const state = value && keyText(value)
    if (!isAcknowledged && state === `round ${round}`) early += 1
    for (const row of unpackRows(packed)) assert.equal(keyText(row.value), state)
    await written
  }
  assert.ok(early > 0)
  await file.root.close()
  await store.close()
})

test('of a file that was changed anywhere a walk returns only rows that were written', { skip }, async (t) => {
  const random = seededRandom(t)
  const { folder, store, model, path } = await filled(t, random, 1_000)
  await store.close()
  const rows = sorted(model)
  const known = new Set(shown(rows))
  const whole = readFileSync(path)
  const opened = await openMetadataFile(folder, { readOnly: true })
  const commits = commitsOf(opened)
  await opened.root.close()
  const ahead = new ReadAhead(path, NAMES.tree)
  const walk = new RowWalk(ahead, NAMES)
  const file = openSync(path, 'r+')
  let damaged = 0
  for (let round = 0; round < 1_500; round += 1) {
    const changed = new Set<number>()
    for (let change = random.below(4); change >= 0; change -= 1) {
      const page = random.below(3) === 0 ? random.below(2) : random.below(whole.length / PAGE_BYTES)
      const at = page * PAGE_BYTES + random.below(random.below(2) === 0 ? 160 : PAGE_BYTES)
      changed.add(at)
      writeSync(file, Uint8Array.of(random.below(2) === 0 ? 0xff : random.below(256)), 0, 1, at)
    }
    const packed = walk.read({ ...askedOf(random, rows), limit: 2_000 }, () => commits)
    if (packed === undefined) damaged += 1
    else for (const row of shown(unpackRows(packed))) assert.ok(known.has(row))
    for (const at of changed) writeSync(file, whole, at, 1, at)
  }
  assert.ok(damaged > 10, String(damaged))
  closeSync(file)
  ahead.close()
})

test('packed rows and ranges fail at a damaged row, whether it has pages of its own or not', { skip }, async (t) => {
  const folder = newFolder(t, 'bindery-walk-')
  const keys = Array.from({ length: 40 }, (_, index) => `key/${index}`)
  const textOf = (index: number): string => `value ${index} `.repeat(index === 20 ? 3_000 : 10)
  const inStore = async (work: (store: MetadataStore) => Promise<void>): Promise<void> => {
    const store = await openLocalMetadataStore({ folder })
    await work(store)
    await store.close()
  }
  await inStore((store) =>
    store.transact(async (tx) => {
      for (const [index, key] of keys.entries()) tx.set(bytesOf(key), bytesOf(textOf(index)))
    }),
  )
  const path = join(folder, METADATA_FILE)
  const whole = readFileSync(path)
  const [from, to, options] = [bytesOf('key/'), bytesOf('key0'), { limit: 1_000 }] as const
  for (const index of [20, 30]) {
    const at = whole.lastIndexOf(textOf(index)) + 40
    const file = openSync(path, 'r+')
    writeSync(file, Uint8Array.of((whole[at] ?? 0) ^ 1), 0, 1, at)
    await inStore(async (store) => {
      await assert.rejects(async () => await store.read((reader) => reader.range(from, to, options)), DamagedRow)
      await assert.rejects(async () => await store.read((reader) => readPacked(reader, from, to, options)), DamagedRow)
    })
    writeSync(file, whole, at, 1, at)
    closeSync(file)
  }
  await inStore(async (store) => {
    assert.equal((await store.read((reader) => readPacked(reader, from, to, options))).count, keys.length)
  })
})

const counted = (...texts: readonly string[]): Buffer =>
  Buffer.concat(
    texts.map((text) => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(text.length)
      return Buffer.concat([length, Buffer.from(text, 'latin1')])
    }),
  )

test('a walk writes no byte beyond its room, and refuses arguments of other types', { skip }, async (t) => {
  const random = seededRandom(t)
  const { store, path } = await filled(t, random, 600)
  await store.close()
  const readRows = loadNative()?.readRows as (...values: unknown[]) => number
  const fd = openSync(path, 'r')
  const names = counted('rows\0', 'format', '\u0001')
  const bounds = counted('k', 'l', '')
  for (let room = 0; room < 4_000; room += 1 + random.below(20)) {
    const guarded = Buffer.alloc(room + 64, 0xa5)
    const result = readRows(fd, false, names, bounds, 50, 0, 0, guarded.subarray(0, room))
    assert.ok([WALK_END.full, WALK_END.done].includes(Math.floor(result / 2 ** 48) as 0 | 1))
    assert.ok(guarded.subarray(room).every((byte) => byte === 0xa5))
    assert.ok(result % 2 ** 32 <= room)
  }
  const values: readonly unknown[] = [fd, false, names, bounds, 50, 0, 0, new Uint8Array(10)]
  for (let place = 0; place < values.length; place += 1) {
    for (const wrong of [undefined, -1, 'text', new Uint16Array(4), Buffer.from([9, 0, 0, 0])]) {
      if (place === 7 && Buffer.isBuffer(wrong)) continue
      const changed = values.with(place, wrong)
      assert.throws(() => readRows(...changed), TypeError, `${place}: ${wrong}`)
    }
  }
  closeSync(fd)
})
