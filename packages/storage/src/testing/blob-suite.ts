import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, type TestContext, test } from 'node:test'
import { Md5 } from '@bindery/bytes'
import { crc64, createDigester, DIGEST_NAMES } from '@bindery/digest'
import {
  BLOB_ID_LENGTH_MAX,
  BLOB_KEY_LENGTH_MAX,
  type BlobEntry,
  type BlobId,
  type BlobStore,
  type ByteRange,
  carriesBytes,
} from '../blob-store.js'
import { createRandom } from '../random.js'
import { testCiphers } from './cipher-suite.js'
import { bytesOf, failingSource, isStorageError, randomBytes, sourceOf } from './support.js'

/**
 * Opens a new, empty store. Things that must outlive it (a folder) are removed when `t` ends; the suite closes the
 * store.
 */
export type CreateBlobStore = (t: TestContext) => Promise<BlobStore>

type StoreTest = (name: string, body: (store: BlobStore) => Promise<void>) => void

const MIB = 1_048_576
const SIZES = [0, 1, 100, 4_096, 100_000, MIB - 1, MIB, MIB + 1, 5 * MIB + 3]
/** Large enough that no engine keeps it in an id. */
const LISTED_SIZE = 70_000
const options = { owner: bytesOf('owner') }
const content = randomBytes(createRandom(1), 5 * MIB + 3)

/** Declares the tests that every blob engine must pass, under `node:test`. */
export function testBlobStore(create: CreateBlobStore): void {
  const storeTest: StoreTest = (name, body) => {
    test(name, async (t) => {
      const store = await create(t)
      try {
        await body(store)
      } finally {
        await store.close()
      }
    })
  }
  describe('writes and reads', () => testBytes(storeTest))
  describe('checksums', () => testChecksums(storeTest))
  describe('encryption', () => testCiphers(storeTest))
  describe('failed writes', () => testFailedWrites(storeTest))
  describe('ids, lists and deletes', () => testNames(storeTest))
}

async function readAll(store: BlobStore, id: BlobId, range?: ByteRange): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of store.read(id, range)) {
    assert.ok(piece.bytes.length > 0, 'an empty piece')
    pieces.push(new Uint8Array(piece.bytes))
    piece.release()
  }
  return new Uint8Array(Buffer.concat(pieces))
}

async function listed(store: BlobStore, after?: BlobId): Promise<BlobEntry[]> {
  const entries: BlobEntry[] = []
  for await (const entry of store.list(after)) entries.push(entry)
  return entries
}

function assertSame(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(actual.length, expected.length)
  assert.ok(Buffer.compare(actual, expected) === 0, `${expected.length} bytes differ`)
}

function testBytes(storeTest: StoreTest): void {
  storeTest('blobs of all sizes come back as they were, with their size, MD5 and CRC-64', async (store) => {
    for (const size of SIZES) {
      const bytes = content.subarray(0, size)
      const info = await store.write(sourceOf(bytes), options)
      assert.equal(info.size, size)
      assertSame(info.md5, createHash('md5').update(bytes).digest())
      assert.equal(info.crc64, crc64(bytes))
      assert.match(info.id, /^[A-Za-z0-9._-]{1,200}(~[A-Za-z0-9._-]*)?$/)
      assert.ok(info.id.length <= (carriesBytes(info.id) ? BLOB_ID_LENGTH_MAX : BLOB_KEY_LENGTH_MAX))
      assertSame(await readAll(store, info.id), bytes)
    }
  })

  storeTest('a read that need not wait finds the same bytes, in one piece', async (store) => {
    for (const size of SIZES) {
      const { id } = await store.write(sourceOf(content.subarray(0, size)), options)
      for (const [start, end] of [
        [0, Math.min(size, MIB)],
        [size >> 1, (size >> 1) + 1],
        [Math.max(0, size - 70), size],
      ] as const) {
        if (start >= end || end > size) continue
        const expected = await readAll(store, id, { start, end })
        const piece = store.readNow?.(id, { start, end })
        if (piece === undefined) continue
        assertSame(piece.bytes, expected)
        piece.release()
        assert.throws(() => piece.release(), isStorageError('misuse'))
      }
      assert.equal(store.readNow?.(id, { start: 0, end: 0 }), undefined)
    }
    assert.equal(store.readNow?.('ffffffffffffffff-000000000001', { start: 0, end: 1 }), undefined)
  })

  storeTest('the published check value is matched', async (store) => {
    const info = await store.write(sourceOf(bytesOf('123456789')), options)
    assert.equal(info.crc64, 0x995dc9bbdf1939fan)
    assert.equal(Buffer.from(info.md5).toString('hex'), '25f9e794323b453885f5181f1b624d0b')
  })

  storeTest('the digests that are requested come with the blob, of all sizes, and no others', async (store) => {
    for (const size of SIZES) {
      const bytes = content.subarray(0, size)
      const expected = createDigester({ digests: DIGEST_NAMES })
      expected.update(bytes)
      const source = sourceOf(bytes, Math.ceil(size / 3))
      const {
        md5,
        crc64: checksum,
        digests,
        runningMd5,
      } = await store.write(source, { ...options, digests: DIGEST_NAMES })
      const { md5: md5Expected, crc64: crc64Expected, digests: digestsExpected } = expected.finish()
      assertSame(md5, md5Expected)
      assert.equal(checksum, crc64Expected)
      for (const name of DIGEST_NAMES) {
        assertSame(digests[name] ?? assert.fail(`no ${name}`), digestsExpected[name] ?? assert.fail())
      }
      assert.equal(runningMd5, undefined)
    }
    const one = await store.write(sourceOf(content), { ...options, digests: ['sha1'] })
    assert.deepEqual(Object.keys(one.digests), ['sha1'])
    assert.deepEqual((await store.write(sourceOf(content), options)).digests, {})
  })

  storeTest('an MD5 continues from blob to blob, over pieces and sizes of any kind', async (store) => {
    let state: Uint8Array = new Uint8Array(0)
    const whole = createHash('md5')
    for (const [index, size] of SIZES.entries()) {
      const bytes = content.subarray(index, index + size)
      const { md5, runningMd5 } = await store.write(sourceOf(bytes, 300_007), { ...options, runningMd5: state })
      assertSame(md5, createHash('md5').update(bytes).digest())
      state = runningMd5 ?? assert.fail('no state')
      assertSame(new Md5(state).digest(), whole.update(bytes).copy().digest())
    }
  })

  storeTest('a source may return its bytes in pieces of any size, without announcing how many', async (store) => {
    const bytes = content.subarray(0, 2 * MIB + 77)
    for (const pieceSize of [1_000, 65_536, 99_991]) {
      const info = await store.write({ ...sourceOf(bytes, pieceSize), size: undefined }, options)
      assert.equal(info.crc64, crc64(bytes))
      assertSame(await readAll(store, info.id), bytes)
    }
  })

  storeTest('any range is read, at the borders of chunks too', async (store) => {
    const { id } = await store.write(sourceOf(content), options)
    const positions = [
      0,
      1,
      4_095,
      MIB - 1,
      MIB,
      MIB + 1,
      3 * MIB,
      5 * MIB - 1,
      5 * MIB,
      content.length - 1,
      content.length,
    ]
    for (const start of positions) {
      for (const end of positions.filter((position) => position >= start)) {
        assertSame(await readAll(store, id, { start, end }), content.subarray(start, end))
      }
    }
  })

  storeTest('a read that ends early releases what it holds', async (store) => {
    const { id } = await store.write(sourceOf(content), options)
    for (let round = 0; round < 100; round++) {
      for await (const piece of store.read(id)) {
        piece.release()
        break
      }
    }
    assertSame(await readAll(store, id), content)
  })

  storeTest('many write and read at once', async (store) => {
    const sizes = Array.from({ length: 24 }, (_, index) => SIZES[index % SIZES.length] ?? 0)
    await Promise.all(
      sizes.map(async (size, index) => {
        const bytes = content.subarray(content.length - size)
        const { id, crc64: checksum } = await store.write(sourceOf(bytes, 10_000 + 1_000 * index), options)
        assert.equal(checksum, crc64(bytes))
        await Promise.all([0, 1].map(async () => assertSame(await readAll(store, id), bytes)))
      }),
    )
  })
}

function testFailedWrites(storeTest: StoreTest): void {
  storeTest('the error of a source is passed on, and nothing of its blob is seen', async (store) => {
    for (const size of [0, 10, LISTED_SIZE, MIB, 2 * MIB + 5]) {
      const error = new Error(`failed after ${size}`)
      await assert.rejects(store.write(failingSource(content.subarray(0, size), error), options), error)
    }
    const error = new Error('not ready')
    const unready = { size: undefined, ready: () => Promise.reject(error), read: async () => 0 }
    await assert.rejects(store.write(unready, options), error)
    assert.deepEqual(await listed(store), [])
  })

  storeTest('a failed write does no harm to others', async (store) => {
    const bytes = content.subarray(0, MIB + 1)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        store.write(index % 2 === 0 ? sourceOf(bytes, 50_000) : failingSource(bytes, new Error('no')), options),
      ),
    )
    const written = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    assert.equal(written.length, 5)
    for (const { id } of written) assertSame(await readAll(store, id), bytes)
    assert.equal((await listed(store)).length, 5)
  })
}

function testChecksums(storeTest: StoreTest): void {
  storeTest('the CRC-64 of any range is that of its bytes', async (store) => {
    const { id } = await store.write(sourceOf(content), options)
    const edges = [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB, content.length - 1, content.length]
    for (const start of edges) {
      for (const end of edges.filter((edge) => edge >= start)) {
        assert.equal(await store.crc64(id, { start, end }), crc64(content.subarray(start, end)), `${start}-${end}`)
      }
    }
    await store.delete(id)
    await assert.rejects(store.crc64(id, { start: 0, end: 1 }), isStorageError('notFound'))
  })
}

function testNames(storeTest: StoreTest): void {
  storeTest('an id begins with the incarnation and is never used again', async (store) => {
    const ids = new Set<BlobId>()
    for (let round = 0; round < 10; round++) {
      const { id } = await store.write(sourceOf(content.subarray(0, LISTED_SIZE)), options)
      assert.ok(id.startsWith(store.incarnation), id)
      ids.add(id)
      await store.delete(id)
    }
    assert.equal(ids.size, 10)
  })

  storeTest('the list has every blob once, in order of id, with its size and owner', async (store) => {
    const sizes = new Map<BlobId, number>()
    for (let index = 0; index < 6; index++) {
      const size = LISTED_SIZE + index * 300_000
      const { id } = await store.write(sourceOf(content.subarray(0, size)), { owner: bytesOf(`owner ${size}`) })
      sizes.set(id, size)
    }
    const entries = await listed(store)
    const ids = entries.map((entry) => entry.id)
    assert.deepEqual(ids, [...sizes.keys()].sort())
    for (const entry of entries) {
      assert.equal(entry.size, sizes.get(entry.id))
      assert.equal(entry.incarnation, store.incarnation)
      const found = await entry.hint()
      assert.deepEqual(found && new Uint8Array(found.owner), bytesOf(`owner ${entry.size}`))
    }
    for (const [index, id] of ids.entries()) {
      const later = await listed(store, id)
      assert.deepEqual(
        later.map((entry) => entry.id),
        ids.slice(index + 1),
      )
    }
  })

  storeTest('a deleted blob is neither read nor listed, and deleting it again succeeds', async (store) => {
    const kept = await store.write(sourceOf(content.subarray(0, LISTED_SIZE)), options)
    const gone = await store.write(sourceOf(content.subarray(0, 2 * LISTED_SIZE)), options)
    await store.delete(gone.id)
    await store.delete(gone.id)
    await assert.rejects(readAll(store, gone.id), isStorageError('notFound'))
    assert.deepEqual(
      (await listed(store)).map((entry) => entry.id),
      [kept.id],
    )
    assertSame(await readAll(store, kept.id), content.subarray(0, LISTED_SIZE))
  })
}
