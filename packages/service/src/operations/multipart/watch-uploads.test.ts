import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LentBytes } from '@bindery/storage'
import { signIn } from '../../console/testing.js'
import { EventHub } from '../../domain/events.js'
import { setAccessKeyEnabled } from '../../domain/ram/access-keys.js'
import type { ServiceResponse } from '../../service.js'
import {
  BUCKET,
  call,
  complete,
  FULL_PART,
  initiate,
  OTHER,
  Ram,
  ROOT,
  type StartedService,
  send,
  startWithBucket,
  uploadPart,
} from '../../testing/index.js'

const QUERY = { uploads: '', 'x-oss-ext-events': '' }

/** A feed that is read frame by frame. */
class Feed {
  readonly #pieces: AsyncIterator<LentBytes>

  constructor({ status, body }: ServiceResponse) {
    assert.equal(status, 200)
    assert.ok(body !== undefined && !(body instanceof Uint8Array))
    this.#pieces = body[Symbol.asyncIterator]()
  }

  /** The text of the next frame; undefined at the end. */
  async frame(): Promise<string | undefined> {
    const next = await this.#pieces.next()
    if (next.done === true) return undefined
    const text = Buffer.from(next.value.bytes).toString()
    next.value.release()
    return text
  }

  /** The name of the next event and the requested members of its data. */
  async event(...names: string[]): Promise<unknown[]> {
    const frame = (await this.frame()) ?? ''
    const [, id, name, json = '{}'] = /^id: (.+)\nevent: (.+)\ndata: (.+)\n\n$/.exec(frame) ?? []
    assert.ok(id !== undefined && name !== undefined, frame)
    const data = JSON.parse(json) as Record<string, unknown>
    return [name, ...names.map((key) => data[key])]
  }

  async leave(): Promise<void> {
    await this.#pieces.return?.()
  }
}

async function watch(started: StartedService, query: Record<string, string> = {}, as = ROOT): Promise<Feed> {
  const feed = new Feed(await send(started, { method: 'GET', bucket: BUCKET, query: { ...QUERY, ...query }, as }))
  assert.equal(await feed.frame(), ': listening\n\n')
  return feed
}

test('a listener receives each step of an upload, with its contents', async () => {
  const started = await startWithBucket()
  const response = await send(started, { method: 'GET', bucket: BUCKET, query: QUERY })
  const headers = Object.fromEntries(response.headers)
  assert.equal(headers['Content-Type'], 'text/event-stream')
  assert.equal(headers['Content-Length'], undefined)
  const feed = new Feed(response)
  await feed.frame()
  const uploadId = await initiate(started, 'a')
  assert.deepEqual(await feed.event('bucket', 'key', 'uploadId', 'initiator', 'at'), [
    'initiated',
    BUCKET,
    'a',
    uploadId,
    ROOT.account.id,
    '2026-01-05T08:00:00.000Z',
  ])
  const part = await uploadPart(started, 'a', uploadId, 1)
  assert.deepEqual(await feed.event('partNumber', 'size', 'held'), ['part', 1, 102_400, { parts: 1, bytes: 102_400 }])
  await uploadPart(started, 'a', uploadId, 2, 'end')
  assert.deepEqual(await feed.event('partNumber', 'size', 'held'), ['part', 2, 3, { parts: 2, bytes: 102_403 }])
  const etag = (await complete(started, 'a', uploadId, [[1, part.headers.etag]])).headers.etag
  assert.deepEqual(await feed.event('key', 'size', 'etag'), ['completed', 'a', 102_400, etag?.replaceAll('"', '')])
  const second = await initiate(started, 'b')
  await feed.event()
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'b', query: { uploadId: second } })
  assert.deepEqual(await feed.event('uploadId'), ['aborted', second])
})

test('copied parts, auto-completed uploads and uploads aborted by a lifecycle rule are reported too', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'source', body: FULL_PART })
  const rules =
    '<LifecycleConfiguration><Rule><Status>Enabled</Status><AbortMultipartUpload><Days>1</Days></AbortMultipartUpload></Rule></LifecycleConfiguration>'
  await call(started, { method: 'PUT', bucket: BUCKET, query: { lifecycle: '' }, body: rules })
  const feed = await watch(started)
  const uploadId = await initiate(started, 'a', { headers: { 'x-oss-ext-auto-complete': 'parts=1' } })
  await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    key: 'a',
    query: { partNumber: '1', uploadId },
    headers: { 'x-oss-copy-source': `/${BUCKET}/source` },
  })
  await initiate(started, 'b')
  started.advance(86_400_000)
  for await (const _ of started.service.applyLifecycle());
  const seen = []
  for (let count = 0; count < 5; count += 1) seen.push(await feed.event('key'))
  assert.deepEqual(seen, [
    ['initiated', 'a'],
    ['part', 'a'],
    ['completed', 'a'],
    ['initiated', 'b'],
    ['aborted', 'b'],
  ])
})

test('a feed reports only its bucket and prefix', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: 'other' })
  const feed = await watch(started, { prefix: 'video/' })
  await initiate(started, 'video/1', { bucket: 'other' })
  await initiate(started, 'audio/1')
  await initiate(started, 'video/2')
  assert.deepEqual(await feed.event('key'), ['initiated', 'video/2'])
})

test('a listener that does not read is disconnected, and the others continue', async () => {
  const started = await startWithBucket()
  const slow = await watch(started)
  const fast = await watch(started)
  for (let count = 0; count <= 1_000; count += 1) {
    await initiate(started, 'k')
    await fast.event()
  }
  assert.equal(await slow.frame(), 'event: lagged\ndata: {}\n\n')
  assert.equal(await slow.frame(), undefined)
  await initiate(started, 'after')
  assert.deepEqual(await fast.event('key'), ['initiated', 'after'])
})

test('a feed ends when its listener leaves, when its bucket is deleted, and when the process stops', async () => {
  const bus = new EventHub()
  const started = await startWithBucket({ events: bus })
  const first = await watch(started)
  await first.leave()
  assert.equal(bus.watched, false)
  const { body } = await send(started, { method: 'GET', bucket: BUCKET, query: QUERY })
  assert.ok(body !== undefined && !(body instanceof Uint8Array))
  await body[Symbol.asyncIterator]().return?.()
  assert.equal(bus.watched, false, 'a response without a reader')
  const second = await watch(started)
  await call(started, { method: 'DELETE', bucket: BUCKET })
  assert.equal(await second.frame(), undefined)
  await call(started, { method: 'PUT', bucket: BUCKET })
  const third = await watch(started)
  bus.publish({ type: 'stopping' })
  assert.equal(await third.frame(), undefined)
  assert.equal(bus.watched, false)
})

test('an idle feed sends heartbeats, and one that lost events reports it', async () => {
  const bus = new EventHub()
  const started = await startWithBucket({ events: bus })
  const feed = await watch(started)
  bus.publish({ type: 'beat' })
  bus.publish({ type: 'beat' })
  assert.equal(await feed.frame(), ': beat\n\n')
  bus.publish({ type: 'lost' })
  assert.match((await feed.frame()) ?? '', /^event: lagged\n/)
  assert.equal(await feed.frame(), undefined)
})

test('a feed keeps nothing from being freed, neither while it is open nor after its listener has left', async () => {
  const started = await startWithBucket()
  const open = await watch(started)
  await (await watch(started)).leave()
  const unread = await send(started, { method: 'GET', bucket: BUCKET, query: QUERY })
  const object = { bucket: BUCKET, key: 'k' }
  for (let count = 0; count < 5; count += 1) await call(started, { ...object, method: 'PUT', body: FULL_PART })
  await call(started, { ...object, method: 'DELETE' })
  let freed = 0
  for (let now = -1; now !== freed; ) {
    now = freed
    freed += (await started.service.sweep()).freed
  }
  assert.equal(freed, 5)
  for await (const { id } of started.blobs.list()) assert.fail(`blob ${id} still exists`)
  await initiate(started, 'still heard')
  assert.deepEqual(await open.event('key'), ['initiated', 'still heard'])
  assert.equal(unread.status, 200)
})

test('only the owner of the bucket may listen', async () => {
  const started = await startWithBucket()
  for (const as of [OTHER, 'anonymous'] as const) {
    assert.equal((await call(started, { method: 'GET', bucket: BUCKET, query: QUERY, as })).status, 403)
  }
  assert.equal((await call(started, { method: 'GET', bucket: 'missing', query: QUERY })).status, 404)
})

/** A user who may list uploads, and a listener with its key and one with a session that the key began. */
async function watchAsUser() {
  const bus = new EventHub()
  const started = await startWithBucket({ events: bus })
  const ram = new Ram(started)
  const alice = await ram.user('alice', { Effect: 'Allow', Action: 'oss:ListMultipartUploads', Resource: '*' })
  const ofKey = await watch(started, {}, alice)
  const ofSession = await watch(started, {}, (await signIn(started, alice)).key)
  await initiate(started, 'seen')
  for (const feed of [ofKey, ofSession]) assert.deepEqual(await feed.event('key'), ['initiated', 'seen'])
  return { bus, started, ram, alice, ofKey, ofSession }
}

test('the feed of a session ends with it, and that of its key continues', async () => {
  const { started, ofKey, ofSession } = await watchAsUser()
  started.advance(3_600_001)
  await initiate(started, 'later')
  assert.equal(await ofSession.frame(), undefined)
  assert.deepEqual(await ofKey.event('key'), ['initiated', 'later'])
})

test('a feed ends when its listener may no longer list uploads, and when its key is disabled', async () => {
  const denied = await watchAsUser()
  await denied.ram.allow('alice', { Effect: 'Allow', Action: 'oss:GetObject', Resource: '*' })
  const disabled = await watchAsUser()
  const { domain, account } = disabled.ram
  await setAccessKeyEnabled(domain, { account, user: 'alice' }, disabled.alice.accessKeyId, false)
  for (const { started, bus, ofKey, ofSession } of [denied, disabled]) {
    started.advance(1_000)
    bus.publish({ type: 'beat' })
    for (const feed of [ofKey, ofSession]) assert.equal(await feed.frame(), undefined)
    assert.equal(bus.watched, false)
  }
})
