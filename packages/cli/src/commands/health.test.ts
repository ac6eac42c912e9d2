import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { bindery, start } from '../testing/support.js'

test('health finds the server of a folder or at an address, and fails without one', async (t) => {
  const folder = newFolder(t)
  assert.equal((await bindery('health', folder)).code, 3)
  const server = await start(t, folder)
  const ready = { code: 0, output: '{"status":"ok"}\n' }
  assert.deepEqual(await bindery('health', folder), ready)
  assert.deepEqual(await bindery('health', '--endpoint', `${server.endpoint}/`), ready)
  await server.stop()
  const silent = await bindery('health', '--endpoint', server.endpoint)
  assert.match(silent.output, /no answer from/)
  assert.equal(silent.code, 3)
})
