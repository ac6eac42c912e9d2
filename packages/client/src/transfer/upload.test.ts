import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '../client.js'
import { crc64 } from '../crc64.js'
import { serviceTransport } from '../testing/service-transport.js'
import { content, KIB, MIB, rejection, startClient, untilParts } from '../testing/support.js'
import type { OssError } from '../types/error.js'
import type { UploadTask } from '../types/upload.js'
import { memoryStore } from './checkpoint.js'

const PART = 100 * KIB
const isPart = (url: URL) => url.searchParams.has('partNumber')
const isComplete = (method: string, url: URL) => method === 'POST' && url.searchParams.has('uploadId')

test('a small source is one request, a large one parts, and both arrive as they are', async () => {
  const { client, seen } = await startClient()
  const small = await client.put('small', 'hello', {
    contentType: 'text/plain',
    meta: { name: '中文' },
    tags: { a: 'b' },
  })
  assert.deepEqual([small.parts, small.size, small.uploadId], [1, 5, undefined])
  assert.equal(seen.length, 1)
  const { meta, contentType } = await client.head('small')
  assert.deepEqual([meta.name, contentType], ['中文', 'text/plain'])
  const bytes = content(1_000_003)
  const large = await client.upload(bytes, { key: 'large', multipartThreshold: 1, partSize: PART }).result
  assert.equal(large.parts, 10)
  assert.deepEqual(await client.get('large'), bytes)
  const { crc64, partCount } = await client.head('large')
  assert.deepEqual([crc64, partCount], [large.crc64, 10])
  assert.equal((await client.head('small')).partCount, undefined)
})

test('sources of every kind give the same object', async () => {
  const { client } = await startClient()
  const bytes = content(350 * KIB)
  async function* stream() {
    for (let start = 0; start < bytes.length; start += 7_777) yield bytes.subarray(start, start + 7_777)
  }
  const sources = {
    buffer: bytes,
    arrayBuffer: bytes.buffer as ArrayBuffer,
    blob: new Blob([bytes as Uint8Array<ArrayBuffer>]),
    iterable: stream(),
    web: new Blob([bytes as Uint8Array<ArrayBuffer>]).stream() as ReadableStream<Uint8Array>,
  }
  for (const [key, source] of Object.entries(sources)) {
    const result = await client.upload(source, { key, multipartThreshold: PART, partSize: PART }).result
    assert.deepEqual([result.size, result.parts], [bytes.length, 4], key)
    assert.deepEqual(await client.get(key), bytes, key)
  }
  const empty = await client.put('empty', new Uint8Array())
  assert.deepEqual([empty.size, (await client.get('empty')).length], [0, 0])
})

test('an upload survives cuts, busy answers and lost answers, whatever request they meet', async () => {
  for (const fault of ['cut', 'busy', 'lost'] as const) {
    const { client } = await startClient(({ count }) => (count <= 2 ? fault : undefined))
    const bytes = content(5 * PART)
    const task = client.upload(bytes, { key: 'k', multipartThreshold: 1, partSize: PART, parallel: 3 })
    const result = await task.result
    assert.ok(result.retries >= 10, `${fault}: ${result.retries} retries`)
    assert.deepEqual(await client.get('k'), bytes, fault)
  }
})

test('a lost answer of Complete ends in the same result also where the server keeps none', async () => {
  const { client, started } = await startClient(({ method, url, count }) =>
    isComplete(method, url) && count === 1 ? 'lost' : undefined,
  )
  const bytes = content(3 * PART)
  const result = await client.upload(bytes, { key: 'k', multipartThreshold: 1, partSize: PART }).result
  assert.equal(result.size, bytes.length)
  const strict = await startClient(
    ({ method, url, count }) => (isComplete(method, url) && count === 1 ? 'lost' : undefined),
    {},
    await (await import('@bindery/service/testing')).startService({ strict: true }),
  )
  const again = await strict.client.upload(bytes, { key: 'k', multipartThreshold: 1, partSize: PART }).result
  assert.deepEqual([again.size, again.crc64], [bytes.length, result.crc64])
  assert.ok(started !== strict.started)
})

test('a part whose bytes change on their way is sent again, and never becomes part of an object', async () => {
  const { client } = await startClient(({ url, count }) => (isPart(url) && count === 1 ? 'flip' : undefined))
  const bytes = content(4 * PART)
  const result = await client.upload(bytes, { key: 'k', multipartThreshold: 1, partSize: PART }).result
  assert.equal(result.retries, 4)
  assert.deepEqual(await client.get('k'), bytes)
  const always = await startClient(({ url }) => (isPart(url) ? 'flip' : undefined))
  const failed = always.client.upload(bytes, { key: 'k', multipartThreshold: 1, partSize: PART })
  const error = await rejection<OssError>(failed.result)
  assert.equal(error.code, 'ChecksumMismatch')
  assert.ok(error.partNumber !== undefined && error.checkpoint?.uploadId === error.uploadId)
  assert.equal((await rejection<OssError>(always.client.head('k'))).status, 404)
})

test('an upload that failed goes on where it was, with holes in any order', async () => {
  let isBroken = true
  const broken = new Set(['2', '5', '6'])
  const { client, seen } = await startClient(({ url }) =>
    isBroken && broken.has(url.searchParams.get('partNumber') ?? '') ? 'cut' : undefined,
  )
  const bytes = content(8 * PART)
  const retry = { maxAttempts: 2, baseDelayMs: 100, maxDelayMs: 100 }
  const options = { key: 'k', multipartThreshold: 1, partSize: PART, parallel: 8, retry }
  const error = await rejection<OssError>(client.upload(bytes, options).result)
  assert.deepEqual([error.code, error.attempts], ['NetworkError', 2])
  isBroken = false
  const before = seen.length
  const result = await client.upload(bytes, options).result
  assert.deepEqual([result.reusedParts, result.uploadId], [5, error.uploadId])
  const sent = seen.slice(before).flatMap(({ method, query }) => (method === 'PUT' ? [query.get('partNumber')] : []))
  assert.deepEqual(sent.sort(), ['2', '5', '6'])
  assert.deepEqual(await client.get('k'), bytes)
})

test('an upload of another client is continued from what the server has, part sizes included', async () => {
  const { client, started } = await startClient()
  const bytes = content(7 * PART + 5)
  const first = client.upload(bytes, { key: 'k', multipartThreshold: 1, partSize: PART, bytesPerSecond: 600 * KIB })
  await untilParts(first, 2)
  await first.abort({ keepParts: true })
  const other = await startClient(undefined, { checkpoints: memoryStore() }, started)
  const { uploadId = '' } = first
  const result = await other.client.upload(bytes, { key: 'k', resume: { uploadId } }).result
  assert.ok(result.reusedParts >= 2)
  assert.deepEqual([result.parts, result.uploadId], [8, uploadId])
  assert.deepEqual(await client.get('k'), bytes)
})

test('parts of other bytes are not reused', async () => {
  const { client } = await startClient()
  const options = { key: 'k', multipartThreshold: 1, partSize: PART }
  const old = client.upload(content(6 * PART, 1), { ...options, bytesPerSecond: 600 * KIB })
  await untilParts(old, 2)
  await old.abort({ keepParts: true })
  const bytes = content(6 * PART, 2)
  const result = await client.upload(bytes, { ...options, resume: { uploadId: old.uploadId ?? '' } }).result
  assert.equal(result.reusedParts, 0)
  assert.deepEqual(await client.get('k'), bytes)
})

test('an upload that the server no longer has starts over, unless it was requested by its id', async () => {
  const store = memoryStore()
  const { client } = await startClient(undefined, { checkpoints: store })
  const bytes = content(6 * PART)
  const options = { key: 'k', multipartThreshold: 1, partSize: PART }
  const first = client.upload(bytes, { ...options, bytesPerSecond: 600 * KIB })
  await untilParts(first, 2)
  await first.abort({ keepParts: true })
  const { uploadId = '' } = first
  await client.abortUpload({ key: 'k', uploadId })
  const named = await rejection<OssError>(client.upload(bytes, { ...options, resume: { uploadId } }).result)
  assert.equal(named.code, 'NoSuchUpload')
  const result = await client.upload(bytes, options).result
  assert.notEqual(result.uploadId, uploadId)
  assert.equal(result.reusedParts, 0)
})

test('one of two uploads is aborted, and the other ends', async () => {
  const { client } = await startClient()
  const options = { multipartThreshold: 1, partSize: PART, bytesPerSecond: 800 * KIB }
  const bytes = content(6 * PART)
  const one = client.upload(bytes, { ...options, key: 'one' })
  const other = client.upload(bytes, { ...options, key: 'other' })
  await untilParts(one, 1)
  await one.abort()
  assert.equal(one.state, 'aborted')
  assert.equal((await rejection<OssError>(one.result)).code, 'Aborted')
  assert.equal((await other.result).size, bytes.length)
  const left: string[] = []
  for await (const { key } of client.listUploads()) left.push(key)
  assert.deepEqual(left, [])
})

test('a pause stops requests, progress never falls, and resuming goes on', async () => {
  const { client, seen } = await startClient()
  const bytes = content(10 * PART)
  const task = client.upload(bytes, { key: 'k', multipartThreshold: 1, partSize: PART, bytesPerSecond: 800 * KIB })
  const committed: number[] = []
  task.on('progress', (progress) => committed.push(progress.committed))
  await untilParts(task, 2)
  await task.pause()
  assert.equal(task.state, 'paused')
  const requests = seen.length
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(seen.length, requests)
  assert.ok((task.checkpoint?.parts.length ?? 0) >= 2)
  task.setBandwidth(0)
  task.resume()
  const result = await task.result
  assert.equal(result.parts, 10)
  assert.deepEqual(
    committed,
    [...committed].sort((a, b) => a - b),
  )
  assert.equal(task.progress.ratio, 1)
  assert.deepEqual(await client.get('k'), bytes)
})

test('a stream whose length differs from the one announced leaves no object', async () => {
  const { client } = await startClient()
  for (const [size, length] of [
    [3 * PART, 3 * PART - 1],
    [10, 11],
  ] as const) {
    const options = { key: 'k', size, multipartThreshold: PART, partSize: PART }
    const error = await rejection<OssError>(client.upload([content(length)].values(), options).result)
    assert.equal(error.code, 'SizeMismatch')
    assert.equal((await rejection<OssError>(client.head('k'))).status, 404)
  }
})

test('a stream is held in memory only as far as the budget allows', async () => {
  const { client } = await startClient(undefined, { limits: { bufferBytes: 250 * KIB } })
  let read = 0
  let ahead = 0
  const task: { current?: UploadTask } = {}
  async function* stream() {
    for (let piece = 0; piece < 60; piece += 1) {
      yield content(20 * KIB, piece)
      read += 20 * KIB
      ahead = Math.max(ahead, read - (task.current?.progress.committed ?? 0))
    }
  }
  task.current = client.upload(stream(), { key: 'k', multipartThreshold: PART, partSize: PART, parallel: 8 })
  const result = await task.current.result
  assert.equal(result.size, 60 * 20 * KIB)
  // the budget, a part that is being read, and the piece behind it
  assert.ok(ahead <= 250 * KIB + 2 * PART, `${ahead} bytes were read ahead`)
})

test('what happens to an object that exists is chosen', async () => {
  const { client } = await startClient()
  await client.put('k', 'old')
  assert.equal((await client.put('k', 'new', { onExists: 'skip' })).skipped, true)
  assert.equal((await client.put('k', 'old', { onExists: 'skip-if-same' })).skipped, true)
  assert.equal((await rejection<OssError>(client.put('k', 'new', { onExists: 'fail' }))).code, 'ObjectExists')
  const forbidden = await rejection<OssError>(client.put('k', 'new', { forbidOverwrite: true }))
  assert.equal(forbidden.code, 'FileAlreadyExists')
  assert.equal((await client.put('k', 'new', { onExists: 'skip-if-same' })).skipped, undefined)
  assert.equal(Buffer.from(await client.get('k')).toString(), 'new')
})

test('two uploads of one source to one key are not driven at once', async () => {
  const { client } = await startClient()
  const bytes = content(4 * MIB)
  const options = { key: 'k', multipartThreshold: 1, partSize: MIB, bytesPerSecond: 4 * MIB }
  const first = client.upload(bytes, options)
  await untilParts(first, 1)
  assert.equal((await rejection<OssError>(client.upload(bytes, options).result)).code, 'TransferLocked')
  first.setBandwidth(0)
  await first.result
})

test('events can be iterated over, and end with the transfer', async () => {
  const { client } = await startClient()
  const task = client.upload(content(3 * PART), { key: 'k', multipartThreshold: 1, partSize: PART, start: 'paused' })
  const types = new Set<string>()
  const reading = (async () => {
    for await (const { type } of task) types.add(type)
  })()
  task.resume()
  await task.result
  await reading
  assert.deepEqual([...types].sort(), ['checkpoint', 'done', 'part', 'progress', 'state'])
})

test('a caller that aborts by its signal keeps what was stored', async () => {
  const { client } = await startClient()
  const controller = new AbortController()
  const options = { key: 'k', multipartThreshold: 1, partSize: PART, bytesPerSecond: 600 * KIB }
  const task = client.upload(content(6 * PART), { ...options, signal: controller.signal })
  await untilParts(task, 2)
  controller.abort()
  assert.equal((await rejection<OssError>(task.result)).code, 'Aborted')
  const left: string[] = []
  for await (const { uploadId } of client.listUploads()) left.push(uploadId)
  assert.deepEqual(left, [task.uploadId])
})

test('a call without a bucket is refused with what to do', async () => {
  const { started } = await startClient()
  const platform = {
    transport: () => serviceTransport(started),
    checkpoints: memoryStore,
    openSource: () => undefined,
    crc64,
    parallelMax: 1,
    bufferBytes: MIB,
  }
  const client = new Client({ endpoint: 'http://127.0.0.1:9000', auth: { anonymous: true } }, platform)
  assert.throws(() => client.upload('x', { key: 'k' }), { code: 'InvalidOption', hint: /Name one/ })
})
