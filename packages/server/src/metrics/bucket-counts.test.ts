import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BucketCounts } from './bucket-counts.js'

const add = (counts: BucketCounts, bucket: string | undefined, status: number, isPart = false) =>
  counts.add({ status, log: { requestId: '', bucket } }, { bytesReceived: 2, bytesSent: 3, isPart })

test('a bucket is counted from the first request on that succeeds, so that invented names take no memory', () => {
  const counts = new BucketCounts()
  add(counts, 'demo', 403)
  add(counts, undefined, 200)
  assert.equal(counts.all().size, 0)
  add(counts, 'demo', 200, true)
  add(counts, 'demo', 404, true)
  assert.deepEqual(
    [...counts.all()],
    [['demo', { requests: 2, failures: 1, bytesReceived: 4, bytesSent: 6, parts: 1 }]],
  )
  for (let bucket = 0; bucket < 2_000; bucket += 1) add(counts, `b-${bucket}`, 200)
  assert.equal(counts.all().size, 1_000)
})

test('counts that were read do not change', () => {
  const counts = new BucketCounts()
  add(counts, 'demo', 200)
  const before = counts.all()
  add(counts, 'demo', 200)
  assert.equal(before.get('demo')?.requests, 1)
})
