import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecentRequest } from '../recent-request.js'
import { OTHER, startService } from '../testing/index.js'
import { done, refused } from './testing.js'

const AT = Date.UTC(2026, 0, 5, 8)
const request = (requestId: string, more: Partial<RecentRequest>): RecentRequest => ({
  ...{ requestId, at: AT, milliseconds: 1.5, method: 'GET', target: '/b/k', remoteAddress: '10.0.0.1', userAgent: 'x' },
  ...{ status: 200, bytesReceived: 0, bytesSent: 3 },
  ...more,
})
const RECENT = [
  request('000000000000000000000001', { bucket: 'one', operation: 'GetObject', accessKeyId: 'a' }),
  request('000000000000000000000002', { at: AT + 2, bucket: 'two', operation: 'PutObject', accessKeyId: 'b' }),
  request('000000000000000000000003', { at: AT + 1, status: 403, code: 'AccessDenied', cause: 'accessDenied' }),
]
const recentRequests = async (since: number) => RECENT.filter(({ at }) => at >= since)

test('recent requests are listed by the administrator, the newest first, and found by their facts', async () => {
  const started = await startService({ recentRequests })
  const found = async (input: object) => {
    const { Requests } = await done(started, 'ListRequests', input)
    return Requests.Request.map(({ RequestId }: { RequestId: string }) => Number(RequestId))
  }
  assert.deepEqual(await found({}), [2, 3, 1])
  assert.deepEqual(await found({ MaxItems: 1 }), [2])
  assert.deepEqual(await found({ StartTime: '2026-01-05T08:00:00.002Z' }), [2])
  assert.deepEqual(await found({ Bucket: 'one' }), [1])
  assert.deepEqual(await found({ EventName: 'PutObject' }), [2])
  assert.deepEqual(await found({ AccessKeyId: 'a' }), [1])
  assert.deepEqual(await found({ Outcome: 'failed' }), [3])
  assert.deepEqual(await found({ RequestId: '000000000000000000000002' }), [2])
})

test('no other account sees the requests of the server', async () => {
  const started = await startService({ recentRequests })
  assert.equal(await refused(started, 'ListRequests', {}, { as: OTHER }), '403 NoPermission')
})

test('the recent past of the server is listed by the administrator alone, for the span that was requested', async () => {
  const moment = { at: AT, seconds: 30, requests: 2, failures: 1, bytesReceived: 3, bytesSent: 4, parts: 1 }
  const counts = { replacedParts: 8, repeatedCompletes: 9, failedCompletes: 10 }
  const held = { memoryBytes: 5, partBytes: 6, objectBytes: 7, ...counts, loopDelay: 0.5 }
  const spans: number[] = []
  const metricsHistory = async (spanMs: number) => {
    spans.push(spanMs)
    return [
      { ...moment, ...held, durations: [0.001, 0.01, 0.1] as const },
      { ...moment, ...held, durations: null },
    ]
  }
  const started = await startService({ metricsHistory })
  const { Metrics } = await done(started, 'ListMetrics', { Span: '24h' })
  const shared = { EndTime: '2026-01-05T08:00:00.000Z', Seconds: 30, Requests: 2, Failures: 1, BytesReceived: 3 }
  const shownHeld = {
    MemoryBytes: 5,
    PartBytes: 6,
    ObjectBytes: 7,
    ReplacedParts: 8,
    RepeatedCompletes: 9,
    FailedCompletes: 10,
    LoopDelay: 0.5,
  }
  const rest = { BytesSent: 4, Parts: 1, ...shownHeld }
  assert.deepEqual(Metrics.Moment, [
    { ...shared, ...rest, P50: 0.001, P95: 0.01, P99: 0.1 },
    { ...shared, ...rest },
  ])
  await done(started, 'ListMetrics')
  assert.deepEqual(spans, [86_400_000, 3_600_000])
  assert.equal(await refused(started, 'ListMetrics', {}, { as: OTHER }), '403 NoPermission')
})

test('the requests of a span are listed by bucket', async () => {
  const bucketMetrics = async (spanMs: number) => [
    { name: `of-${spanMs}`, requests: 2, failures: 1, bytesReceived: 3, bytesSent: 4, parts: 5 },
  ]
  const started = await startService({ bucketMetrics })
  const { Buckets } = await done(started, 'ListBucketMetrics', { Span: '15m' })
  assert.deepEqual(Buckets.Bucket, [
    { Name: 'of-900000', Requests: 2, Failures: 1, BytesReceived: 3, BytesSent: 4, Parts: 5 },
  ])
  assert.equal(await refused(started, 'ListBucketMetrics', {}, { as: OTHER }), '403 NoPermission')
})
