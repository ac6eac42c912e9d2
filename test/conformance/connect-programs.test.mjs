// The scripts of `bindery connect` for compiled languages and programs, run by a shell exactly as they are printed, in an empty
// folder.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { ENVIRONMENT, HELLO, PROGRAMS, runScript, startFor } from './connect/run.mjs'

let server
before(async () => {
  mkdirSync(PROGRAMS, { recursive: true })
  const build = ['build', '-o', path.join(PROGRAMS, 'ossutil'), 'github.com/aliyun/ossutil']
  const cwd = new URL('connect', import.meta.url)
  execFileSync('go', build, { cwd, env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'inherit'] })
  server = await startFor(['curl'])
})
after(() => server?.stop())

for (const client of ['curl', 'aws', 'rclone', 'ossutil', 'go', 'go-v2', 'java', 'java-v2']) {
  test(`${client}: the printed script stores an object and reads it back`, async (t) => {
    assert.equal((await runScript(t, server, client)).trim(), HELLO)
  })
}
