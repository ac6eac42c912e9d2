import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withFaults } from './faults.js'
import { createMemoryBlobStore } from './memory-blob-store.js'
import { createMemoryMetadataStore } from './memory-metadata-store.js'
import { bytesOf, isStorageError, sourceOf, textOf } from './testing/index.js'

const owner = bytesOf('owner')

test('a fault before a transaction leaves nothing, one after it loses only the answer', async () => {
  const store = createMemoryMetadataStore()
  const write = (rates: { before: number; after: number }, key: string) =>
    withFaults(1, rates)
      .metadata(store)
      .transact(async (tx) => tx.set(bytesOf(key), bytesOf('1')))
  await assert.rejects(write({ before: 1, after: 0 }, 'before'), isStorageError('unavailable'))
  await assert.rejects(write({ before: 0, after: 1 }, 'after'), isStorageError('unavailable'))
  await write({ before: 0, after: 0 }, 'none')
  const values = await store.read((reader) => reader.getMany(['before', 'after', 'none'].map(bytesOf)))
  assert.deepEqual(values.map(textOf), [undefined, '1', '1'])
})

test('the same seed and calls produce the same faults, at the configured rate', async () => {
  async function failures(seed: number): Promise<boolean[]> {
    const store = withFaults(seed, { before: 0.1, after: 0.1 }).metadata(createMemoryMetadataStore())
    const failed: boolean[] = []
    for (let call = 0; call < 500; call++) {
      await store
        .transact(async (tx) => tx.set(bytesOf('a'), bytesOf('1')))
        .then(
          () => failed.push(false),
          () => failed.push(true),
        )
    }
    return failed
  }
  const [first, again, other] = [await failures(5), await failures(5), await failures(6)]
  assert.deepEqual(first, again)
  assert.notDeepEqual(first, other)
  const count = first.filter((failed) => failed).length
  assert.ok(count > 50 && count < 150, `${count} of 500 failed`)
})

test('a fault after a write of a blob keeps the blob, one during a read breaks the read', async () => {
  const store = createMemoryBlobStore()
  const faulty = withFaults(1, { before: 0, after: 1 }).blobs(store)
  await assert.rejects(faulty.write(sourceOf(bytesOf('abc')), { owner }), isStorageError('unavailable'))
  const ids: string[] = []
  for await (const entry of store.list()) ids.push(entry.id)
  assert.equal(ids.length, 1)
  const read = faulty.read(ids[0] ?? '')[Symbol.asyncIterator]()
  await assert.rejects(read.next(), isStorageError('unavailable'))
})
