// An upload of 100 GiB. Its parts are zeros, which the server copies from one part, so that only the first and the last are sent; the
// test proves planning, resumption and reading of a large file, not the speed of its bytes.

import assert from 'node:assert/strict'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createClient, fileStore } from '@bindery/client/node'
import { atEnd } from '../support/at-end.mjs'
import { startServer } from '../support/start-server.mjs'

const MIB = 1024 ** 2
const SIZE = 100 * 1024 * MIB
const PART_BYTES = 64 * MIB
const PARTS = SIZE / PART_BYTES
/** The growth of the process while it sends: blocks that are read again and again, sockets, and the list of parts. */
const GROWTH_BYTES_MAX = 160 * MIB
const COPIES_AT_ONCE = 16

/** All parts but the first and the last, as an earlier run would have stored and remembered them. */
async function storeMiddle(multipart, name) {
  const numbers = Array.from({ length: PARTS - 2 }, (_, index) => index + 2).values()
  const copy = async () => {
    for (const partNumber of numbers) await multipart.uploadPartCopy({ ...name, partNumber, from: { key: 'zeros' } })
  }
  await Promise.all(Array.from({ length: COPIES_AT_ONCE }, copy))
  const parts = []
  for await (const { partNumber, size, etag, crc64 } of multipart.listParts(name)) {
    parts.push({ partNumber, size, etag, crc64 })
  }
  return parts
}

test('100 GiB go on where an earlier run ended, with the memory of a few parts', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'bindery-sparse-'))
  const server = await startServer({ args: ['--workers', '1', '--buckets', 'demo'] })
  const { endpoint, accessKeyId, accessKeySecret } = server
  const auth = { credentials: { accessKeyId, accessKeySecret } }
  const checkpoints = fileStore(path.join(folder, 'transfers'))
  const client = createClient({ endpoint, bucket: 'demo', auth, checkpoints })
  atEnd(t, async () => {
    client.close()
    await server.stop()
    await rm(folder, { recursive: true })
  })
  const file = path.join(folder, 'disk.img')
  const handle = await open(file, 'w')
  await handle.truncate(SIZE)
  await handle.close()
  const options = { key: 'disk.img', partSize: PART_BYTES, integrity: { onResume: 'trust-etag' } }

  const first = client.upload({ path: file }, { ...options, parallel: 1, bytesPerSecond: MIB })
  await new Promise((resolve) => first.on('checkpoint', resolve))
  const begun = await first.pause()
  await first.abort({ keepParts: true })
  const name = { key: 'disk.img', uploadId: begun.uploadId }
  await client.upload(new Uint8Array(PART_BYTES), { key: 'zeros', multipartThreshold: SIZE }).result
  const parts = await storeMiddle(client.multipart, name)
  assert.equal(parts.length, PARTS - 2)
  await checkpoints.put({ ...begun, parts })

  const before = process.memoryUsage.rss()
  let highest = before
  const task = client.upload({ path: file }, options)
  task.on('progress', () => {
    highest = Math.max(highest, process.memoryUsage.rss())
  })
  const result = await task.result
  assert.deepEqual([result.size, result.parts, result.reusedParts], [SIZE, PARTS, PARTS - 2])
  assert.ok(highest - before < GROWTH_BYTES_MAX, `the process grew by ${highest - before} bytes`)
  const { size, crc64 } = await client.head('disk.img')
  assert.deepEqual([size, crc64], [SIZE, result.crc64])
  const tail = await client.get('disk.img', { range: { start: SIZE - 5 } })
  assert.deepEqual([...tail], [0, 0, 0, 0, 0])
})
