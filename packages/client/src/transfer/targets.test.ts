import assert from 'node:assert/strict'
import { test } from 'node:test'
import { content, KIB, listOf, MIB, rejection, startClient } from '../testing/support.js'
import type { OssError } from '../types/error.js'
import type { DownloadTarget } from '../types/object.js'

const PART = 100 * KIB
const SLICED = { key: 'k', partSize: PART, parallel: 4 }

/** A stream that remembers what it got, and may take its time. */
function collector(delayMs = 0) {
  const pieces: Uint8Array[] = []
  const state = { pieces, isClosed: false, aborted: undefined as unknown }
  const stream = new WritableStream<Uint8Array>({
    async write(piece) {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
      pieces.push(piece)
    },
    close() {
      state.isClosed = true
    },
    abort(reason) {
      state.aborted = reason
    },
  })
  return { stream, state, bytes: () => new Uint8Array(Buffer.concat(pieces)) }
}

test('a download goes into bytes, a blob, the file of a handle, and in order into a stream', async () => {
  const { client } = await startClient()
  const bytes = content(MIB + 11)
  await client.put('k', bytes, { contentType: 'text/x' })
  assert.deepEqual((await client.download('bytes', SLICED).result).value, bytes)
  const { value: blob } = await client.download('blob', SLICED).result
  assert.deepEqual([blob.type, new Uint8Array(await blob.arrayBuffer())], ['text/x', bytes])
  const file = { bytes: new Uint8Array(bytes.length), isClosed: false }
  const writable = {
    write: async ({ position, data }: { readonly position: number; readonly data: Uint8Array }) =>
      file.bytes.set(data, position),
    async close() {
      file.isClosed = true
    },
    abort: async () => {},
  }
  await client.download({ kind: 'file', name: 'f', createWritable: async () => writable }, SLICED).result
  assert.deepEqual(file, { bytes, isClosed: true })
  const { stream, state, bytes: collected } = collector()
  await client.download(stream, SLICED).result
  assert.deepEqual([collected(), state.isClosed], [bytes, true])
})

test('a download into a stream survives cut answers, and a pause in the middle', async () => {
  const { client } = await startClient(({ method, count }) => (method === 'GET' && count === 1 ? 'half' : undefined))
  const bytes = content(9 * PART + 1)
  await client.put('k', bytes)
  const { stream, bytes: collected } = collector(2)
  const task = client.download(stream, SLICED)
  await new Promise<void>((resolve) => task.on('progress', ({ parts }) => parts.done >= 2 && resolve()))
  await task.pause()
  assert.equal(task.state, 'paused')
  task.resume()
  await task.result
  assert.deepEqual(collected(), bytes)
})

test('what a target could not keep while a download was paused is requested again', async () => {
  const { client } = await startClient()
  const bytes = content(5 * PART)
  await client.put('k', bytes)
  let held = new Uint8Array()
  let opened = 0
  const target: DownloadTarget<Uint8Array> = {
    async open(_, size) {
      opened += 1
      held = new Uint8Array(size)
      return []
    },
    write: async (offset, piece) => held.set(piece, offset),
    async keep() {
      held = new Uint8Array()
      return false
    },
    finish: async () => held,
    close: async () => {},
  }
  const task = client.download(target, { ...SLICED, parallel: 1 })
  await new Promise<void>((resolve) => task.on('progress', ({ parts }) => parts.done >= 2 && resolve()))
  await task.pause()
  assert.equal(task.state, 'paused')
  task.resume()
  assert.deepEqual((await task.result).value, bytes)
  assert.equal(opened, 2)
})

test('a stream that fails ends its download, and an aborted download aborts its stream', async () => {
  const { client } = await startClient()
  await client.put('k', content(5 * PART))
  const full = new WritableStream<Uint8Array>({
    write: () => {
      throw new Error('no room')
    },
  })
  assert.match((await rejection<OssError>(client.download(full, SLICED).result)).message, /no room/)
  const { stream, state } = collector(20)
  const task = client.download(stream, { ...SLICED, bytesPerSecond: PART })
  await new Promise<void>((resolve) => task.on('progress', ({ inFlight }) => inFlight > 0 && resolve()))
  await task.abort()
  assert.match(String(state.aborted), /given up/)
})

test('an object with another ETag than the required one is neither downloaded, read nor copied', async () => {
  const { client } = await startClient()
  const { etag } = await client.put('k', 'old')
  const { etag: current } = await client.put('k', 'new')
  for (const attempt of [
    () => client.get('k', { ifMatch: etag }),
    () => listOf(client.stream({ key: 'k', ifMatch: etag })),
    () => client.copy({ from: { key: 'k', ifMatch: etag }, to: { key: 'c' } }).result,
  ]) {
    assert.equal((await rejection<OssError>(attempt())).code, 'ObjectChanged')
  }
  assert.equal(Buffer.from(await client.get('k', { ifMatch: `"${current}"` })).toString(), 'new')
  await client.copy({ from: { key: 'k', ifMatch: current }, to: { key: 'c' } }).result
})

test('a copy keeps the tags of its source, or has those that replace them, in one request and in parts', async () => {
  const { client } = await startClient()
  await client.put('from', content(3 * PART), { tags: { a: '1', b: 'ü' } })
  const tagsOf = async (key: string) => (await client.head(key)).headers['x-oss-tagging-count'] ?? '0'
  for (const multipartThreshold of [MIB, 1]) {
    const options = { from: { key: 'from' }, multipartThreshold, partSize: PART }
    await client.copy({ ...options, to: { key: 'kept' } }).result
    await client.copy({ ...options, to: { key: 'other' }, tags: { c: '3' } }).result
    await client.copy({ ...options, to: { key: 'none' }, tagging: 'replace' }).result
    assert.deepEqual([await tagsOf('kept'), await tagsOf('other'), await tagsOf('none')], ['2', '1', '0'])
  }
})
