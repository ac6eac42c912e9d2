// The scripts of `bindery connect` for compiled languages and programs, run by a shell exactly as they are printed, in an empty
// folder.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { guideBlocks } from '../support/guide-blocks.mjs'
import { ENVIRONMENT, HELLO, PROGRAMS, runScript, startFor } from './connect/run.mjs'
import { openPlace, runShell } from './guides/place.mjs'

let server
before(async () => {
  mkdirSync(PROGRAMS, { recursive: true })
  const build = ['build', '-o', path.join(PROGRAMS, 'ossutil'), 'github.com/aliyun/ossutil']
  const cwd = new URL('connect', import.meta.url)
  execFileSync('go', build, { cwd, env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'inherit'] })
  server = await startFor(['curl'])
})
after(() => server?.stop())

test('the first steps with ossutil that the guide prints work', async (t) => {
  const [{ code }, ...others] = guideBlocks('ossutil')
  assert.deepEqual(others, [])
  const place = openPlace(t)
  writeFileSync(path.join(place.cwd, 'big.iso'), randomBytes(3_000_000))
  const variables = { OSS_ACCESS_KEY_ID: server.accessKeyId, OSS_ACCESS_KEY_SECRET: server.accessKeySecret }
  const local = code.replace('http://127.0.0.1:9000', server.endpoint)
  const output = await runShell({ ...place, path: PROGRAMS }, local, variables)
  assert.match(output, /Object Number is: 1/)
  assert.deepEqual(readFileSync(path.join(place.cwd, 'copy.iso')), readFileSync(path.join(place.cwd, 'big.iso')))
})

for (const client of ['curl', 'aws', 'rclone', 'ossutil', 'go', 'go-v2', 'java', 'java-v2']) {
  test(`${client}: the printed script stores an object and reads it back`, async (t) => {
    assert.equal((await runScript(t, server, client)).trim(), HELLO)
  })
}
