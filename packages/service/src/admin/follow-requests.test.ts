import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessKey } from '../access/requester.js'
import { signIn } from '../console/testing.js'
import { EventHub } from '../domain/events.js'
import type { RecentRequest } from '../recent-request.js'
import { adminRequest, ROOT, type StartedService, send, startService } from '../testing/index.js'
import { RequestFeed } from './request-feed.js'
import { done } from './testing.js'

const AT = Date.UTC(2026, 0, 5, 8)
const request = (id: string, at: number, status = 200): RecentRequest => ({
  ...{ requestId: id, at, milliseconds: 1, method: 'GET', target: '/b/k', remoteAddress: '10.0.0.1', userAgent: 'x' },
  ...{ status, bytesReceived: 0, bytesSent: 0 },
})

/** A feed over what each look finds in turn. */
function follow(
  looks: readonly (readonly RecentRequest[])[],
  isWanted = (_: RecentRequest) => true,
  isAllowed = async () => true,
) {
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
    isAllowed,
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

test('what was answered after the listener was last allowed is not sent, and the feed ends', async () => {
  const allowed = [true, false]
  const { texts } = follow([[request('1', AT)], [request('2', AT)]], undefined, async () => allowed.shift() ?? false)
  assert.deepEqual(await texts(), [': listening\n\n', event('1')])
})

/** A stream that has begun, and what it sends further. */
async function followAs(started: StartedService, as: AccessKey) {
  const { status, body } = await send(started, { ...adminRequest('FollowRequests', {}), as })
  assert.equal(status, 200)
  assert.ok(body !== undefined && !(body instanceof Uint8Array))
  const pieces = body[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done: isOver } = await pieces.next()
    return isOver ? undefined : new TextDecoder().decode(value.bytes)
  }
  assert.equal(await next(), ': listening\n\n')
  return next
}

test('the stream of a session ends with it', async () => {
  let looks = 0
  const started = await startService({ recentRequests: async () => [request(String(looks++), AT)] })
  const { key } = await signIn(started, ROOT)
  const next = await followAs(started, key)
  assert.match((await next()) ?? '', /"RequestId":"0"/)
  started.advance(3_600_000)
  assert.equal(await next(), undefined)
})

test('the stream ends when its key is disabled, also the one that the key of a session stands for', async () => {
  const started = await startService()
  const { Account, AccessKey: first } = await done(started, 'CreateAccount', { DisplayName: 'Team' })
  const { AccountId } = Account
  const account = { id: AccountId, displayName: AccountId }
  const { AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret } = first
  const key = { accessKeyId, accessKeySecret, account }
  let looks = 0
  const { metadata, now } = started
  const recentRequests = async () => [request(String(looks++), AT)]
  const administered = await startService({ metadata, clock: now, administrator: AccountId, recentRequests })
  const streams = [
    await followAs(administered, key),
    await followAs(administered, (await signIn(administered, key)).key),
  ]
  for (const next of streams) assert.match((await next()) ?? '', /^event: request/)
  await done(started, 'UpdateAccountAccessKey', { AccountId, UserAccessKeyId: accessKeyId, Status: 'Inactive' })
  for (const next of streams) assert.equal(await next(), undefined)
})
