import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import type { ObjectInfo } from '../types/object.js'
import { fileTarget } from './file-target.js'

test('a file that one run could not open is opened by the next', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const file = path.join(folder, 'missing', 'file')
  const target = fileTarget(file)
  const info = { etag: 'E' } as ObjectInfo
  await assert.rejects(target.open(info, 3), { code: 'FileError' })
  await target.keep?.().catch(() => {})
  await mkdir(path.dirname(file))
  assert.deepEqual(await target.open(info, 3), [])
  await target.write(0, Uint8Array.of(1, 2, 3), new AbortController().signal)
  assert.equal(await target.finish(), file)
  assert.deepEqual([...(await readFile(file))], [1, 2, 3])
  assert.deepEqual(await readdir(path.dirname(file)), ['file'])
})

test('a note is removed before the bytes that it describes are replaced', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const file = path.join(folder, 'file')
  const info = { etag: 'E' } as ObjectInfo
  const first = fileTarget(file)
  await first.open(info, 4)
  await first.write(0, Uint8Array.of(1, 2), new AbortController().signal)
  await first.written?.(0, 2)
  await first.close({ discard: false })
  assert.deepEqual((await readdir(folder)).sort(), ['file.part', 'file.part.json'])
  await rm(path.join(folder, 'file.part'))
  await mkdir(path.join(folder, 'file.part'))
  await assert.rejects(fileTarget(file, { resume: false }).open(info, 4), { code: 'FileError' })
  assert.deepEqual(await readdir(folder), ['file.part'])
})

test('a file that shall be durable, or not, has its bytes and its name in the end, and no note', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  for (const durableFrom of [0, 3, 4]) {
    const target = fileTarget(path.join(folder, `from ${durableFrom}`), { durableFrom })
    await target.open({ etag: 'E' } as ObjectInfo, 3)
    await target.write(0, Uint8Array.of(1, 2, 3), new AbortController().signal)
    await target.written?.(0, 2)
    assert.deepEqual([...(await readFile(await target.finish()))], [1, 2, 3])
  }
  assert.deepEqual((await readdir(folder)).sort(), ['from 0', 'from 3', 'from 4'])
})
