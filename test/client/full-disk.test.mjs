// A download to a disk that fills up, on a small file system of its own.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { createClient } from '@bindery/client/node'
import { installServer } from '@bindery/testing'
import { atEnd } from '../support/at-end.mjs'

const MIB = 1024 ** 2
const BYTES = Buffer.alloc(12 * MIB + 5).map((_, index) => (index * 31) % 251)
const PARTS = 13

const folder = await mkdtemp(path.join(tmpdir(), 'bindery-client-full-'))
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${16 * MIB}`, 'tmpfs', folder]).status === 0
if (!isMounted) await rmdir(folder)
const skip = !isMounted && 'this test needs to mount a file system'

const server = installServer({ before, after, beforeEach }, { buckets: ['demo'] })
after(async () => {
  if (isMounted) spawnSync('umount', [folder])
  await rm(folder, { recursive: true, force: true })
})

function open(t) {
  const { endpoint, credentials } = server()
  const client = createClient({ endpoint, bucket: 'demo', auth: { credentials }, checkpoints: false })
  atEnd(t, () => client.close())
  return client
}

const OPTIONS = { key: 'big', partSize: MIB, parallel: 3 }
const requests = () => server().log.requests({ op: 'GetObject' }).length

test('a download to a full disk reports that, leaves nothing that passes for the object, and goes on when there is space', {
  skip,
}, async (t) => {
  const client = open(t)
  await client.put('big', BYTES)
  const [file, filler] = [path.join(folder, 'big'), path.join(folder, 'filler')]
  for (const continues of ['the task', 'another client']) {
    await writeFile(filler, Buffer.alloc(9 * MIB))
    server().log.clear()
    const task = client.download({ path: file }, OPTIONS)
    await assert.rejects(task.result, (error) => {
      assert.deepEqual([error.code, error.cause.code], ['FileError', 'ENOSPC'])
      assert.match(error.hint, /Free space/)
      return true
    })
    assert.equal(existsSync(file), false)
    await rm(filler)
    server().log.clear()
    if (continues === 'the task') {
      task.resume()
      await task.result
    } else await open(t).download({ path: file }, OPTIONS).result
    assert.deepEqual(await readFile(file), BYTES)
    assert.ok(requests() < PARTS - 3, `${continues} requested ${requests()} of ${PARTS} parts`)
    assert.deepEqual(await readdir(folder), ['big'])
    await rm(file)
  }
})

test('a disk that is full after the last byte of a range leaves a note of the ranges before', { skip }, async (t) => {
  const client = open(t)
  await client.put('big', BYTES)
  const [file, filler] = [path.join(folder, 'big'), path.join(folder, 'filler')]
  // with room for no note, for one, and for one that is replaced
  for (const room of [0, 4096, 8192]) {
    await writeFile(filler, Buffer.alloc(12 * MIB - room))
    const task = client.download({ path: file }, { ...OPTIONS, parallel: 1 })
    await assert.rejects(task.result, { code: 'FileError' })
    await rm(filler)
    server().log.clear()
    await open(t).download({ path: file }, OPTIONS).result
    assert.deepEqual(await readFile(file), BYTES)
    assert.ok(
      requests() <= PARTS - 3,
      `${requests()} of ${PARTS} parts were requested again, with ${room} bytes of room`,
    )
    assert.deepEqual(await readdir(folder), ['big'])
    await rm(file)
  }
})

test('a range whose bytes on the disk changed meanwhile is requested again, and it alone', { skip }, async (t) => {
  const client = open(t)
  await client.put('big', BYTES)
  const file = path.join(folder, 'changed')
  const first = client.download({ path: file }, { ...OPTIONS, bytesPerSecond: 8 * MIB })
  await new Promise((resolve) => first.on('progress', ({ parts }) => parts.done > 3 && resolve()))
  await first.abort({ keepParts: true })
  const { ranges } = JSON.parse(await readFile(`${file}.bindery-part.json`, 'utf8'))
  const part = await readFile(`${file}.bindery-part`)
  part[ranges[0][0] + 5] ^= 1
  await writeFile(`${file}.bindery-part`, part)
  server().log.clear()
  await open(t).download({ path: file }, OPTIONS).result
  assert.equal(requests(), PARTS - ranges.length + 1)
  assert.deepEqual(await readFile(file), BYTES)
})
