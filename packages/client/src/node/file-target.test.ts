import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import type { ObjectInfo } from '../types/object.js'
import { fileTarget } from './file-target.js'

const INFO = { etag: 'E' } as ObjectInfo
const ONE = { start: 0, ranges: 1 }
const TWO = { start: 0, ranges: 2 }
const SIGNAL = new AbortController().signal

/** Leaves the first 2 of 4 bytes in a file, as a download of two ranges that was stopped. */
async function leaveHalf(file: string, crc64?: bigint): Promise<void> {
  const target = fileTarget(file)
  await target.open(INFO, 4, TWO)
  await target.write(0, Uint8Array.of(1, 2), SIGNAL)
  await target.written?.(0, 2, crc64)
  await target.close({ discard: false })
}

test('a file that one run could not open is opened by the next', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const file = path.join(folder, 'missing', 'file')
  for (const layout of [ONE, TWO]) {
    const target = fileTarget(file)
    await assert.rejects(target.open(INFO, 3, layout), { code: 'FileError' })
    await target.keep?.().catch(() => {})
    await mkdir(path.dirname(file))
    assert.deepEqual(await target.open(INFO, 3, layout), [])
    await target.write(0, Uint8Array.of(1, 2, 3), SIGNAL)
    assert.equal(await target.finish(), file)
    assert.deepEqual([...(await readFile(file))], [1, 2, 3])
    assert.deepEqual(await readdir(path.dirname(file)), ['file'])
    await rm(path.dirname(file), { recursive: true })
  }
})

test('a note is removed before the bytes that it describes are replaced', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const file = path.join(folder, 'file')
  await leaveHalf(file)
  assert.deepEqual((await readdir(folder)).sort(), ['file.bindery-part', 'file.bindery-part.json'])
  await rm(path.join(folder, 'file.bindery-part'))
  await mkdir(path.join(folder, 'file.bindery-part'))
  const target = fileTarget(file, { resume: false })
  await assert.rejects(target.open(INFO, 4, TWO), { code: 'FileError' })
  await target.close({ discard: false })
  assert.deepEqual(await readdir(folder), ['file.bindery-part'])
})

test('what was written is continued for the same bytes alone: of the same ETag, size and offset', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const file = path.join(folder, 'file')
  for (const [info, size, start] of [
    [{ etag: 'F' } as ObjectInfo, 4, 0],
    [INFO, 5, 0],
    [INFO, 4, 4],
  ] as const) {
    await leaveHalf(file, 7n)
    const other = fileTarget(file)
    assert.deepEqual(await other.open(info, size, { start, ranges: 2 }), [], `${info.etag} ${size} ${start}`)
    await other.close({ discard: true })
  }
  await leaveHalf(file, 7n)
  const same = fileTarget(file)
  assert.deepEqual(await same.open(INFO, 4, TWO), [[0, 2, '7']])
  await same.close({ discard: true })
  assert.deepEqual(await readdir(folder), [])
})

test('a file that shall be durable, or not, has its bytes and its name in the end, and no note', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  for (const durableFrom of [0, 3, 4]) {
    const target = fileTarget(path.join(folder, `from ${durableFrom}`), { durableFrom })
    await target.open(INFO, 3, TWO)
    await target.write(0, Uint8Array.of(1, 2, 3), SIGNAL)
    await target.written?.(0, 2, undefined)
    assert.deepEqual([...(await readFile(await target.finish()))], [1, 2, 3])
  }
  assert.deepEqual((await readdir(folder)).sort(), ['from 0', 'from 3', 'from 4'])
})

test('one download of several ranges writes to a file at a time, and one of a single range has its bytes for itself', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const file = path.join(folder, 'file')
  const first = fileTarget(file)
  await first.open(INFO, 4, TWO)
  await assert.rejects(fileTarget(file).open({ etag: 'F' } as ObjectInfo, 4, TWO), { code: 'TransferLocked' })
  const small = [1, 2].map((byte) => ({ byte, target: fileTarget(file) }))
  for (const { target } of small) await target.open(INFO, 1, ONE)
  for (const { byte, target } of small) await target.write(0, Uint8Array.of(byte), SIGNAL)
  for (const { byte, target } of small) {
    await target.finish()
    assert.deepEqual([...(await readFile(file))], [byte])
  }
  await first.write(0, Uint8Array.of(5, 6, 7, 8), SIGNAL)
  await first.finish()
  assert.deepEqual([...(await readFile(file))], [5, 6, 7, 8])
  assert.deepEqual(await readdir(folder), ['file'])
})

test('a file with the name of another one and a usual ending is not touched', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  await writeFile(path.join(folder, 'file.part'), 'mine')
  await leaveHalf(path.join(folder, 'file'))
  assert.equal(await readFile(path.join(folder, 'file.part'), 'utf8'), 'mine')
})

test('a name as long as the system permits is downloaded to, and continued', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  for (const name of ['n'.repeat(255), `${'é'.repeat(127)}x`, 'n'.repeat(216)]) {
    const file = path.join(folder, name)
    await leaveHalf(file, 7n)
    const target = fileTarget(file)
    assert.deepEqual(await target.open(INFO, 4, TWO), [[0, 2, '7']])
    await target.write(2, Uint8Array.of(3, 4), SIGNAL)
    await target.finish()
    assert.deepEqual([...(await readFile(file))], [1, 2, 3, 4])
    await rm(file)
  }
  assert.deepEqual(await readdir(folder), [])
})

test('a file that is replaced keeps its permissions', { skip: process.platform === 'win32' }, async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const file = path.join(folder, 'file')
  for (const [layout, mode] of [
    [ONE, 0o600],
    [TWO, 0o777],
  ] as const) {
    await writeFile(file, 'old')
    await chmod(file, mode)
    const target = fileTarget(file)
    await target.open(INFO, 1, layout)
    await target.write(0, Uint8Array.of(1), SIGNAL)
    await target.finish()
    assert.equal((await stat(file)).mode & 0o777, mode)
  }
})

test('a download of a single range that was stopped leaves nothing, and can go on', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const target = fileTarget(path.join(folder, 'file'))
  await target.open(INFO, 2, ONE)
  await target.write(0, Uint8Array.of(1), SIGNAL)
  await target.keep?.()
  assert.deepEqual(await readdir(folder), [])
  await target.write(0, Uint8Array.of(1, 2), SIGNAL)
  assert.deepEqual([...(await readFile(await target.finish()))], [1, 2])
})

test('a range that a loss of power took from the file is read as what is left of it', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const file = path.join(folder, 'file')
  await leaveHalf(file, 7n)
  await truncate(`${file}.bindery-part`, 1)
  const target = fileTarget(file)
  await target.open(INFO, 4, TWO)
  const read = []
  for await (const piece of target.read?.(0, 2) ?? []) read.push(...piece)
  assert.deepEqual(read, [1])
  await target.close({ discard: true })
})

test('a download that does not have the lock discards nothing of the one that has it', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const file = path.join(folder, 'file')
  await leaveHalf(file, 7n)
  const first = fileTarget(file)
  await first.open(INFO, 4, TWO)
  const refused = fileTarget(file)
  await assert.rejects(refused.open(INFO, 4, TWO), { code: 'TransferLocked' })
  for (const other of [refused, fileTarget(file)]) await other.close({ discard: true })
  const names = ['file.bindery-part', 'file.bindery-part.json', 'file.bindery-part.lock']
  assert.deepEqual((await readdir(folder)).sort(), names)
  await first.close({ discard: false })
  await fileTarget(file).close({ discard: true })
  assert.deepEqual(await readdir(folder), [])
})

test('a note whose bytes are gone is not believed, whether or not it has checksums', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const file = path.join(folder, 'file')
  for (const crc64 of [7n, undefined]) {
    await leaveHalf(file, crc64)
    await rm(`${file}.bindery-part`)
    const target = fileTarget(file)
    assert.deepEqual(await target.open(INFO, 4, TWO), [])
    await target.close({ discard: true })
  }
})

test('bytes that disappear while a download is paused are not taken for written ones', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const file = path.join(folder, 'file')
  const target = fileTarget(file)
  await target.open(INFO, 4, TWO)
  await target.write(0, Uint8Array.of(1, 2), SIGNAL)
  await target.written?.(0, 2, 7n)
  assert.equal(await target.keep?.(), true)
  await rm(`${file}.bindery-part`)
  await assert.rejects(target.write(2, Uint8Array.of(3, 4), SIGNAL), { code: 'FileError' })
  await target.close({ discard: true })
})

test('a download reports that a range had to go because there was no room for the note', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  const file = path.join(folder, 'file')
  const target = fileTarget(file)
  await target.open(INFO, 4, TWO)
  await target.write(0, Uint8Array.of(1, 2), SIGNAL)
  await target.written?.(0, 2, 7n) // noted: the next note is not due
  await target.written?.(2, 3, 7n)
  await mkdir(`${file}.bindery-part.json.${process.pid}.tmp`)
  assert.equal(await target.keep?.(), false)
  await target.close({ discard: true })
})

test('a target that is a folder, or has a longer name than the system permits, fails the download and leaves nothing', async (t) => {
  const folder = newFolder(t, 'bindery-target-')
  await mkdir(path.join(folder, 'taken'))
  const onto = fileTarget(path.join(folder, 'taken'))
  await onto.open(INFO, 1, ONE)
  await onto.write(0, Uint8Array.of(1), SIGNAL)
  await assert.rejects(onto.finish(), { code: 'FileError' })
  for (const layout of [ONE, TWO]) {
    const target = fileTarget(path.join(folder, 'n'.repeat(256)))
    await assert.rejects(target.open(INFO, 1, layout), { code: 'FileError' })
    await target.close({ discard: true })
  }
  assert.deepEqual(await readdir(folder), ['taken'])
})
