import assert from 'node:assert/strict'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { masterKeysIn } from '../encryption/master-keys.js'
import { Failure } from '../failure.js'
import { keptMasterKeys } from './master-keys.js'

const keyOf = (byte: number) => Buffer.alloc(32, byte).toString('base64')
const idsOf = (text: string) => masterKeysIn(text).map(({ id }) => id)

test('a key is generated once, for its owner alone', async (t) => {
  const folder = newFolder(t)
  const keys = await keptMasterKeys(folder)
  assert.equal(await keptMasterKeys(folder), keys)
  assert.equal((await stat(join(folder, 'master-keys'))).mode & 0o777, 0o600)
})

test('keys from outside leave no file, and come before those of a file that exists', async (t) => {
  const folder = newFolder(t)
  const given = `${keyOf(1)},${keyOf(2)}`
  assert.deepEqual(idsOf(await keptMasterKeys(folder, given)), idsOf(given))
  assert.deepEqual(await readdir(folder), [])
  const before = await keptMasterKeys(folder)
  assert.deepEqual(idsOf(await keptMasterKeys(folder, given)), [...idsOf(given), ...idsOf(before)])
})

test('a text that is not a list of keys is refused and not shown, and a damaged file is never replaced', async (t) => {
  const folder = newFolder(t)
  for (const given of ['', 'secret', `${keyOf(1)},short`]) {
    await assert.rejects(
      keptMasterKeys(folder, given),
      (error) => error instanceof Failure && error.kind === 'masterKeysInvalid' && !String(error).includes('secret'),
    )
  }
  await writeFile(join(folder, 'master-keys'), 'damaged')
  await assert.rejects(
    keptMasterKeys(folder, keyOf(1)),
    (error) => error instanceof Failure && error.kind === 'fileDamaged',
  )
})
