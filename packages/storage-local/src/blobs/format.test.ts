import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { digestOf, fillBlanks, loadNative, SLAB_BYTES } from '@bindery/digest'
import { StorageError } from '@bindery/storage'
import { systemFiles } from './files.js'
import {
  BLANKS,
  CHUNK_BYTES,
  decodeFooter,
  decodeHeader,
  encodeFooter,
  encodeHeader,
  encodeUnsealed,
  SHORT_FOOTER_BYTES,
  shapeInTrailer,
} from './format.js'
import { openLocalBlobStore } from './local-blob-store.js'
import { filesBelow, options, sourceOf, temporaryFolder } from './testing.js'

const skip = loadNative() === undefined && 'there are no packs without the addon'

/** The seals and checksums of both formats when they were defined. */
const CONTENT = Buffer.from('123456789'.repeat(500))
const CONTENT_CRC64 = 'af95b76805f89445'
const CONTENT_MD5 = '55ccbfe76cf48c230081c181de29f217'

test('a blob file of format 1 is byte for byte as the page on the format describes', async (t) => {
  const folder = await temporaryFolder(t)
  const files = { ...systemFiles, canPunch: async () => false }
  const store = await openLocalBlobStore({ folder, incarnation: 'f00d', files })
  const { id } = await store.write(sourceOf(CONTENT), options)
  await store.close()
  assert.equal(id, 'f00d-000000000001')
  const paths = await filesBelow(folder)
  assert.deepEqual(paths, [`${folder}/f00d/000000000/000000000001`])
  const file = await readFile(paths[0] ?? '')
  assert.equal(file.length, 4096 + 4500 + 8 + 64)
  assert.equal(file.subarray(0, 25).toString('latin1'), 'BINDBLOB\0\0\0\x01\0\0\0\x09the owner')
  assert.ok(file.subarray(25, 4088).every((byte) => byte === 0))
  assert.equal(file.subarray(4088, 4096).toString('hex'), 'd239c60a21f4229c')
  assert.deepEqual(file.subarray(4096, 8596), CONTENT)
  assert.equal(
    file.subarray(8596).toString('hex'),
    [
      CONTENT_CRC64, // the first chunk
      '42494e445441494c', // BINDTAIL
      '00000001', // version
      '00100000', // bytes of a chunk
      '0000000000001194', // bytes of the blob
      CONTENT_CRC64, // the whole
      CONTENT_MD5,
      '00001000', // where the bytes begin
      '00000000',
      '70b0d5ff6047b698', // the seal
    ].join(''),
  )
  assert.equal(decodeFooter(id, file.subarray(-72))?.size, 4500)
})

test('a pack of format 1 is byte for byte as the page on the format describes', { skip }, async (t) => {
  const folder = await temporaryFolder(t)
  const store = await openLocalBlobStore({ folder, incarnation: 'f00d' })
  const ids: string[] = []
  for (let round = 0; round < 2; round++) ids.push((await store.write(sourceOf(CONTENT), options)).id)
  await store.close()
  assert.deepEqual(ids, ['f00d-000000000001.p1.0.31.1194', 'f00d-000000000002.p2.2.31.1194'])
  const paths = await filesBelow(folder)
  assert.deepEqual(paths, [`${folder}/f00d/000000000/000000000000.pack`])
  const file = await readFile(paths[0] ?? '')
  assert.equal(file.length, 16384)
  const image = file.subarray(8192)
  assert.equal(
    image.subarray(0, 49).toString('hex'),
    [
      '42494e445041434b', // BINDPACK
      '00000001', // version
      '00000009', // bytes of the owner's key
      '0000000000000002', // counter
      '0000000000001194', // bytes of the blob
      '746865206f776e6572', // the owner
      'e6735efdefb0ac15', // the seal
    ].join(''),
  )
  assert.deepEqual(image.subarray(49, 4549), CONTENT)
  assert.equal(
    image.subarray(4549, 4621).toString('hex'),
    [
      CONTENT_CRC64, // the one chunk
      '42494e445441494c', // BINDTAIL
      '00000001', // version
      '00100000', // bytes of a chunk
      '0000000000001194', // bytes of the blob
      CONTENT_CRC64, // the whole
      CONTENT_MD5,
      '00000031', // where the bytes begin, from the header's beginning
      '00000000',
      '635e6f6787e5bc11', // the seal
    ].join(''),
  )
  assert.ok(image.subarray(4621).every((byte) => byte === 0))
})

test('a blob of 512 KiB has an area of a pack, with a header that fills a page', { skip }, async (t) => {
  const folder = await temporaryFolder(t)
  const store = await openLocalBlobStore({ folder, incarnation: 'f00d' })
  await store.write(sourceOf(CONTENT), options)
  const bytes = Buffer.alloc(512 * 1024, 'area')
  const { id } = await store.write(sourceOf(bytes), options)
  await store.close()
  assert.equal(id, 'f00d-000000000002.p2.200.1000.80000')
  const file = await readFile(`${folder}/f00d/000000000/000000000000.pack`)
  assert.equal(file.length, 2 * 1024 * 1024 + 4096 + bytes.length + 4096)
  const image = file.subarray(2 * 1024 * 1024)
  assert.equal(
    image.subarray(0, 49).toString('hex'),
    [
      '42494e445041434b', // BINDPACK
      '00000002', // version
      '00000009', // bytes of the owner's key
      '0000000000000002', // counter
      '0000000000080000', // bytes of the blob
      '746865206f776e6572', // the owner
      '02659a7cfa52a348', // the seal
    ].join(''),
  )
  assert.ok(image.subarray(49, 4096).every((byte) => byte === 0))
  assert.deepEqual(image.subarray(4096, 4096 + bytes.length), bytes)
  assert.equal(decodeFooter(id, image.subarray(4096 + bytes.length, 4096 + bytes.length + 72))?.size, bytes.length)
})

test('a pooled buffer holds a chunk', () => {
  assert.ok(SLAB_BYTES >= CHUNK_BYTES)
})

test('an owner of the length of a metadata key fits, a longer one is refused', () => {
  const owner = new Uint8Array(1900).fill(7)
  const header = Buffer.from(encodeHeader('a-0', owner))
  assert.equal(header.length, 4096)
  assert.deepEqual(decodeHeader('a-0', header), owner)
  assert.throws(
    () => encodeHeader('a-0', new Uint8Array(1901)),
    (error) => error instanceof StorageError && error.kind === 'limit',
  )
})

test("a header is neither another blob's nor damaged, short or of another version", () => {
  const header = Buffer.from(encodeHeader('a-0', options.owner))
  assert.equal(decodeHeader('a-1', header), undefined)
  assert.equal(decodeHeader('a-0', header.subarray(0, 4095)), undefined)
  for (const location of [0, 11, 15, 16, 2000, 4095]) {
    const damaged = Buffer.from(header)
    damaged.writeUInt8(header.readUInt8(location) ^ 1, location)
    assert.equal(decodeHeader('a-0', damaged), undefined, `byte ${location}`)
  }
})

test('bytes that are not a trailer have no shape', () => {
  assert.equal(shapeInTrailer(Buffer.alloc(0), 0), undefined)
  assert.equal(shapeInTrailer(Buffer.alloc(64), 4160), undefined)
})

test('a footer whose blanks are filled is the one that is written when the digest is known before', () => {
  for (const size of [1, 4500, CHUNK_BYTES]) {
    const digest = digestOf(Buffer.alloc(size, 7))
    const footer = Buffer.alloc(SHORT_FOOTER_BYTES, 0xff)
    encodeUnsealed('f00d-000000000001', size, 49, footer)
    fillBlanks({ footer, blanks: BLANKS }, digest)
    const known = { ...digest, size, chunks: [digest.crc64], encryption: undefined }
    assert.deepEqual(footer, Buffer.from(encodeFooter('f00d-000000000001', known, 49)))
  }
})
