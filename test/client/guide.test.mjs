// The code of the guide to the client library, run as it is printed.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startServer } from '@bindery/testing'
import { atEnd } from '../support/at-end.mjs'
import { guideBlocks } from '../support/guide-blocks.mjs'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

test('the programs of the guide to the client library run', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'bindery-client-guide-'))
  const server = await startServer({ buckets: ['demo'] })
  atEnd(t, async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })
  mkdirSync(path.join(folder, 'state'))
  symlinkSync(modules, path.join(folder, 'node_modules'))
  writeFileSync(path.join(folder, 'big.iso'), Buffer.alloc(9_000_000, 'iso'))
  const code = guideBlocks('client').map((block) => block.code)
  writeFileSync(path.join(folder, 'guide.mjs'), `${code.join('\n')}\nclient.close()\ns3.close()\noss.close()\n`)
  const env = { ...process.env, ...server.env(), XDG_STATE_HOME: path.join(folder, 'state') }
  const child = spawn(process.execPath, ['guide.mjs'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  const [status] = await once(child, 'close')
  assert.equal(status, 0, errors)
  const stored = server.log.requests({ op: 'CompleteMultipartUpload', key: 'images/big.iso', status: 200 })
  assert.equal(stored.length, 3)
})
