// A server under too many concurrent requests: its memory stays within its bound, and every client makes progress.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { headOf, requestBytes } from '../fuzz/dist/wire.js'
import { sendValid } from '../fuzz/dist/wire-fuzz.js'
import { atEnd } from '../support/at-end.mjs'
import { startServer } from '../support/start-server.mjs'

const MIB = 1024 ** 2
/** Anonymous and shared memory of one process, including the buffers of `--memory`. */
const MEMORY_MAX = 256 * MIB
const BUCKET = 'bkt'
const NO_BODY = Buffer.alloc(0)
const skip = !existsSync('/proc/self/smaps_rollup') && 'memory is measured on Linux'

async function start(t) {
  const server = await startServer({ args: ['--workers', '1'] })
  let peak = 0
  const sampling = setInterval(() => {
    peak = Math.max(peak, memoryOf(server.pid))
  }, 100)
  atEnd(t, async () => {
    clearInterval(sampling)
    await server.stop()
  })
  const { hostname, port } = new URL(server.endpoint)
  const { region, accessKeyId, accessKeySecret } = server
  const target = { host: hostname, port: Number(port), region, accessKeyId, accessKeySecret }
  await sendValid(target, { method: 'PUT', bucket: BUCKET })
  const requirePeak = () => {
    t.diagnostic(`peak ${Math.round(peak / MIB)} MiB`)
    assert.ok(peak > 0 && peak <= MEMORY_MAX, `${peak} bytes`)
  }
  return { server, target, requirePeak }
}

function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  return (kib('Pss_Anon') + kib('Pss_Shmem')) * 1024
}

async function opened({ host, port }) {
  const socket = connect({ host, port })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const UPLOADS = 64
const PART_BYTES = 5 * 1024 * MIB
const FAST = { bytes: 12 * MIB, pieceBytes: 64 * 1024, pauseMs: 0 }
const SLOW = { bytes: 256 * 1024, pieceBytes: 4096, pauseMs: 20 }

test('64 concurrent large parts, from fast and slow senders that vanish, need little memory', {
  skip,
}, async (t) => {
  const { server, target, requirePeak } = await start(t)
  const begun = await sendValid(target, { method: 'POST', bucket: BUCKET, key: 'k', query: { uploads: undefined } })
  const uploadId = /<UploadId>(\w+)</.exec(begun.body)[1]
  // Parts whose total exceeds the disk would be refused.
  const { bavail, bsize } = await statfs(tmpdir())
  const announced = Math.min(PART_BYTES, Math.floor((bavail * bsize) / UPLOADS / 4))
  const send = async (number) => {
    const socket = await opened(target)
    let answer = ''
    socket.on('data', (data) => {
      answer += data
    })
    const { bytes, pieceBytes, pauseMs } = number % 2 === 0 ? FAST : SLOW
    const query = { uploadId, partNumber: String(number + 1) }
    const head = headOf(target, { method: 'PUT', bucket: BUCKET, key: 'k', query, headers: {}, body: NO_BODY }, 'v4')
    socket.write(`${head.join('\r\n')}\r\ncontent-length: ${announced}\r\n\r\n`)
    const piece = Buffer.alloc(pieceBytes, 'x')
    for (let sent = 0; sent < bytes && !socket.destroyed; sent += piece.length) {
      await new Promise((resolve) => socket.write(piece, resolve))
      if (pauseMs > 0) await sleep(pauseMs)
    }
    return { socket, answer }
  }
  const senders = await Promise.all(Array.from({ length: UPLOADS }, (_, number) => send(number)))
  assert.deepEqual(
    senders.map(({ answer }) => answer).filter((answer) => answer !== ''),
    [],
  )
  const other = await sendValid(target, { method: 'PUT', bucket: BUCKET, key: 'other', body: Buffer.alloc(3 * MIB) })
  assert.equal(other.status, 200)
  for (const { socket } of senders) socket.destroy()
  const cut = () =>
    server
      .log()
      .split('\n')
      .filter((line) => line.includes('"incompleteBody"')).length
  while (cut() < UPLOADS) await sleep(50)
  const parts = await sendValid(target, { bucket: BUCKET, key: 'k', query: { uploadId } })
  assert.doesNotMatch(parts.body.toString(), /<Part>/)
  requirePeak()
})

const STALLED = 150
const OBJECT_BYTES = 24 * MIB

test('readers that take nothing and idle connections leave enough for others', {
  skip,
}, async (t) => {
  const { target, requirePeak } = await start(t)
  const body = Buffer.alloc(OBJECT_BYTES, 'y')
  await sendValid(target, { method: 'PUT', bucket: BUCKET, key: 'large', body })
  const stalled = []
  for (let count = 0; count < STALLED; count += 1) {
    const socket = await opened(target)
    socket.pause()
    const head = headOf(
      target,
      { method: 'GET', bucket: BUCKET, key: 'large', query: {}, headers: {}, body: NO_BODY },
      'v4',
    )
    socket.write(requestBytes(head, NO_BODY))
    stalled.push(socket, await opened(target))
  }
  const reader = await sendValid(target, { bucket: BUCKET, key: 'large' })
  assert.ok(body.equals(reader.body))
  const written = await sendValid(target, { method: 'PUT', bucket: BUCKET, key: 'other', body })
  assert.equal(written.status, 200)
  for (const socket of stalled) socket.destroy()
  assert.equal((await sendValid(target, { bucket: BUCKET, key: 'large' })).status, 200)
  requirePeak()
})
