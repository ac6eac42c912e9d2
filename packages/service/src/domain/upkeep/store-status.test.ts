import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCountedStore } from '@bindery/storage/testing'
import { addBuckets, put, testDomain } from '../testing.js'
import { storeTotals } from './store-status.js'

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
