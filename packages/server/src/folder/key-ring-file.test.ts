import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatKeyRing, masterKeyOf } from '@bindery/encryption'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { CHECK_MS, keptKeyRing, keyRingReader } from './key-ring-file.js'

test('a changed ring is noticed, also if its file has the number of an earlier one', async (t) => {
  const folder = newFolder(t, 'bindery-key-ring-')
  const master = masterKeyOf(new Uint8Array(32).fill(1))
  const kept = await keptKeyRing(folder, master)
  const ring = keyRingReader(folder)
  assert.equal((await ring()).keys.length, 1)
  const file = join(folder, 'key-ring.json')
  const { ino } = await stat(file)
  const { ring: grown } = kept.with('a second key', { master, now: 0, random: randomBytes })
  await writeFile(file, formatKeyRing(grown))
  assert.equal((await stat(file)).ino, ino)
  await sleep(CHECK_MS)
  assert.equal((await ring()).keys.length, 2)
})
