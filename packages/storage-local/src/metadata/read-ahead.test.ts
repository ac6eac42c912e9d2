import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Random, textBytes } from '@bindery/storage'
import { seededRandom } from '@bindery/storage/testing'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { LeafPages, type ReadFile } from './leaf-pages.js'
import { openLocalMetadataStore } from './local-metadata-store.js'
import { METADATA_FILE } from './metadata-file.js'
import { ReadAhead } from './read-ahead.js'

const PAGE_BYTES = 4096
const ROWS = 'rows'

/** A file with rows of different lengths, written in any order, so that its tree has at least three levels. */
async function writtenFile(t: TestContext, random: Random): Promise<{ path: string; keys: string[] }> {
  const folder = newFolder(t, 'bindery-ahead-')
  const store = await openLocalMetadataStore({ folder })
  const keys = Array.from(
    { length: 3_000 },
    (_, index) => `key/${String(index).padStart(6, '0')}/${'x'.repeat(index % 90)}`,
  )
  const shuffled = keys.map((key) => ({ key, at: random.fraction() })).sort((left, right) => left.at - right.at)
  for (let first = 0; first < shuffled.length; first += 500) {
    await store.transact(async (tx) => {
      for (const { key } of shuffled.slice(first, first + 500))
        tx.set(textBytes(key), new Uint8Array(random.below(1_500)))
    })
  }
  await store.close()
  return { path: join(folder, METADATA_FILE), keys }
}

const readerOf =
  (file: Uint8Array): ReadFile =>
  (bytes, position) => {
    if (position + bytes.length > file.length) return false
    bytes.set(file.subarray(position, position + bytes.length))
    return true
  }

/** The keys of a leaf page. */
function keysOf(file: Buffer, page: number): string[] {
  const bytes = file.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES)
  return Array.from({ length: bytes.readUInt16LE(20) / 2 }, (_, index) => {
    const node = 24 + bytes.readUInt16LE(24 + 2 * index)
    return bytes.toString('latin1', node + 8, node + 8 + bytes.readUInt16LE(node + 6))
  })
}

test('the pages of a range are those that hold its rows, in their order', async (t) => {
  const random = seededRandom(t)
  const { path, keys } = await writtenFile(t, random)
  const file = readFileSync(path)
  const leaves = new LeafPages(readerOf(file), ROWS)
  for (let round = 0; round < 60; round += 1) {
    const [first, last] = [random.below(keys.length), random.below(keys.length)].sort((a, b) => a - b) as [
      number,
      number,
    ]
    const [from, to] = [keys[first] ?? '', keys[last] ?? '']
    const pages = leaves.between(from, to, 10_000)
    const found = pages.flatMap((page) => keysOf(file, page))
    const wanted = keys.slice(first, last)
    const start = found.indexOf(wanted[0] ?? '')
    if (wanted.length > 0) assert.deepEqual(found.slice(start, start + wanted.length), wanted)
    // no more than the pages of these rows
    const inner = pages.slice(1, -1).flatMap((page) => keysOf(file, page))
    assert.deepEqual(
      inner.filter((key) => key < from || key >= to),
      [],
    )
    const max = random.below(20)
    assert.deepEqual(leaves.between(from, to, max), pages.slice(0, max))
  }
})

test('whatever a file holds, its pages are some numbers, at most as many as were wanted', async (t) => {
  const random = seededRandom(t)
  const { path, keys } = await writtenFile(t, random)
  const whole = readFileSync(path)
  const [from, to] = [keys[100] ?? '', keys[2_000] ?? '']
  // what is changed most are the pages of the way
  const way: number[] = []
  const noting: ReadFile = (bytes, position) => {
    way.push(position)
    return readerOf(whole)(bytes, position)
  }
  assert.ok(new LeafPages(noting, ROWS).between(from, to, 10_000).length > 100)
  for (let round = 0; round < 2_000; round += 1) {
    const undo: [position: number, byte: number][] = []
    for (let change = random.below(4); change >= 0; change -= 1) {
      const position = (way[random.below(way.length)] ?? 0) + random.below(random.below(2) === 0 ? 160 : PAGE_BYTES)
      undo.unshift([position, whole[position] ?? 0])
      whole[position] = random.below(2) === 0 ? 0xff : random.below(256)
    }
    const cut = random.below(8) === 0 ? whole.subarray(0, random.below(whole.length)) : whole
    assert.ok(new LeafPages(readerOf(cut), ROWS).between(from, to, 300).length <= 300)
    for (const [position, byte] of undo) whole[position] = byte
  }
  assert.deepEqual(new LeafPages(readerOf(new Uint8Array(0)), ROWS).between(from, to, 10), [])
  assert.deepEqual(new LeafPages(readerOf(whole), 'others').between(from, to, 10), [])
})

test('pages are requested once, and not while they are in memory', {
  skip: !ReadAhead.isPossible() && 'this system cannot read ahead on request',
}, async (t) => {
  const { path, keys } = await writtenFile(t, seededRandom(t))
  const ahead = new ReadAhead(path, ROWS)
  const request = (rows: number): number => ahead.request(keys[0] ?? '', '\xff', rows)
  try {
    execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' })
    const requested = request(1_000)
    // 0: a file system in memory
    assert.ok(requested === 0 || requested === 256, String(requested))
    readFileSync(path)
    assert.equal(request(1_000), 0)
    assert.equal(request(10), 0)
  } finally {
    ahead.close()
  }
})

test('a page number beyond the file is not requested', {
  skip: !ReadAhead.isPossible() && 'this system cannot read ahead on request',
}, async (t) => {
  const { path, keys } = await writtenFile(t, seededRandom(t))
  const way: number[] = []
  const whole = readFileSync(path)
  const noting: ReadFile = (bytes, position) => {
    if (!way.includes(position)) way.push(position)
    return readerOf(whole)(bytes, position)
  }
  assert.ok(new LeafPages(noting, ROWS).between(keys[0] ?? '', '\xff', 10_000).length > 100)
  const file = openSync(path, 'r+')
  try {
    for (const start of way) {
      // as after a commit that is half written: numbers of pages in metas, in the record of the tree, and in its nodes
      const end = Math.min(start + PAGE_BYTES, whole.length)
      for (let at = start + 136; at + 6 < end; at += start <= PAGE_BYTES ? 4 : 24) {
        writeSync(file, new Uint8Array(6).fill(0xff), 0, 6, at)
        const ahead = new ReadAhead(path, ROWS)
        assert.ok(ahead.request(keys[0] ?? '', '\xff', 1_000) <= 256)
        ahead.close()
        writeSync(file, whole, start, end - start, start)
        if (start <= PAGE_BYTES && at > start + 160) break
      }
    }
  } finally {
    closeSync(file)
  }
})
