import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { readMarker } from './backup-marker.js'
import { openDataFolder } from './data-folder.js'
import { keptRootKey } from './root-key.js'

test('a data folder of this layout of format 1 is opened, and its root key is read', async (t) => {
  const folder = newFolder(t)
  await writeFile(join(folder, 'format.json'), '{"format":1,"layout":2}\n')
  const key = { version: 1, accessKeyId: 'BKABCDEFGH', accessKeySecret: 'secret' }
  await writeFile(join(folder, 'keys.json'), JSON.stringify(key))
  await mkdir(join(folder, 'blobs'))
  const { isNew, lock } = await openDataFolder(folder)
  atEnd(t, () => lock.release())
  assert.equal(isNew, false)
  const { accessKeyId, accessKeySecret } = await keptRootKey(folder)
  assert.deepEqual([accessKeyId, accessKeySecret], ['BKABCDEFGH', 'secret'])
})

test('a new data folder contains exactly the files that its format page names', async (t) => {
  const folder = newFolder(t)
  const { lock } = await openDataFolder(folder)
  atEnd(t, () => lock.release())
  await keptRootKey(folder)
  const page = await readFile(new URL('../../../../docs/formats/data-folder.md', import.meta.url), 'utf8')
  const named = [...page.matchAll(/^\| `([\w.-]+)\/?` /gm)].map(([, name]) => name)
  assert.equal(await readFile(join(folder, 'format.json'), 'utf8'), '{"format":1,"layout":2}\n')
  for (const name of await readdir(folder)) assert.ok(named.includes(name), `${name} is on the page`)
})

test('the marker of a backup of version 1 is read', async (t) => {
  const folder = newFolder(t)
  const marker = { version: 1, state: 'finished', format: 1, layout: 2, begunAt: '2026-01-05T08:00:00.000Z' }
  await writeFile(join(folder, 'backup.json'), JSON.stringify(marker))
  assert.deepEqual(await readMarker(folder), marker)
})
