import assert from 'node:assert/strict'
import { test } from 'node:test'
import { content, KIB, listOf, startClient, untilParts } from '../testing/support.js'
import { memoryStore } from '../transfer/checkpoint.js'
import type { FileHandleLike } from '../types/file-handle.js'
import type { UploadTask } from '../types/upload.js'
import type { UploadQueue } from './queue.js'

const PART = 100 * KIB
const IN_PARTS = { multipartThreshold: 1, partSize: PART }

function untilIdle(queue: UploadQueue): Promise<void> {
  return new Promise((resolve) => {
    const stop = queue.on('idle', () => {
      stop()
      resolve()
    })
  })
}

const running = (queue: UploadQueue) => [...queue].filter(({ state }) => state === 'running' || state === 'preparing')

test('as many uploads run as the queue and the client allow, the most important first', async () => {
  const { client } = await startClient(undefined, { limits: { filesInAll: 3 } })
  const queue = client.queue({ files: 2 })
  const other = client.queue({ files: 2 })
  let most = 0
  let mostInAll = 0
  const started: string[] = []
  for (const one of [queue, other]) {
    one.on('task', (task) => {
      if (task.state === 'preparing') started.push(task.key)
      most = Math.max(most, running(queue).length, running(other).length)
      mostInAll = Math.max(mostInAll, running(queue).length + running(other).length)
    })
  }
  for (let index = 0; index < 6; index += 1) {
    queue.add({ source: content(10), key: `a${index}`, priority: index === 5 ? 1 : 0 })
    other.add({ source: content(10), key: `b${index}` })
  }
  await Promise.all([untilIdle(queue), untilIdle(other)])
  assert.deepEqual([most, mostInAll], [2, 3])
  assert.equal(started.filter((key) => key.startsWith('a'))[0], 'a5')
  const { files, bytes } = queue.progress
  assert.deepEqual([files.total, files.done, bytes.total, bytes.committed], [6, 6, 60, 60])
})

test('the smallest upload is first where that is wished', async () => {
  const { client } = await startClient()
  const queue = client.queue({ files: 1, order: 'smallest-first' })
  const started: string[] = []
  queue.on('task', ({ key, state }) => {
    if (state === 'preparing') started.push(key)
  })
  for (const size of [300, 10, 200, 5]) queue.add({ source: content(size), key: String(size) })
  await untilIdle(queue)
  assert.deepEqual(started, ['5', '10', '200', '300'])
})

test('a paused queue starts nothing, and goes on where it was', async () => {
  const { client, seen } = await startClient()
  const queue = client.queue({ files: 2 })
  for (const key of ['a', 'b', 'c']) {
    queue.add({ source: content(6 * PART), key, ...IN_PARTS, bytesPerSecond: 800 * KIB })
  }
  const [first] = queue as Iterable<UploadTask>
  await untilParts(first as UploadTask, 2)
  await queue.pauseAll()
  const requests = seen.length
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(seen.length, requests)
  assert.deepEqual(
    [...queue].map(({ state }) => state),
    ['paused', 'paused', 'queued'],
  )
  for (const task of queue) task.setBandwidth(0)
  const idle = untilIdle(queue)
  queue.resumeAll()
  await idle
  for (const key of ['a', 'b', 'c']) assert.equal((await client.head(key)).size, 6 * PART)
  const committed = [...queue].map(({ progress }) => progress.committed)
  assert.deepEqual(committed, [6 * PART, 6 * PART, 6 * PART])
})

test('an upload that is paused or aborted by itself gives its turn to another, and failed ones are tried again', async () => {
  let isBroken = true
  const { client } = await startClient(
    ({ url }) => (isBroken && url.pathname.endsWith('/broken') ? 'cut' : undefined),
    { retry: { maxAttempts: 1 } },
  )
  const queue = client.queue({ files: 1 })
  const slow = queue.add({ source: content(6 * PART), key: 'slow', ...IN_PARTS, bytesPerSecond: 600 * KIB })
  const broken = queue.add({ source: content(3), key: 'broken' })
  const last = queue.add({ source: content(3), key: 'last' })
  await untilParts(slow, 1)
  const idle = untilIdle(queue)
  await slow.pause()
  await last.result
  await idle
  assert.deepEqual([slow.state, broken.state], ['paused', 'failed'])
  assert.deepEqual(queue.progress.files, { total: 3, done: 1, failed: 1, active: 0, paused: 1 })
  isBroken = false
  const again = untilIdle(queue)
  queue.retryFailed()
  await again
  assert.equal((await broken.result).size, 3)
  await queue.abortAll()
  assert.equal(slow.state, 'aborted')
  queue.clear()
  assert.equal([...queue].length, 0)
})

test('unfinished uploads are restored: with a handle of their file, or with the same file chosen again', async () => {
  const store = memoryStore()
  const { client, started } = await startClient(undefined, { checkpoints: store })
  const bytes = content(6 * PART) as Uint8Array<ArrayBuffer>
  const file = new File([bytes], 'film.bin', { lastModified: 5 })
  const kept = new File([bytes], 'kept.bin', { lastModified: 6 })
  const handle: FileHandleLike = { kind: 'file', name: kept.name, getFile: async () => kept }
  for (const [key, source] of [
    ['film', file],
    ['kept', handle],
  ] as const) {
    const task = client.upload(source, { key, ...IN_PARTS, bytesPerSecond: 800 * KIB, contentType: 'video/x' })
    await untilParts(task, 2)
    await task.abort({ keepParts: true })
  }
  const { client: next } = await startClient(undefined, { checkpoints: store }, started)
  const queue = next.queue()
  const restored = await queue.restore()
  assert.deepEqual(restored.map(({ task, needsSource }) => [task.key, needsSource]).sort(), [
    ['film', true],
    ['kept', false],
  ])
  assert.deepEqual(await queue.restore(), [])
  const film = restored.find(({ needsSource }) => needsSource)?.task as UploadTask
  film.resume()
  await assert.rejects(film.result, { code: 'InvalidOption', hint: /Choose the file again/ })
  const other = new File([content(6 * PART, 2) as Uint8Array<ArrayBuffer>], 'film.bin', { lastModified: 5 })
  film.resume({ source: other })
  await assert.rejects(film.result, { code: 'SourceChanged' })
  film.resume({ source: file })
  queue.resumeAll()
  for (const { task } of restored) {
    const { reusedParts, size } = await task.result
    assert.ok(reusedParts >= 2 && size === bytes.length, `${task.key}: ${reusedParts}`)
  }
  assert.equal((await next.head('film')).contentType, 'video/x')
})

test('files that were chosen again are matched to their uploads', async () => {
  const store = memoryStore()
  const { client, started } = await startClient(undefined, { checkpoints: store })
  const file = new File([content(6 * PART) as Uint8Array<ArrayBuffer>], 'film.bin', { lastModified: 5 })
  const task = client.upload(file, { key: 'film', ...IN_PARTS, bytesPerSecond: 800 * KIB })
  await untilParts(task, 1)
  await task.abort({ keepParts: true })
  const { client: next } = await startClient(undefined, { checkpoints: store }, started)
  const queue = next.queue()
  const [restored] = await queue.restore()
  const stranger = new File(['x'], 'film.bin', { lastModified: 5 })
  const matched = await queue.match([stranger, file])
  assert.deepEqual(
    matched.map(({ task: found }) => found),
    [undefined, restored?.task],
  )
})

test('uploads that wait are remembered where that is wished, with their options, until they have ended', async () => {
  const store = memoryStore()
  const { client, started } = await startClient(() => 'cut', { checkpoints: store, retry: { maxAttempts: 1 } })
  const queue = client.queue({ files: 1, persist: true })
  const file = (name: string) => new File([content(20) as Uint8Array<ArrayBuffer>], name, { lastModified: 5 })
  const handle: FileHandleLike = { kind: 'file', name: 'kept.html', getFile: async () => file('kept.html') }
  queue.addFiles([file('lost.bin'), handle], { key: (_, path) => `in/${path}`, meta: { a: 'b' }, label: 'tour' })
  await untilIdle(queue)
  assert.deepEqual(await queue.restore(), [])
  const { client: next } = await startClient(undefined, { checkpoints: store }, started)
  const later = next.queue({ persist: true })
  const restored = await later.restore()
  assert.deepEqual(restored.map(({ task, needsSource }) => [task.key, needsSource]).sort(), [
    ['in/kept.html', false],
    ['in/lost.bin', true],
  ])
  const [match] = await later.match([file('lost.bin')])
  match?.task?.resume({ source: file('lost.bin') })
  later.resumeAll()
  for (const { task } of restored) await task.result
  const { contentType, meta } = await next.head('in/kept.html')
  assert.deepEqual([contentType, meta.a], ['text/html', 'b'])
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(await listOf(store.list()), [])
})

test('uploads with different labels take turns where that is wished', async () => {
  const { client } = await startClient()
  const queue = client.queue({ files: 1, order: 'round-robin' })
  const started: string[] = []
  queue.on('task', ({ key, state }) => {
    if (state === 'preparing') started.push(key)
  })
  for (const key of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) {
    queue.add({ source: content(5), key, label: key.slice(0, 1) })
  }
  await untilIdle(queue)
  assert.deepEqual(started, ['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
})

test('ten thousand files pass through a queue', async () => {
  const { client } = await startClient(undefined, { signature: 'v1' })
  const queue = client.queue({ files: 16 })
  const source = content(10)
  for (let index = 0; index < 10_000; index += 1) queue.add({ source, key: `many/${index}` })
  await untilIdle(queue)
  assert.equal(queue.progress.files.done, 10_000)
  let listed = 0
  for await (const _ of client.list({ prefix: 'many/' })) listed += 1
  assert.equal(listed, 10_000)
})
