// A server whose disk fills up, on a small file system of its own.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, open, rm, rmdir, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sendValid } from '../fuzz/dist/wire-fuzz.js'
import { atEnd } from '../support/at-end.mjs'
import { startServer } from '../support/start-server.mjs'

const MIB = 1024 ** 2
/** The space that `bindery serve` keeps free, and the room above it. */
const RESERVE_BYTES = 256 * MIB
const DISK_BYTES = RESERVE_BYTES + 64 * MIB
const BUCKET = 'bkt'
const BODY = Buffer.alloc(2 * MIB, 'x')

const folder = await mkdtemp(join(tmpdir(), 'bindery-full-'))
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', folder]).status === 0
if (!mounted) await rmdir(folder)

/** Writes a file that leaves this many bytes free. */
async function fill(freeBytes) {
  const { bavail, bsize } = await statfs(folder)
  const file = await open(join(folder, 'filler'), 'a')
  const piece = Buffer.alloc(MIB)
  try {
    for (let left = bavail * bsize - freeBytes; left > 0; left -= piece.length) {
      await file.write(piece.subarray(0, Math.min(left, piece.length)))
    }
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error
  } finally {
    await file.close()
  }
}

test('a disk that fills up refuses requests that need space, and recovers when there is space again', {
  skip: !mounted && 'this test needs to mount a file system',
}, async (t) => {
  const server = await startServer({ folder: join(folder, 'data'), args: ['--workers', '1', '--reserve', '256MiB'] })
  atEnd(t, async () => {
    await server.stop()
    spawnSync('umount', [folder])
    await rm(folder, { recursive: true, force: true })
  })
  const { hostname, port } = new URL(server.endpoint)
  const { region, accessKeyId, accessKeySecret } = server
  const target = { host: hostname, port: Number(port), region, accessKeyId, accessKeySecret }
  const send = async (template) => {
    const { status, headers, body } = await sendValid(target, { bucket: BUCKET, ...template })
    const code = /<Code>(\w+)</.exec(body.toString('latin1'))?.[1]
    return { status, headers, body, outcome: code === undefined ? String(status) : `${status} ${code}` }
  }
  const put = (key) => send({ method: 'PUT', key, body: BODY })
  const initiate = async (key) => {
    const { body } = await send({ method: 'POST', key, query: { uploads: undefined } })
    return /<UploadId>(\w+)</.exec(body)[1]
  }
  const isServing = async () => {
    assert.ok(BODY.equals((await send({ key: 'kept' })).body))
    assert.equal((await send({})).outcome, '200')
    assert.equal((await send({ query: { uploads: undefined } })).outcome, '200')
  }
  await send({ method: 'PUT' })
  for (const key of ['kept', 'gone', 'late']) assert.equal((await put(key)).outcome, '200')
  const uploadId = await initiate('begun')
  const part = { method: 'PUT', key: 'begun', query: { uploadId, partNumber: '1' } }
  assert.equal((await send({ ...part, body: BODY })).outcome, '200')

  await fill(RESERVE_BYTES - MIB)
  let refusal = await put('new')
  for (let times = 0; refusal.status === 200 && times < 16; times += 1) refusal = await put('new')
  assert.equal(refusal.outcome, '503 ServiceUnavailable')
  assert.equal(refusal.headers.get('retry-after'), '1')
  assert.match(refusal.body.toString(), /--reserve keeps 256 MiB of it free/)
  const ready = await (await fetch(`${server.endpoint}/-/health/ready`)).json()
  assert.deepEqual([ready.status, ready.uploads, ready.disk.reserveBytes], ['ok', 'refused', RESERVE_BYTES])
  assert.equal((await send({ ...part, body: BODY })).outcome, '503 ServiceUnavailable')
  const whole = { 'x-oss-copy-source': `/${BUCKET}/kept` }
  for (const headers of [whole, { ...whole, 'x-oss-copy-source-range': 'bytes=0-2000' }]) {
    assert.equal((await send({ ...part, headers })).outcome, '503 ServiceUnavailable')
  }
  assert.equal((await send({ method: 'PUT', key: 'copied', headers: whole })).outcome, '503 ServiceUnavailable')
  await isServing()
  assert.equal((await send({ method: 'DELETE', key: 'gone' })).outcome, '204')
  assert.equal((await send({ method: 'DELETE', key: 'begun', query: { uploadId } })).outcome, '204')

  await fill(0)
  await isServing()
  const deleted = await send({ method: 'DELETE', key: 'late' })
  assert.ok(['204', '503 ServiceUnavailable'].includes(deleted.outcome), deleted.outcome)

  await rm(join(folder, 'filler'))
  for (let polls = 0; polls < 60 && (await put('new')).status !== 200; polls += 1) await sleep(500)
  await isServing()
  assert.equal((await put('new')).outcome, '200')
  assert.equal((await send({ method: 'PUT', key: 'copied', headers: whole })).outcome, '200')
  assert.equal((await send({ method: 'DELETE', key: 'late' })).outcome, '204')
  assert.equal(await server.stop(), 0)
})
