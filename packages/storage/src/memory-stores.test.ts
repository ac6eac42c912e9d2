import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { METADATA_LIMITS } from './limits.js'
import { createMemoryBlobStore } from './memory-blob-store.js'
import { createMemoryMetadataStore } from './memory-metadata-store.js'
import {
  bytesOf,
  createRemoteMemoryStore,
  isStorageError,
  sourceOf,
  testBlobStore,
  testMetadataStore,
} from './testing/index.js'

describe('the memory metadata store', () => {
  testMetadataStore(async () => createMemoryMetadataStore())

  test('a transaction whose reads change in each run gives up after the maximum number of attempts', async () => {
    const store = createMemoryMetadataStore()
    let runs = 0
    const hopeless = store.transact(async (tx) => {
      runs += 1
      await tx.get(bytesOf('hot'))
      void store.transact(async (other) => other.set(bytesOf('hot'), bytesOf(String(runs))))
      for (let pause = 0; pause < 50; pause++) await tx.get(bytesOf('pause'))
      tx.set(bytesOf('mine'), bytesOf('1'))
    })
    await assert.rejects(hopeless, isStorageError('conflict'))
    assert.equal(runs, METADATA_LIMITS.attempts)
    assert.equal(await store.read((reader) => reader.get(bytesOf('mine'))), undefined)
  })
})

describe('a metadata store whose server answers late', () => {
  testMetadataStore(async () => createRemoteMemoryStore())
})

describe('the memory metadata store that runs bodies twice', () => {
  testMetadataStore(async () => createMemoryMetadataStore({ runBodiesTwice: true }))

  test('a body with side effects outside its transaction is detected', async () => {
    const store = createMemoryMetadataStore({ runBodiesTwice: true })
    let runs = 0
    await store.transact(async (tx) => {
      runs += 1
      tx.add(bytesOf('count'), [1])
    })
    assert.equal(runs, 2)
  })
})

describe('the memory blob store', () => {
  testBlobStore(async () => createMemoryBlobStore())

  test('lent bytes are overwritten by their release, which happens once', async () => {
    const store = createMemoryBlobStore()
    const { id } = await store.write(sourceOf(bytesOf('abc')), { owner: bytesOf('owner') })
    for await (const piece of store.read(id)) {
      assert.deepEqual(piece.bytes, bytesOf('abc'))
      piece.release()
      assert.notDeepEqual(piece.bytes, bytesOf('abc'))
      assert.throws(() => piece.release(), isStorageError('misuse'))
    }
  })

  test('its incarnation can be given, so that ids are reproducible', async () => {
    const ids = [1, 2].map(async () => {
      const store = createMemoryBlobStore({ incarnation: 'i1' })
      return (await store.write(sourceOf(bytesOf('abc')), { owner: bytesOf('owner') })).id
    })
    assert.deepEqual(await Promise.all(ids), ['i1-000000000001', 'i1-000000000001'])
  })
})

describe('the memory blob store with inline blobs', () => {
  testBlobStore(async () => createMemoryBlobStore({ carriedBytesMax: 1024 }))
})
