import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { COMMAND } from '../testing/support.js'

/** Breaks the server that would listen; what else is made of `createServer` has no such setting. */
const BREAK = `
const http = require('node:http')
const { createServer } = http
http.createServer = (settings, ...more) => {
  if (settings?.requestTimeout !== undefined) throw new Error('broken by a test')
  return createServer(settings, ...more)
}
require('node:module').syncBuiltinESMExports()
`

test('a start that fails by a bug ends with exit code 70, although the stores are open', async (t) => {
  const folder = newFolder(t)
  const file = join(newFolder(t), 'break.cjs')
  await writeFile(file, BREAK)
  const args = [COMMAND, 'serve', folder, '--port', '0', '--workers', '1']
  const env = { ...process.env, BINDERY_LANG: 'en', NODE_OPTIONS: `--require ${file}` }
  const [code, output] = await new Promise<[unknown, string]>((resolve) => {
    execFile(process.execPath, args, { env }, (error, _, stderr) => resolve([error?.code ?? 0, stderr]))
  })
  assert.equal(code, 70, output)
  assert.match(output, /this is a bug in Bindery(.|\n)*broken by a test/)
  assert.deepEqual(readdirSync(join(folder, 'lock')), [])
})
