import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BucketName, bucketName } from '@bindery/protocol'
import { createCountedStore } from '@bindery/storage/testing'
import { readBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { bucketRows } from '../stored/keyspace.js'
import { BUCKET, put, testDomain } from '../testing.js'
import { storeTotals } from './store-status.js'

/** Adds buckets like the first one, as other accounts would have them. */
async function addBuckets(domain: Domain, count: number): Promise<void> {
  const names: BucketName[] = Array.from({ length: count }, (_, index) => bucketName(`many-${index}`))
  for (let start = 0; start < count; start += 400) {
    await domain.metadata.transact(async (tx) => {
      const record = await readBucket(domain, tx, BUCKET)
      for (const name of names.slice(start, start + 400)) bucketRows.set(tx, { bucket: name }, { ...record, name })
    })
  }
}

test('the totals are those of all buckets, also of more than one read may see', async () => {
  const domain = await testDomain()
  await put(domain, 'k', 'five!')
  await addBuckets(domain, 1_400)
  const { buckets, objects, objectBytes } = await storeTotals(domain)
  assert.deepEqual({ buckets, objects, objectBytes }, { buckets: 1_401, objects: 1, objectBytes: 5 })
})

test('the totals of 80 buckets take two round trips: their rows, and their counters', async () => {
  const { store: metadata, count } = createCountedStore()
  const domain = await testDomain({ metadata })
  await addBuckets(domain, 79)
  assert.equal(await count(() => storeTotals(domain)), 2)
})
