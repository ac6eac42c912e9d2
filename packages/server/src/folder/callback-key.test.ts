import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { CallbackKey } from '../callbacks/callback-key.js'
import { keptCallbackKey } from './callback-key.js'

test('a folder keeps one RSA key of 2048 bits, readable only by its owner', async (t) => {
  const folder = newFolder(t, 'bindery-key-')
  const file = join(folder, 'callback-key.pem')
  const key = await keptCallbackKey(folder)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.equal(await keptCallbackKey(folder), key)
  const publicKey = createPublicKey(await new CallbackKey(async () => key).publicPem())
  assert.deepEqual([publicKey.asymmetricKeyType, publicKey.asymmetricKeyDetails?.modulusLength], ['rsa', 2048])
  await writeFile(file, 'x')
  await assert.rejects(keptCallbackKey(folder), { kind: 'fileDamaged', details: { file } })
})
