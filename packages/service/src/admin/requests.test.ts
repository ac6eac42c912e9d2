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
