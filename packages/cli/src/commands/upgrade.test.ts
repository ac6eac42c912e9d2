import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { bindery, start } from '../testing/support.js'

test('a folder of this format is accepted, also while a server uses it, and nothing is changed', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  const used = await bindery('upgrade', folder, '--check')
  assert.equal(used.code, 0, used.output)
  assert.match(used.output, /reads and writes format 1, layout \d+\.\n.* starts on it as it is/)
  assert.match(used.output, /A server uses it now, at http/)
  await server.kill()
  const names = await readdir(folder)
  const { code, output } = await bindery('upgrade', folder, '--check', '--json')
  assert.equal(code, 0, output)
  const { accepted, kind, supported } = JSON.parse(output)
  assert.deepEqual([accepted, kind, supported.format], [true, 'data', 1])
  assert.deepEqual(await readdir(folder), names)
})

test('a folder of a newer format or another layout is refused with exit code 6, which names both numbers', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  await server.kill()
  const file = join(folder, 'format.json')
  const format = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...format, format: 9 }))
  const newer = await bindery('upgrade', folder, '--check')
  assert.equal(newer.code, 6)
  assert.match(newer.output, /written by a newer Bindery \(format 9; this version reads up to 1\)/)
  await writeFile(file, JSON.stringify({ ...format, layout: 1 }))
  const other = await bindery('upgrade', folder, '--check', '--json')
  assert.equal(other.code, 6)
  const { accepted, refusal, layout } = JSON.parse(other.output)
  assert.deepEqual([accepted, refusal, layout], [false, 'layoutOther', 1])
})

test('a missing folder is new, a backup is checked by its marker, and a foreign folder is an error', async (t) => {
  const folder = newFolder(t)
  const nothing = join(folder, 'nothing')
  assert.match((await bindery('upgrade', nothing, '--check')).output, /is empty or does not exist/)
  assert.deepEqual(await readdir(folder), [])
  const data = join(folder, 'data')
  const server = await start(t, data)
  const target = join(folder, 'backup')
  assert.equal((await bindery('backup', data, target)).code, 0)
  await server.kill()
  assert.match((await bindery('upgrade', target, '--check')).output, /is a finished backup of this format/)
  const marker = join(target, 'backup.json')
  await writeFile(marker, JSON.stringify({ ...JSON.parse(await readFile(marker, 'utf8')), state: 'unfinished' }))
  assert.equal((await bindery('upgrade', target, '--check')).code, 6)
  assert.equal((await bindery('upgrade', folder, '--check')).code, 3)
  const without = await bindery('upgrade', data)
  assert.equal(without.code, 1)
  assert.match(without.output, /upgrade needs --check/)
})
