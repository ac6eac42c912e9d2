import assert from 'node:assert/strict'
import { copyFile, open, readFile, writeFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { loadNative } from '@bindery/digest'
import { BLOB_ID_LENGTH_MAX, type BlobStore, INLINE_BYTES_MAX, StorageError } from '@bindery/storage'
import { testCipher } from '@bindery/storage/testing'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { blobPath, locationOf } from './blob-location.js'
import { systemFiles } from './files.js'
import { openLocalBlobStore } from './local-blob-store.js'
import { filesBelow, MIB, options, readAll, scrambled, sourceOf, temporaryFolder } from './testing.js'

const skip = loadNative() === undefined && 'there are no packs without the addon'
const cipher = testCipher('secret')
const encrypted = { ...options, cipher }
const reading = { cipher }
const isCorrupt = (error: unknown) => error instanceof StorageError && error.kind === 'corrupt'

/** As in the test of plain blobs: what the checksums of both are. */
const CONTENT = Buffer.from('123456789'.repeat(500))
const CONTENT_CRC64 = 'af95b76805f89445'
const CONTENT_MD5 = '55ccbfe76cf48c230081c181de29f217'
/** Under the test's cipher and the name f00d-000000000001. */
const STORED_START = '48349c878fb2844ff94d9418a6ce1ebc'
const STORED_CRC64 = 'f20d013f3ab0689a'
const TAG = 'dfe03481931c1fd2765901edecd1a3a1'

async function openStore(t: TestContext, usesPacks = true): Promise<{ store: BlobStore; folder: string }> {
  const folder = await temporaryFolder(t)
  const files = usesPacks ? systemFiles : { ...systemFiles, canPunch: async () => false }
  const store = await openLocalBlobStore({ folder, incarnation: 'f00d', files })
  atEnd(t, () => store.close())
  return { store, folder }
}

test('an encrypted blob file of format 1 is byte for byte as the page on the format describes', async (t) => {
  const { store, folder } = await openStore(t, false)
  const { id } = await store.write(sourceOf(CONTENT), encrypted)
  assert.equal(id, 'f00d-000000000001')
  const file = await readFile(`${folder}/f00d/000000000/000000000001`)
  assert.equal(file.subarray(4096, 4112).toString('hex'), STORED_START)
  assert.equal(
    file.subarray(8596).toString('hex'),
    [
      CONTENT_CRC64, // the first chunk, as it was sent
      STORED_CRC64, // and as it is stored
      TAG,
      '42494e445441494c', // BINDTAIL
      '00000001', // version
      '00100000', // bytes of a chunk
      '0000000000001194', // bytes of the blob
      CONTENT_CRC64, // the whole
      CONTENT_MD5,
      '00001000', // where the bytes begin
      '00000010', // bytes of a tag
      'ef2305a72eacac19', // the seal
    ].join(''),
  )
})

test('an encrypted image in a pack of format 1 is byte for byte as the page on the format describes', {
  skip,
}, async (t) => {
  const { store, folder } = await openStore(t)
  const { id } = await store.write(sourceOf(CONTENT), encrypted)
  assert.equal(id, 'f00d-000000000001.e1.0.31.1194')
  const file = await readFile(`${folder}/f00d/000000000/000000000000.pack`)
  assert.equal(
    file.subarray(0, 65).toString('hex'),
    [
      '42494e445041434b', // BINDPACK
      '00000001', // version
      '0010', // bytes of a tag
      '0009', // bytes of the owner's key
      '0000000000000001', // counter
      '0000000000001194', // bytes of the blob
      '746865206f776e6572', // the owner
      'fddfecfe57caa7e7', // the seal
      STORED_START,
    ].join(''),
  )
  assert.equal(
    file.subarray(4549, 4645).toString('hex'),
    [
      CONTENT_CRC64,
      STORED_CRC64,
      TAG,
      '42494e445441494c00000001001000000000000000001194',
      CONTENT_CRC64,
      CONTENT_MD5,
      '00000031', // where the bytes begin, from the header's beginning
      '00000010', // bytes of a tag
      '6448b7aac1485b3c', // the seal
    ].join(''),
  )
})

test('an id of format 1 that carries encrypted bytes is as the page on the format describes', async (t) => {
  const { store } = await openStore(t)
  const { id } = await store.write(sourceOf(Buffer.from('123456789')), encrypted)
  assert.equal(store.carried?.(id), undefined, 'only a read decrypts')
  assert.match(id, /^f00d-00000000000\d\.e~[\w-]{55}$/)
  const carried = Buffer.from(id.slice(id.indexOf('~') + 1), 'base64url')
  assert.equal(carried.length, 8 + 8 + 16 + 9)
  assert.equal(carried.subarray(8, 16).toString('hex'), '995dc9bbdf1939fa') // the CRC-64 of what was sent
  assert.equal(String(await readAll(store, id, undefined, reading)), '123456789')
})

test('the longest id with encrypted bytes keeps to the limit', async (t) => {
  const folder = await temporaryFolder(t)
  const store = await openLocalBlobStore({ folder, incarnation: 'a'.repeat(64) })
  atEnd(t, () => store.close())
  const bytes = scrambled(INLINE_BYTES_MAX)
  const { id } = await store.write(sourceOf(bytes), encrypted)
  assert.ok(id.includes('~') && id.length <= BLOB_ID_LENGTH_MAX, `${id.length} characters`)
  assert.deepEqual(await readAll(store, id, undefined, reading), Buffer.from(bytes))
})

test('no byte of an encrypted blob lies plain in a file, a pack or an id, also after a failed write', async (t) => {
  const { store, folder } = await openStore(t)
  const text = 'this sentence must stay secret. '
  const ids: string[] = []
  for (const size of [50, INLINE_BYTES_MAX, 5_000, 300_000, MIB, MIB + 1, 3 * MIB]) {
    const bytes = Buffer.alloc(size, text)
    const pieces = [bytes.length, 65_536]
    for (const piece of pieces) ids.push((await store.write(sourceOf(bytes, piece), encrypted)).id)
    const failure = new Error('the sender has gone')
    await assert.rejects(store.write(sourceOf(bytes, 65_536, failure), encrypted), failure)
  }
  const sought = Buffer.from(text).subarray(0, 12)
  for (const path of await filesBelow(folder)) assert.ok(!(await readFile(path)).includes(sought), path)
  for (const id of ids) assert.ok(!Buffer.from(id.slice(id.indexOf('~') + 1), 'base64url').includes(sought), id)
  const plain = await store.write(sourceOf(Buffer.alloc(5_000, text)), options)
  const found = await Promise.all(
    (await filesBelow(folder)).map(async (path) => (await readFile(path)).includes(sought)),
  )
  assert.ok(found.includes(true), `this search would find ${plain.id}`)
})

async function flip(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, position)
  byte.writeUInt8(byte.readUInt8(0) ^ 0x10, 0)
  await file.write(byte, 0, 1, position)
  await file.close()
}

const CHUNKS = 3
const large = scrambled(2 * MIB + 100)
const FILE_BYTES = 4096 + large.length + CHUNKS * 32 + 64

async function writtenFile(t: TestContext): Promise<{ store: BlobStore; folder: string; id: string; path: string }> {
  const { store, folder } = await openStore(t)
  const { id } = await store.write(sourceOf(large), encrypted)
  const location = locationOf(id)
  assert.ok(location)
  return { store, folder, id, path: blobPath(folder, location) }
}

test('a changed byte of an encrypted chunk is found with its key and without, and the chunks next to it are read', async (t) => {
  const { store, id, path } = await writtenFile(t)
  await flip(path, 4096 + MIB + 5)
  const inside = { start: MIB + 100, end: MIB + 101 }
  await assert.rejects(readAll(store, id, inside, reading), isCorrupt)
  await assert.rejects(readAll(store, id, inside, { asStored: true }), isCorrupt)
  await assert.rejects(store.crc64(id, inside, reading), isCorrupt)
  const after = { start: 2 * MIB, end: 2 * MIB + 9 }
  assert.deepEqual(await readAll(store, id, after, reading), Buffer.from(large.subarray(after.start, after.end)))
})

test('a file with a changed byte anywhere in its footer of an encrypted blob is not read at all', async (t) => {
  const { store, id, path } = await writtenFile(t)
  for (let position = FILE_BYTES - CHUNKS * 32 - 64; position < FILE_BYTES; position += 3) {
    await flip(path, position)
    await assert.rejects(readAll(store, id, { start: 0, end: 1 }, reading), isCorrupt, `byte ${position}`)
    await flip(path, position)
  }
  assert.equal((await readAll(store, id, undefined, reading)).length, large.length)
})

test('chunks that changed places, and a file under another name, are not decrypted', async (t) => {
  const { store, folder, id, path } = await writtenFile(t)
  const whole = await readFile(path)
  const swapped = Buffer.from(whole)
  whole.copy(swapped, 4096, 4096 + MIB, 4096 + 2 * MIB)
  whole.copy(swapped, 4096 + MIB, 4096, 4096 + MIB)
  await writeFile(path, swapped)
  await assert.rejects(readAll(store, id, undefined, reading), isCorrupt)
  await writeFile(path, whole)
  const other = await store.write(sourceOf(large), encrypted)
  const location = locationOf(other.id)
  assert.ok(location)
  await copyFile(path, blobPath(folder, location))
  await assert.rejects(readAll(store, other.id, undefined, reading), isCorrupt)
})

test('changed bytes in an id of an encrypted blob are found', async (t) => {
  const { store } = await openStore(t)
  const { id } = await store.write(sourceOf(scrambled(100)), encrypted)
  const start = id.indexOf('~') + 1
  for (let at = start; at < id.length; at += 7) {
    const changed = id.slice(0, at) + (id[at] === 'A' ? 'B' : 'A') + id.slice(at + 1)
    await assert.rejects(readAll(store, changed, undefined, reading), isCorrupt, `character ${at}`)
  }
  const asPlain = id.replace('.e~', '~')
  await assert.rejects(readAll(store, asPlain, undefined, reading), isCorrupt)
})
