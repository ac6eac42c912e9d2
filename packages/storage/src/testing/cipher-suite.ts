import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { crc64 } from '@bindery/digest'
import type { BlobId, BlobStore, ByteRange, ReadAsStored, ReadOptions } from '../blob-store.js'
import type { BlobCipher } from '../chunk-cipher.js'
import { createRandom } from '../random.js'
import { bytesOf, failingSource, isStorageError, randomBytes, sourceOf } from './support.js'
import { testCipher } from './test-cipher.js'

type StoreTest = (name: string, body: (store: BlobStore) => Promise<void>) => void

const MIB = 1_048_576
const SIZES = [0, 1, 100, 4_096, 4_097, 100_000, MIB - 1, MIB, MIB + 1, 3 * MIB + 5]
const content = Buffer.from(randomBytes(createRandom(2), 3 * MIB + 5))
const owner = bytesOf('owner')
const cipher = testCipher('secret')

/** Declares the tests of encryption that every blob engine must pass. */
export function testCiphers(storeTest: StoreTest): void {
  testReads(storeTest)
  testRefusals(storeTest)
  testNames(storeTest)
}

async function readAll(
  store: BlobStore,
  id: BlobId,
  range?: ByteRange,
  options: ReadOptions | ReadAsStored = { cipher },
): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of store.read(id, range, options)) {
    pieces.push(new Uint8Array(piece.bytes))
    piece.release()
  }
  return Buffer.concat(pieces)
}

function assertSame(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(actual.length, expected.length)
  assert.ok(Buffer.compare(actual, expected) === 0, `${expected.length} bytes differ`)
}

function testReads(storeTest: StoreTest): void {
  storeTest('encrypted blobs of all sizes come back, with the digests of what was sent', async (store) => {
    for (const size of SIZES) {
      for (const pieceSize of [undefined, 60_001]) {
        const bytes = content.subarray(0, size)
        const info = await store.write(sourceOf(bytes, pieceSize), { owner, cipher, digests: ['sha256'] })
        assert.equal(info.size, size)
        assertSame(info.md5, createHash('md5').update(bytes).digest())
        assertSame(info.digests.sha256 ?? assert.fail(), createHash('sha256').update(bytes).digest())
        assert.equal(info.crc64, crc64(bytes))
        assertSame(await readAll(store, info.id), bytes)
        assertSame(await readAll(store, info.id, undefined, { cipher: testCipher('secret') }), bytes)
      }
    }
  })

  storeTest('any range of an encrypted blob is read, and has the CRC-64 of what was sent', async (store) => {
    for (const size of [1_000, 70_000, content.length]) {
      const bytes = content.subarray(0, size)
      const { id } = await store.write(sourceOf(bytes), { owner, cipher })
      const edges = [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, size - 1, size].filter((edge) => edge <= size)
      for (const start of edges) {
        for (const end of edges.filter((edge) => edge >= start)) {
          assertSame(await readAll(store, id, { start, end }), bytes.subarray(start, end))
          assert.equal(await store.crc64(id, { start, end }, { cipher }), crc64(bytes.subarray(start, end)))
        }
      }
    }
  })

  storeTest('many write and read encrypted blobs at once, and some end early', async (store) => {
    await Promise.all(
      SIZES.map(async (size, index) => {
        const bytes = content.subarray(content.length - size)
        const { id } = await store.write(sourceOf(bytes, 10_000 + 9_999 * index), { owner, cipher })
        for await (const piece of store.read(id, undefined, { cipher })) {
          piece.release()
          break
        }
        assertSame(await readAll(store, id), bytes)
      }),
    )
  })
}

function testRefusals(storeTest: StoreTest): void {
  storeTest('an encrypted blob is not handed out without its cipher or under another key', async (store) => {
    for (const size of [1, 5_000, 2 * MIB]) {
      const bytes = content.subarray(0, size)
      const { id } = await store.write(sourceOf(bytes), { owner, cipher })
      await assert.rejects(readAll(store, id, undefined, {}), isStorageError('misuse'))
      await assert.rejects(readAll(store, id, undefined, { cipher: testCipher('other') }), isStorageError('corrupt'))
      await assert.rejects(
        store.crc64(id, { start: 0, end: Math.ceil(size / 3) }, { cipher: testCipher('other') }),
        isStorageError('corrupt'),
      )
      if (size > 1) await assert.rejects(store.crc64(id, { start: 0, end: 1 }), isStorageError('misuse'))
    }
  })

  storeTest('a blob that is not encrypted is not read with a cipher', async (store) => {
    for (const size of [0, 1, 5_000, 2 * MIB]) {
      const { id } = await store.write(sourceOf(content.subarray(0, size)), { owner })
      await assert.rejects(readAll(store, id), isStorageError('corrupt'))
      await assert.rejects(store.crc64(id, { start: 0, end: 0 }, { cipher }), isStorageError('corrupt'))
    }
  })

  storeTest(
    'without a key an encrypted blob is read as it is stored, and has the CRC-64 of the whole',
    async (store) => {
      for (const size of SIZES) {
        const bytes = content.subarray(0, size)
        const { id } = await store.write(sourceOf(bytes), { owner, cipher })
        const stored = await readAll(store, id, undefined, { asStored: true })
        assert.equal(stored.length, size)
        for (let start = 0; start + 32 <= size; start += 4_096) {
          assert.ok(!stored.includes(bytes.subarray(start, start + 32)), `the bytes from ${start} are plain`)
        }
        assert.equal(await store.crc64(id, { start: 0, end: size }), crc64(bytes))
        assert.equal(await store.crc64(id, { start: 0, end: 0 }), 0n)
      }
      const { id } = await store.write(sourceOf(content), { owner })
      assertSame(await readAll(store, id, { start: 5, end: MIB }, { asStored: true }), content.subarray(5, MIB))
    },
  )
}

function testNames(storeTest: StoreTest): void {
  storeTest('no chunk is encrypted twice under one name, whatever fails', async (store) => {
    const encrypted = new Set<string>()
    const watched: BlobCipher = {
      forBlob(name) {
        const own = cipher.forBlob(name)
        return {
          encrypt(index) {
            const token = `${name}/${index}`
            assert.ok(!encrypted.has(token), `${token} is encrypted twice`)
            encrypted.add(token)
            return own.encrypt(index)
          },
          decrypt: (index, offset) => own.decrypt(index, offset),
        }
      },
    }
    for (const size of [10, 10, 5_000, 5_000, 2 * MIB, 2 * MIB]) {
      const bytes = content.subarray(0, size)
      const failure = new Error('the sender has gone')
      await assert.rejects(store.write(failingSource(bytes, failure), { owner, cipher: watched }), failure)
      const { id } = await store.write(sourceOf(bytes), { owner, cipher: watched })
      assertSame(await readAll(store, id, undefined, { cipher: watched }), bytes)
    }
  })
}
