import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BlobStore, createMemoryBlobStore } from '@bindery/storage'
import { sourceOf } from './domain/testing.js'
import { Lane } from './limits/lane.js'
import {
  BUCKET,
  call,
  element,
  initiate,
  type StartedService,
  send,
  startWithBucket,
  uploadPart,
} from './testing/index.js'
import { Pace, pacedSource, paceOfBits } from './traffic.js'

/** The smallest limit that OSS accepts: 30,720 bytes a second. */
const LIMIT = 245_760
const LIMITED = { 'x-oss-traffic-limit': String(LIMIT) }
const MEGABYTE = new Uint8Array(1024 ** 2).fill(0x61)
const MEGABYTE_MS = (MEGABYTE.length * 8 * 1000) / LIMIT

/** A clock that only sleeping moves. */
function time() {
  let now = Date.UTC(2026, 0, 5, 8)
  const sleeps: number[] = []
  return {
    sleeps,
    clock: () => now,
    sleep: async (milliseconds: number) => {
      sleeps.push(milliseconds)
      now += milliseconds
    },
    pass: (milliseconds: number) => {
      now += milliseconds
    },
    slept: () => sleeps.reduce((sum, one) => sum + one, 0),
  }
}

/** Whether a time matches a limit: never less, and little more. */
function assertAbout(milliseconds: number, expected: number): void {
  assert.ok(milliseconds >= expected && milliseconds < expected * 1.02 + 2, `${milliseconds} ms, not ${expected}`)
}

test('bytes move at the requested pace, including the last ones', async () => {
  for (const bytes of [1, 1_000, 7_680, 100_000]) {
    const at = time()
    const pace = paceOfBits(LIMIT, at)
    for (let left = bytes; left > 0; ) left -= await pace.take(left)
    assertAbout(at.slept(), (bytes * 8 * 1000) / LIMIT)
    assert.equal(pace.delayedMs, at.slept())
  }
})

test('a stream below the limit never waits, and accumulates at most a quarter of a second', async () => {
  const at = time()
  const pace = paceOfBits(LIMIT, at)
  for (let index = 0; index < 20; index += 1) {
    at.pass(250)
    assert.equal(await pace.take(7_000), 7_000)
  }
  assert.equal(at.slept(), 0)
  at.pass(3_600_000)
  await pace.take(7_680)
  assert.equal(at.slept(), 0)
  await pace.take(7_680)
  assertAbout(at.slept(), 250)
})

test('a clock that is set back delays no stream for longer than a burst takes', async () => {
  const at = time()
  const pace = paceOfBits(LIMIT, at)
  await pace.take(7_680)
  at.pass(-3_600_000)
  await pace.take(7_680)
  assertAbout(at.slept(), 500)
})

test('a paced source waits before it takes a buffer, and returns all of its bytes', async () => {
  const at = time()
  let reading = false
  const sleep = (milliseconds: number) => {
    assert.equal(reading, false)
    return at.sleep(milliseconds)
  }
  const bytes = Buffer.alloc(50_000, 'x')
  for (const size of [bytes.length, undefined]) {
    const source = pacedSource({ ...sourceOf(bytes), size }, paceOfBits(LIMIT, { clock: at.clock, sleep }))
    const pieces: Buffer[] = []
    for (;;) {
      await source.ready()
      reading = true
      const buffer = Buffer.alloc(4_096)
      const read = await source.read(buffer)
      reading = false
      if (read === 0) break
      pieces.push(buffer.subarray(0, read))
    }
    assert.deepEqual(Buffer.concat(pieces), bytes)
  }
})

test('readers that begin together on one lane wait for a megabyte of each other, however much they want', async () => {
  const at = time()
  const lane = new Lane(100_000_000, at.clock)
  for (let reader = 0; reader < 20; reader += 1) await new Pace({ reserved: [lane] }, at).take(1_000_000_000)
  await new Pace({ reserved: [lane] }, at).take(1)
  assertAbout(at.slept(), 20 * 10.5)
})

test('senders that share a lane pay for what they have sent, and not for what they might send', async () => {
  const at = time()
  const lane = new Lane(1_000_000, at.clock)
  const paces = Array.from({ length: 20 }, () => new Pace({ counted: [lane] }, at))
  for (const slow of paces) assert.equal(await slow.allow(1_000_000), 250_000)
  const fast = new Pace({ counted: [lane] }, at)
  await fast.allow(250_000)
  assert.equal(at.slept(), 0)
  fast.moved(250_000)
  for (const slow of paces) slow.moved(1_000)
  await fast.allow(1)
  assertAbout(at.slept(), 270)
})

async function startTimed(options: { readonly blobs?: BlobStore } = {}) {
  const at = time()
  const started = await startWithBucket({ clock: at.clock, sleep: at.sleep, ...options })
  return { started: { ...started, now: at.clock }, at }
}

const put = (started: StartedService, headers: Record<string, string>, query: Record<string, string> = {}) =>
  call(started, { method: 'PUT', bucket: BUCKET, key: 'k', headers, query, body: MEGABYTE })

test('a limited PutObject and UploadPart take their time, and report it', async () => {
  const { started, at } = await startTimed()
  const object = await put(started, LIMITED)
  assert.equal(object.status, 200)
  assertAbout(at.slept(), MEGABYTE_MS)
  assert.equal(object.headers['x-oss-qos-delay-time'], String(at.slept()))
  const before = at.slept()
  const uploadId = await initiate(started, 'u')
  const part = await uploadPart(started, 'u', uploadId, 1, MEGABYTE, { headers: LIMITED })
  assertAbout(at.slept() - before, MEGABYTE_MS)
  assert.equal(part.headers['x-oss-qos-delay-time'], String(at.slept() - before))
  assert.equal(part.headers.etag, object.headers.etag)
})

test('the limit may be in the query, and without one nothing waits', async () => {
  const { started, at } = await startTimed()
  const plain = await put(started, {})
  assert.equal(plain.headers['x-oss-qos-delay-time'], undefined)
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'k' })).status, 200)
  assert.equal(at.slept(), 0)
  await put(started, {}, LIMITED)
  assertAbout(at.slept(), MEGABYTE_MS)
  for (const limit of ['245759', '838860801', 'x']) {
    const refused = await put(started, { 'x-oss-traffic-limit': limit })
    assert.deepEqual([refused.status, refused.headers['x-oss-ec']], [400, '0004-00000502'])
  }
  const twice = await put(started, LIMITED, LIMITED)
  assert.deepEqual([element(twice.text, 'Code'), twice.headers['x-oss-ec']], ['InvalidArgument', '0004-00000501'])
})

/** Counts what is lent. */
function counting(blobs: BlobStore): { readonly blobs: BlobStore; readonly lent: () => number } {
  let lent = 0
  return {
    lent: () => lent,
    blobs: {
      ...blobs,
      async *read(id, range, options) {
        for await (const { bytes, release } of blobs.read(id, range, options)) {
          lent += 1
          yield {
            bytes,
            release: () => {
              lent -= 1
              release()
            },
          }
        }
      },
    },
  }
}

test('a limited GetObject holds no buffer while it waits, and sends the same bytes', async () => {
  const { blobs, lent } = counting(createMemoryBlobStore())
  const at = time()
  const sleep = (milliseconds: number) => {
    assert.equal(lent(), 0)
    return at.sleep(milliseconds)
  }
  const started = { ...(await startWithBucket({ clock: at.clock, sleep, blobs })), now: at.clock }
  await put(started, {})
  const whole = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', headers: LIMITED })
  assert.ok(MEGABYTE.every((byte, index) => byte === whole.bytes[index]))
  assertAbout(at.slept(), MEGABYTE_MS)
  assertAbout(Number(whole.headers['x-oss-qos-delay-time']), MEGABYTE_MS)
  const before = at.slept()
  const range = { ...LIMITED, range: 'bytes=1000-31719' }
  const part = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', headers: range })
  assert.deepEqual([part.status, part.bytes.length], [206, 30_720])
  assertAbout(Number(part.headers['x-oss-qos-delay-time']), 1_000)
  assertAbout(at.slept() - before, 1_000)
})

test('a limited GetObject that is not read, or is abandoned, releases its object', async () => {
  const { started } = await startTimed()
  await put(started, {})
  for (const pieces of [0, 1]) {
    const { body } = await send(started, { method: 'GET', bucket: BUCKET, key: 'k', headers: LIMITED })
    assert.ok(body !== undefined && !(body instanceof Uint8Array))
    const iterator = body[Symbol.asyncIterator]()
    for (let index = 0; index < pieces; index += 1) (await iterator.next()).value?.release()
    await iterator.return?.()
  }
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k' })
  let freed = 0
  for (let pass = 0; pass < 3; pass += 1) freed += (await started.service.sweep()).freed
  assert.ok(freed > 0)
})
