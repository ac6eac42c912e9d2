import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { content, KIB, rejection, startClient, untilParts } from '../testing/support.js'
import { OssError } from '../types/error.js'
import type { TransferPart } from '../types/upload.js'
import { memoryStore } from './checkpoint.js'
import { Parallelism } from './parallelism.js'

const PART = 100 * KIB
const SLICED = { key: 'k', multipartThreshold: 1, partSize: PART }

test('a pause resolves to the checkpoint with which another client goes on', async () => {
  const { client, started } = await startClient()
  const bytes = content(4 * PART)
  const task = client.upload(bytes, { ...SLICED, parallel: 1, bytesPerSecond: 600 * KIB })
  await untilParts(task, 1)
  const checkpoint = await task.pause()
  assert.equal(checkpoint?.uploadId, task.uploadId)
  assert.ok((checkpoint?.parts.length ?? 0) > 0)
  const other = await startClient(undefined, { checkpoints: false }, started)
  if (checkpoint === undefined) throw new Error('there is no checkpoint')
  const { reusedParts } = await other.client.upload(bytes, { ...SLICED, resume: checkpoint }).result
  assert.equal(reusedParts, checkpoint.parts.length)
  const small = client.upload('small', { key: 'small', start: 'paused' })
  assert.equal(await small.pause(), undefined)
})

test('a task waits in the state that is chosen until it is started, and has a name of its own', async () => {
  const { client, seen } = await startClient()
  const queued = client.upload('x', { key: 'a', start: 'queued' })
  const paused = client.upload('x', { key: 'b', start: 'paused' })
  assert.deepEqual([queued.state, paused.state, seen.length], ['queued', 'paused', 0])
  assert.notEqual(queued.id, paused.id)
  queued.start()
  paused.start()
  await Promise.all([queued.result, paused.result])
  assert.equal(seen.length, 2)
})

test('a listener is called once, or until its signal is aborted', async () => {
  const { client } = await startClient()
  const task = client.upload(content(3 * PART), { ...SLICED, parallel: 1, start: 'queued' })
  const calls = { once: 0, some: 0, none: 0, all: 0 }
  const controller = new AbortController()
  task.on('part', () => (calls.once += 1), { once: true })
  task.on('part', () => (calls.none += 1), { signal: AbortSignal.abort() })
  task.on('part', () => (calls.all += 1))
  task.on(
    'part',
    ({ state }) => {
      calls.some += 1
      if (state === 'done') controller.abort()
    },
    { signal: controller.signal },
  )
  task.start()
  await task.result
  assert.deepEqual([calls.once, calls.none], [1, 0])
  assert.ok(calls.some > 1 && calls.some < calls.all, `${calls.some} of ${calls.all} calls`)
})

test('a part that arrived has its ETag, its checksum and its time, and one that failed is counted once', async () => {
  const isSecond = (url: URL) => url.searchParams.get('partNumber') === '2'
  const { client } = await startClient(({ url, count }) => (isSecond(url) && count <= 3 ? 'busy' : undefined))
  const task = client.upload(content(3 * PART), SLICED)
  await task.result
  const stored = new Map<number, TransferPart>(task.parts.map((part) => [part.partNumber, part]))
  for (const part of stored.values()) {
    assert.match(part.etag ?? '', /^[0-9A-F]{32}$/)
    assert.match(part.crc64 ?? '', /^\d+$/)
    assert.ok((part.ms ?? -1) >= 0)
  }
  const { retries, failedOnce } = task.progress.parts
  assert.deepEqual([retries, failedOnce], [3, 1])
})

test('a failed task names the code of its error as the reason of its state', async () => {
  const { client } = await startClient()
  const task = client.upload('x', { key: 'k', bucket: 'no-such-bucket', start: 'queued' })
  const reasons: (string | undefined)[] = []
  task.on('state', ({ to, reason }) => to === 'failed' && reasons.push(reason))
  task.start()
  await rejection<OssError>(task.result)
  assert.deepEqual(reasons, ['NoSuchBucket'])
})

test('a source may return its bytes later, and a stream may yield text', async () => {
  const { client } = await startClient()
  const bytes = content(3 * PART)
  const source = {
    size: bytes.length,
    read: async (start: number, end: number) => bytes.subarray(start, end),
    fingerprint: async () => 'mine',
  }
  await client.upload(source, SLICED).result
  assert.deepEqual(await client.get('k'), bytes)
  async function* lines() {
    yield 'eins\n'
    yield 'дwa\n'
  }
  await client.put('lines', lines())
  assert.equal(Buffer.from(await client.get('lines')).toString(), 'eins\nдwa\n')
})

test('parallelism stays within its bounds', () => {
  const parallelism = new Parallelism({ min: 4, max: 5 }, 16)
  assert.equal(parallelism.limit, 4)
  for (let second = 0; second < 9; second += 1) parallelism.arrived(1000 * 2 ** second, 1 + second * 1000)
  assert.equal(parallelism.limit, 5)
  for (let time = 0; time < 9; time += 1) parallelism.pressed()
  assert.equal(parallelism.limit, 4)
})

test('all uploads of a client share its limit, and so do its downloads, while it changes', async () => {
  const { client } = await startClient(undefined, {
    limits: { upBytesPerSecond: 2_000 * KIB, downBytesPerSecond: 2_000 * KIB },
  })
  const bytes = content(500 * KIB)
  const timed = async (work: () => Promise<unknown>) => {
    const startedAt = performance.now()
    await work()
    return performance.now() - startedAt
  }
  const all = (work: (key: string) => Promise<unknown>) => timed(() => Promise.all(['a', 'b', 'a', 'b'].map(work)))
  const up = await all((key) => client.put(key, bytes))
  const down = await all((key) => client.get(key))
  // 2,000 KiB take a second; those of the first 250 ms, and the last of a transfer, pass at once
  assert.ok(up >= 240 && down >= 240, `${up} and ${down} ms`)
  client.setBandwidth({ up: 1, down: 1 })
  const slow = client.upload(bytes, { key: 'c' })
  const reading = client.download('bytes', { key: 'a' })
  await Promise.all([slow, reading].map((task) => new Promise((resolve) => task.on('part', resolve, { once: true }))))
  client.setBandwidth({ up: 0, down: 0 })
  // at the old rate their next bytes would wait for days
  await Promise.all([slow.result, reading.result])
})

test('a task that is resumed while it pauses goes on, and one that is resumed while it is aborted does not', async () => {
  const { client, seen } = await startClient()
  const bytes = content(4 * PART)
  const options = { ...SLICED, parallel: 1 } as const
  const again = client.upload(bytes, options)
  await new Promise((resolve) => again.on('part', ({ state }) => state === 'done' && resolve(undefined)))
  void again.pause()
  again.resume()
  assert.equal((await again.result).parts, 4)
  const ended = client.upload(content(4 * PART, 2), { ...options, key: 'ended' })
  await new Promise((resolve) => ended.on('part', ({ state }) => state === 'done' && resolve(undefined)))
  const failures: string[] = []
  ended.on('error', ({ code }) => failures.push(code))
  ended.on('state', () => ended.resume())
  await Promise.all([ended.abort(), ended.abort()])
  assert.equal(ended.state, 'aborted')
  assert.deepEqual(failures, ['Aborted'])
  const count = seen.length
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(seen.length, count)
  for await (const { key } of client.listUploads()) assert.notEqual(key, 'ended')
})

test('a signal of many tasks is not listened to by those that have ended', async () => {
  const { client } = await startClient()
  const controller = new AbortController()
  const { signal } = controller
  for (let count = 0; count < 3; count += 1) await client.put(`signal-${count}`, 'x', { signal })
  const failing = client.upload('x', { key: 'k', bucket: 'no-such-bucket', signal })
  await rejection(failing.result)
  await failing.abort()
  assert.equal(getEventListeners(signal, 'abort').length, 0)
})

test('a store that fails ends neither an upload nor a copy, unless it throws an OssError', async () => {
  const { client } = await startClient()
  const fails = async () => {
    throw Object.assign(new Error('read-only file system'), { code: 'EROFS' })
  }
  const listing = { list: memoryStore().list }
  const checkpoints = { get: fails, put: fails, delete: fails, lock: fails, ...listing }
  const bytes = content(3 * PART)
  assert.equal((await client.upload(bytes, { ...SLICED, checkpoints }).result).parts, 3)
  const places = { from: { key: 'k' }, to: { key: 'copy' } }
  assert.equal((await client.copy({ ...places, multipartThreshold: 1, partSize: PART, checkpoints }).result).parts, 3)
  assert.deepEqual(await client.get('copy'), bytes)
  const get = async () => {
    throw new OssError({ code: 'NothingToResume', message: 'it must go on' })
  }
  const ending = client.upload(bytes, { ...SLICED, checkpoints: { ...checkpoints, get } })
  assert.equal((await rejection<OssError>(ending.result)).code, 'NothingToResume')
})
