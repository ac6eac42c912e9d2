import assert from 'node:assert/strict'
import { test } from 'node:test'
import { content, KIB, MIB, rejection, startClient } from '../testing/support.js'
import type { OssError } from '../types/error.js'
import { memoryStore } from './checkpoint.js'

test('a download survives answers that break off, and goes on at the byte', async () => {
  const { client, seen } = await startClient(({ method, count }) =>
    method === 'GET' && count === 1 ? 'half' : undefined,
  )
  const bytes = content(3 * MIB + 17)
  await client.put('k', bytes)
  assert.deepEqual(await client.get('k', { partSize: MIB, parallel: 2 }), bytes)
  assert.ok(seen.filter(({ method }) => method === 'GET').length > 4)
})

test('a server that stays away is given up after the attempts of one request, by a download as by a stream', async () => {
  let isAway = false
  const { client, seen } = await startClient(({ method }) => (isAway && method === 'GET' ? 'cut' : undefined), {
    retry: { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 2 },
  })
  await client.put('k', content(3 * MIB))
  const reads = [
    async () => {
      const task = client.download('bytes', { key: 'k', partSize: MIB, parallel: 1 })
      await new Promise((resolve) => task.on('part', ({ state }) => state === 'done' && resolve(undefined)))
      isAway = true
      await task.result
    },
    async () => {
      for await (const _ of client.stream({ key: 'k' })) throw new Error('nothing can be read')
    },
  ]
  for (const read of reads) {
    const before = seen.length
    const error = await rejection<OssError>(read())
    assert.deepEqual([error.code, error.attempts], ['NetworkError', 3])
    assert.ok(seen.length - before <= 3 + 3, `${seen.length - before} requests`)
  }
})

test('a range has the requested bytes', async () => {
  const { client } = await startClient()
  const bytes = content(900 * KIB)
  await client.put('k', bytes)
  const range = { start: 1000, end: 700_001 }
  assert.deepEqual(await client.get('k', { range, partSize: 100 * KIB }), bytes.subarray(1000, 700_001))
  assert.deepEqual(await client.get('k', { range: { start: 899 * KIB } }), bytes.subarray(899 * KIB))
})

test('a stream reconnects, and both ways of reading notice an object that was replaced', async () => {
  let replace: (() => Promise<unknown>) | undefined
  const { client, started } = await startClient(({ method, count }) =>
    method === 'GET' && count === 1 ? 'half' : undefined,
  )
  const bytes = content(MIB)
  await client.put('k', bytes)
  assert.deepEqual(await joined(client.stream({ key: 'k' })), bytes)
  const other = await startClient(
    ({ method }) => {
      if (method !== 'GET' || replace === undefined) return undefined
      return 'half'
    },
    {},
    started,
  )
  replace = () => client.put('k', content(MIB, 9))
  const reading = (async () => {
    for await (const _ of other.client.stream({ key: 'k' })) {
      await replace?.()
    }
  })()
  assert.equal((await rejection<OssError>(reading)).status, 412)
})

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return new Uint8Array(Buffer.concat(all))
}

test('a copy of many parts keeps bytes and metadata', async () => {
  const { client } = await startClient()
  const bytes = content(MIB)
  await client.put('from', bytes, { contentType: 'text/x', meta: { a: 'b' } })
  const to = { key: 'to' }
  const task = client.copy({ from: { key: 'from' }, to, multipartThreshold: 1, partSize: 100 * KIB })
  assert.equal((await task.result).parts, 11)
  const info = await client.head('to')
  assert.deepEqual([info.contentType, info.meta.a, info.size], ['text/x', 'b', bytes.length])
  assert.deepEqual(await client.get('to'), bytes)
  await client.copy({ from: { key: 'from' }, to: { key: 'once' } }).result
  assert.deepEqual(await client.get('once'), bytes)
})

test('a copy in parts that was stopped goes on where it stopped, for the same source alone', async () => {
  const started = await startClient()
  const { client, seen } = started
  const checkpoints = memoryStore()
  await client.put('from', content(MIB))
  const copy = () =>
    client.copy({
      from: { key: 'from' },
      to: { key: 'to' },
      multipartThreshold: 1,
      partSize: 100 * KIB,
      parallel: 1,
      checkpoints,
    })
  const copied = () => seen.filter(({ method, query }) => method === 'PUT' && query.has('partNumber')).length
  const stopped = async () => {
    const task = copy()
    await new Promise<void>((resolve) => task.on('part', ({ state }) => state === 'done' && resolve()))
    await task.pause({ drain: true })
    await task.abort({ keepParts: true })
    return task.progress.parts.done
  }
  const done = await stopped()
  assert.ok(done > 0 && done < 11)
  const result = await copy().result
  assert.deepEqual([result.reusedParts, copied()], [done, 11])
  assert.equal(result.crc64, (await client.head('from')).crc64)
  let left = 0
  for await (const _ of checkpoints.list()) left += 1
  assert.equal(left, 0)

  await stopped()
  await client.put('from', content(MIB, 5))
  assert.equal((await copy().result).reusedParts, 0, 'the source was replaced')
  assert.deepEqual(await client.get('to'), content(MIB, 5))
})

test('listings come in pages, with names that XML cannot hold', async () => {
  const { client } = await startClient()
  const keys = ['a\u0001b', 'a&<>"', 'a+b c', 'dir/x', 'dir/y', '中文']
  for (const key of keys) await client.put(key, 'x')
  const listed: string[] = []
  for await (const one of client.list({ pageSize: 2 })) listed.push(one.kind === 'object' ? one.key : one.prefix)
  assert.deepEqual(listed, [...keys].sort())
  const grouped: string[] = []
  for await (const one of client.list({ delimiter: '/' })) if (one.kind === 'prefix') grouped.push(one.prefix)
  assert.deepEqual(grouped, ['dir/'])
  const { deleted, failed } = await client.delete(['a+b c', 'dir/x', '中文'])
  assert.deepEqual([deleted.length, failed.length], [3, 0])
})
