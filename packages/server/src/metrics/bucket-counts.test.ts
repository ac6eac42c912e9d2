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

test('of more buckets than are counted those with the latest requests are', () => {
  const counts = new BucketCounts()
  for (let bucket = 0; bucket < 1_000; bucket += 1) add(counts, `b-${bucket}`, 200)
  add(counts, 'b-0', 404)
  add(counts, 'new', 404)
  assert.ok(!counts.all().has('new'))
  add(counts, 'new', 200)
  const all = counts.all()
  assert.deepEqual([all.size, all.get('b-0')?.requests, all.has('b-1'), all.get('new')?.requests], [1_000, 2, false, 1])
})

test('counts that were read do not change', () => {
  const counts = new BucketCounts()
  add(counts, 'demo', 200)
  const before = counts.all()
  add(counts, 'demo', 200)
  assert.equal(before.get('demo')?.requests, 1)
})
