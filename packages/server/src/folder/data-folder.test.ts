import assert from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { openDataFolder } from './data-folder.js'
import { keptRootKey } from './root-key.js'

test('a missing folder is created, readable only by its owner, with its format', async (t) => {
  const path = join(newFolder(t), 'a', 'data')
  const first = await openDataFolder(path)
  assert.equal(first.isNew, true)
  assert.equal((await stat(path)).mode & 0o777, 0o700)
  assert.deepEqual(JSON.parse(await readFile(join(path, 'format.json'), 'utf8')), { format: 1, layout: 2 })
  await first.lock.release()
  const second = await openDataFolder(path)
  assert.equal(second.isNew, false)
  await second.lock.release()
})

test('a folder of a newer format is refused and left unchanged', async (t) => {
  const folder = newFolder(t)
  await writeFile(join(folder, 'format.json'), '{"format":2,"more":true}')
  await assert.rejects(openDataFolder(folder), { kind: 'formatNewer', details: { folder, format: 2, supported: 1 } })
  assert.equal(await readFile(join(folder, 'format.json'), 'utf8'), '{"format":2,"more":true}')
})

test('a folder of another layout of the format is refused and left unchanged', async (t) => {
  const folder = newFolder(t)
  for (const [text, layout] of [
    ['{"format":1}', 1],
    ['{"format":1,"layout":3}', 3],
  ] as const) {
    await writeFile(join(folder, 'format.json'), text)
    await assert.rejects(openDataFolder(folder), { kind: 'layoutOther', details: { folder, layout, supported: 2 } })
    assert.deepEqual(await readdir(folder), ['format.json'])
  }
})

test('an unreadable format file does not make a folder a new one', async (t) => {
  const folder = newFolder(t)
  for (const text of ['', '{', '{"format":"1"}', '{"format":0}', '{"format":1,"layout":0}']) {
    await writeFile(join(folder, 'format.json'), text)
    await assert.rejects(openDataFolder(folder), { kind: 'fileDamaged' })
  }
})

test('a folder with files of another program is refused, and nothing is written to it', async (t) => {
  const folder = newFolder(t)
  await writeFile(join(folder, 'thesis.tex'), '')
  await assert.rejects(openDataFolder(folder), { kind: 'folderForeign', details: { folder } })
  await assert.rejects(stat(join(folder, 'lock')), { code: 'ENOENT' })
})

test('a file in place of the folder is reported', async (t) => {
  const file = join(newFolder(t), 'file')
  await writeFile(file, '')
  await assert.rejects(openDataFolder(file), { kind: 'notAFolder' })
})

test('a root key is generated once, readable only by its owner, and found again', async (t) => {
  const folder = newFolder(t)
  const first = await keptRootKey(folder)
  assert.equal(first.isNew, true)
  assert.match(first.accessKeyId, /^BK[A-Z2-7]{18}$/)
  assert.match(first.accessKeySecret, /^[A-Za-z0-9]{30}$/)
  assert.equal((await stat(join(folder, 'keys.json'))).mode & 0o777, 0o600)
  assert.deepEqual(await keptRootKey(folder), { ...first, isNew: false })
})

test('a damaged key file is reported, not replaced', async (t) => {
  const folder = newFolder(t)
  for (const text of ['', '{"version":1,"accessKeyId":"a"}', '{"version":1,"accessKeyId":"a","accessKeySecret":""}']) {
    await writeFile(join(folder, 'keys.json'), text)
    await assert.rejects(keptRootKey(folder), { kind: 'fileDamaged' })
  }
})
