import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadNative } from '@bindery/digest'
import { onTmpfs } from '../../../../test/support/tmpfs.mjs'
import { DIRECT_BYTES_MIN } from './direct-files.js'
import { systemFiles } from './files.js'
import { MIB, scrambled, temporaryFolder } from './testing.js'

const native = loadNative()

/** A new file, if files of the temporary folder can be written directly. */
async function newFile(t: TestContext): Promise<{ path: string; file: number } | undefined> {
  const path = join(await temporaryFolder(t), 'file')
  const file = await systemFiles.create(path)
  const direct = native?.openDirect(file)
  if (direct === undefined) {
    await systemFiles.close(file)
    t.skip('files cannot be written directly here')
    return undefined
  }
  await systemFiles.close(direct)
  return { path, file }
}

/** Whether the first page of a file is in the page cache. */
async function isCached(path: string): Promise<boolean> {
  const file = await systemFiles.open(path)
  try {
    return systemFiles.readCached(file, Buffer.alloc(4096), 0)
  } finally {
    await systemFiles.close(file)
  }
}

test('large pieces bypass the page cache, and small ones stay in it', { skip: onTmpfs }, async (t) => {
  for (const [bytes, stays] of [
    [MIB, false],
    [DIRECT_BYTES_MIN - 1, true],
  ] as const) {
    const created = await newFile(t)
    if (created === undefined) return
    const { path, file } = created
    await systemFiles.write(file, [Buffer.alloc(100, 1), scrambled(bytes)], 0)
    await systemFiles.syncData(file)
    await systemFiles.close(file)
    assert.equal(await isCached(path), stays, `${bytes} bytes`)
    assert.deepEqual(await readFile(path), Buffer.concat([Buffer.alloc(100, 1), scrambled(bytes)]))
  }
})

test('what begins within a page goes through the page cache, next to what does not', async (t) => {
  const created = await newFile(t)
  if (created === undefined) return
  const { path, file } = created
  const bytes = scrambled(MIB)
  await systemFiles.write(file, [bytes], 4096)
  await systemFiles.write(file, [bytes], 4096 + MIB + 10)
  await systemFiles.write(file, [bytes.subarray(0, 10)], 4096 + MIB)
  await systemFiles.syncData(file)
  await systemFiles.close(file)
  assert.deepEqual(await readFile(path), Buffer.concat([Buffer.alloc(4096), bytes, bytes.subarray(0, 10), bytes]))
})

test('closing a file closes its descriptor for direct writes', { skip: process.platform !== 'linux' }, async (t) => {
  const created = await newFile(t)
  if (created === undefined) return
  const before = (await readdir('/proc/self/fd')).length
  await systemFiles.write(created.file, [scrambled(MIB)], 0)
  assert.equal((await readdir('/proc/self/fd')).length, before + 1)
  await systemFiles.close(created.file)
  assert.equal((await readdir('/proc/self/fd')).length, before - 1)
})
