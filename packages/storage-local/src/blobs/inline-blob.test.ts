import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc64 } from '@bindery/digest'
import {
  BLOB_ID_LENGTH_MAX,
  carriesBytes,
  INLINE_BYTES_MAX,
  inlineBlobOf,
  inlineIdOf,
  StorageError,
  type StorageErrorKind,
} from '@bindery/storage'
import { testCipher } from '@bindery/storage/testing'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { openLocalBlobStore } from './local-blob-store.js'
import { filesBelow, options, readAll, scrambled, sourceOf, temporaryFolder } from './testing.js'

const ofKind = (kind: StorageErrorKind) => (error: unknown) => error instanceof StorageError && error.kind === kind
const content = scrambled(INLINE_BYTES_MAX + 1)

test('tiny blobs are stored in their ids and leave nothing on the disk', async (t) => {
  const folder = await temporaryFolder(t)
  const store = await openLocalBlobStore({ folder, incarnation: 'a'.repeat(64) })
  atEnd(t, () => store.close())
  const ids = new Set<string>()
  for (const size of [0, 1, 2, 3, 9, 100, INLINE_BYTES_MAX]) {
    const { id } = await store.write(sourceOf(content.subarray(0, size)), options)
    assert.ok(carriesBytes(id) && id.length <= BLOB_ID_LENGTH_MAX, id)
    assert.deepEqual(await readAll(store, id), Buffer.from(content.subarray(0, size)))
    assert.deepEqual(Buffer.from(store.carried?.(id) ?? []), Buffer.from(content.subarray(0, size)))
    const range = { start: Math.floor(size / 3), end: size }
    assert.deepEqual(await readAll(store, id, range), Buffer.from(content.subarray(range.start, size)))
    assert.equal(await store.crc64(id, range), crc64(content.subarray(range.start, size)))
    await assert.rejects(readAll(store, id, { start: 0, end: size + 1 }), ofKind('misuse'))
    await store.delete(id)
    ids.add(id)
  }
  assert.deepEqual(await filesBelow(folder), [])
  for await (const entry of store.list()) assert.fail(`${entry.id} is listed`)
  const again = await store.write(sourceOf(content.subarray(0, 9)), options)
  assert.ok(!ids.has(again.id), 'the same bytes twice have two ids')
  const larger = await store.write(sourceOf(content), options)
  assert.ok(!carriesBytes(larger.id))
  assert.equal(store.carried?.(larger.id), undefined)
  assert.throws(() => store.carried?.('f00d-000000000001~mV3Ju98ZOfoxMjM0NTY3ODj'), ofKind('corrupt'))
})

test('bytes at hand are stored in an id at once, if they are few and not encrypted, and the disk has room', async (t) => {
  let reserveBytes = 0
  const folder = await temporaryFolder(t)
  const store = await openLocalBlobStore({ folder, incarnation: 'a', reserveBytes: () => reserveBytes })
  atEnd(t, () => store.close())
  assert.equal(store.carry?.(content.subarray(0, 9), options), undefined, 'the free space of the disk is not known yet')
  for (const size of [0, 9, INLINE_BYTES_MAX]) {
    const bytes = content.subarray(0, size)
    const { id: other, ...written } = await store.write(sourceOf(bytes), { ...options, digests: ['sha256'] })
    const { id = '', ...carried } = store.carry?.(bytes, { ...options, digests: ['sha256'] }) ?? {}
    assert.deepEqual(carried, written)
    assert.notEqual(id, other)
    assert.deepEqual(await readAll(store, id), Buffer.from(bytes))
  }
  assert.equal(store.carry?.(content, options), undefined)
  assert.equal(store.carry?.(content.subarray(0, 9), { ...options, cipher: testCipher('secret') }), undefined)
  reserveBytes = Number.MAX_SAFE_INTEGER
  assert.equal(store.carry?.(content.subarray(0, 9), options), undefined)
})

test('an id of format 1 that carries bytes is as the page on the format describes', () => {
  const id = inlineIdOf('f00d-000000000001', Buffer.from('123456789'), 0x995dc9bbdf1939fan)
  assert.equal(id, 'f00d-000000000001~mV3Ju98ZOfoxMjM0NTY3ODk')
  assert.equal(String(inlineBlobOf(id)?.bytes), '123456789')
})

test('changed bytes in an id are detected, and an id that carries none is recognised', () => {
  assert.throws(() => inlineBlobOf('f00d-000000000001~mV3Ju98ZOfoxMjM0NTY3ODj'), ofKind('corrupt'))
  assert.throws(() => inlineBlobOf('f00d-000000000001~mV3Ju98ZOfsxMjM0NTY3ODk'), ofKind('corrupt'))
  for (const id of ['f00d-000000000001', 'f00d-000000000001~', 'f00d-000000000001~mV3Ju98', `f00d~${'A'.repeat(20)}`]) {
    assert.equal(inlineBlobOf(id), undefined)
  }
})
