import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { SLAB_BYTES } from '@bindery/digest'
import { StorageError } from '@bindery/storage'
import { CHUNK_BYTES, decodeFooter, decodeHeader, encodeHeader, sizeInTrailer } from './format.js'
import { openLocalBlobStore } from './local-blob-store.js'
import { filesBelow, hint, sourceOf, temporaryFolder } from './testing.js'

test('a blob file of format 1 is byte for byte what the page on the format says', async (t) => {
  const folder = await temporaryFolder(t)
  const store = await openLocalBlobStore({ folder, incarnation: 'f00d' })
  const { id } = await store.write(sourceOf(Buffer.from('123456789')), hint)
  await store.close()
  assert.equal(id, 'f00d-000000000000')
  const paths = await filesBelow(folder)
  assert.deepEqual(paths, [`${folder}/f00d/000000000/000000000000`])
  const file = await readFile(paths[0] ?? '')
  assert.equal(file.length, 4096 + 9 + 8 + 64)
  assert.equal(file.subarray(0, 25).toString('latin1'), 'BINDBLOB\0\0\0\x01\0\0\0\x09the owner')
  assert.ok(file.subarray(25, 4088).every((byte) => byte === 0))
  assert.equal(file.subarray(4096, 4105).toString('latin1'), '123456789')
  assert.equal(
    file.subarray(4105, 4105 + 64).toString('hex'),
    [
      '995dc9bbdf1939fa', // the first chunk
      '42494e445441494c', // BINDTAIL
      '00000001', // version
      '00100000', // bytes of a chunk
      '0000000000000009', // bytes of the blob
      '995dc9bbdf1939fa', // the whole
      '25f9e794323b453885f5181f1b624d0b', // MD5
      '00001000', // where the bytes begin
      '00000000',
    ].join(''),
  )
  assert.equal(decodeFooter(id, file.subarray(-72))?.size, 9)
})

test('a pooled buffer holds a chunk', () => {
  assert.ok(SLAB_BYTES >= CHUNK_BYTES)
})

test('an owner of the length of a metadata key fits, a longer one is refused', () => {
  const owner = new Uint8Array(1900).fill(7)
  const header = Buffer.from(encodeHeader('a-0', { owner }))
  assert.equal(header.length, 4096)
  assert.deepEqual(decodeHeader('a-0', header)?.owner, owner)
  assert.throws(
    () => encodeHeader('a-0', { owner: new Uint8Array(1901) }),
    (error) => error instanceof StorageError && error.kind === 'limit',
  )
})

test("a header is neither another blob's nor damaged, short or of another version", () => {
  const header = Buffer.from(encodeHeader('a-0', hint))
  assert.equal(decodeHeader('a-1', header), undefined)
  assert.equal(decodeHeader('a-0', header.subarray(0, 4095)), undefined)
  for (const place of [0, 11, 15, 16, 2000, 4095]) {
    const damaged = Buffer.from(header)
    damaged.writeUInt8(header.readUInt8(place) ^ 1, place)
    assert.equal(decodeHeader('a-0', damaged), undefined, `byte ${place}`)
  }
})

test('bytes that are no trailer have no size', () => {
  assert.equal(sizeInTrailer(Buffer.alloc(0), 0), undefined)
  assert.equal(sizeInTrailer(Buffer.alloc(64), 4160), undefined)
})
