import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventHub } from '../domain/events.js'
import type { RecentRequest } from '../recent-request.js'
import { RequestFeed } from './request-feed.js'

const AT = Date.UTC(2026, 0, 5, 8)
const request = (id: string, at: number, status = 200): RecentRequest => ({
  ...{ requestId: id, at, milliseconds: 1, method: 'GET', target: '/b/k', remoteAddress: '10.0.0.1', userAgent: 'x' },
  ...{ status, bytesReceived: 0, bytesSent: 0 },
})

/** A feed over what each look finds in turn. */
function follow(looks: readonly (readonly RecentRequest[])[], isWanted = (_: RecentRequest) => true) {
  const hub = new EventHub()
  const since: number[] = []
  const feed = new RequestFeed({
    domain: { sleep: async () => {}, events: { bus: hub } as never },
    recentRequests: (from) => {
      since.push(from - AT)
      const found = looks[since.length - 1]
      if (found === undefined) hub.publish({ type: 'stopping' })
      return found ?? []
    },
    since: AT,
    isWanted,
    shown: ({ requestId }) => ({ id: requestId }),
  })
  const texts = async () => {
    const all: string[] = []
    for await (const { bytes } of feed) all.push(new TextDecoder().decode(bytes))
    return all
  }
  return { feed, since, texts }
}

const event = (id: string) => `event: request\ndata: {"id":"${id}"}\n\n`

test('each request is sent once, in the order of their times, also one that a process reports late', async () => {
  const [one, two, late] = [request('1', AT + 5_000), request('2', AT + 6_000), request('3', AT + 5_500)]
  const { texts, since } = follow([[two, one], [two, late], [two]])
  assert.deepEqual(await texts(), [': listening\n\n', event('1') + event('2'), event('3')])
  assert.deepEqual(since, [0, 5_000, 5_000, 5_000])
})

test('only what was requested is sent', async () => {
  const { texts } = follow([[request('1', AT), request('2', AT, 403)]], ({ status }) => status >= 400)
  assert.deepEqual(await texts(), [': listening\n\n', event('2')])
})

test('a listener learns that more requests were answered than are remembered', async () => {
  const many = Array.from({ length: 1_000 }, (_, index) => request(`m${index}`, AT + index))
  const { texts } = follow([many, many.map((one) => ({ ...one, requestId: `again ${one.requestId}` }))])
  const [, first = '', second = ''] = await texts()
  assert.doesNotMatch(first, /skipped/)
  assert.match(second, /^event: skipped\ndata: {}\n\nevent: request/)
})

test('a quiet feed sends a beat, and one that is closed ends', async () => {
  const { feed, texts } = follow(Array.from({ length: 62 }, () => []))
  assert.deepEqual(await texts(), [': listening\n\n', ': beat\n\n'])
  const other = follow([[]])
  await other.feed.close()
  assert.deepEqual(await other.texts(), [': listening\n\n'])
  await feed.close()
})
