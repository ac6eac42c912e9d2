import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventIn } from './request.js'
import { isShown, type RecentRequest, type RequestFilter } from './requests.js'

const REQUEST: RecentRequest = {
  ...{
    RequestId: 'AB12',
    EventTime: '2026-01-05T08:00:00.000Z',
    EventName: 'PutObject',
    Method: 'PUT',
    Target: '/demo/a',
  },
  ...{ Bucket: 'demo', Key: 'a b', AccessKeyId: 'BKKEY', SourceIpAddress: '10.0.0.1', UserAgent: 'x', Status: 403 },
  ...{ Code: 'AccessDenied', Milliseconds: 150, BytesReceived: 0, BytesSent: 0 },
}
const ALL: RequestFilter = { text: '', outcome: 'all', pace: '0', without: undefined }
const shows = (more: Partial<RequestFilter>, request: Partial<RecentRequest> = {}) =>
  isShown({ ...REQUEST, ...request }, { ...ALL, ...more })

test('a request is found by parts of its facts, all of which must be there', () => {
  for (const text of ['', 'putob', 'demo/a', 'bkkey', '10.0.0', 'denied', 'ab12', '403', 'put demo denied', 'put ']) {
    assert.ok(shows({ text }), text)
  }
  for (const text of ['get', 'put other', 'demo get']) assert.ok(!shows({ text }), text)
})

test('requests are chosen by their outcome, by how long they took, and those of the page itself are left out', () => {
  assert.deepEqual(
    [200, 403, 404, 500].map((Status) =>
      (['failed', 'refused', 'errors'] as const).map((outcome) => shows({ outcome }, { Status })),
    ),
    [
      [false, false, false],
      [true, true, false],
      [true, false, false],
      [true, false, true],
    ],
  )
  assert.deepEqual([shows({ pace: '100' }), shows({ pace: '1000' })], [true, false])
  assert.deepEqual([shows({ without: 'BKKEY' }), shows({ without: 'other' })], [false, true])
})

test('an event is read whole, also where a name has separators of lines that JSON keeps', () => {
  const data = JSON.stringify({ ...REQUEST, Key: 'a\u2028b\u2029c' })
  assert.deepEqual(eventIn(`event: request\ndata: ${data}`), { type: 'request', data })
  assert.deepEqual(eventIn(': beat'), { type: '', data: '' })
})
