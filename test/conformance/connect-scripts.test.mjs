// The scripts of `bindery connect` in JavaScript and Python, run by a shell exactly as they are printed, in an empty folder.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { snippets } from '../../packages/console/dist/connect/index.js'
import { atEnd } from '../support/at-end.mjs'
import { RUN, SCRIPTS } from './connect/clients.mjs'
import { HELLO, printed, runScript, startFor, startShell } from './connect/run.mjs'

let server
before(async () => {
  server = await startFor(['client', 'opendal', 'ossfs', 'duckdb'])
})
after(() => server?.stop())

test('the clients that are not marked as untested are those that the tests run, and at least twenty', () => {
  const tested = [...snippets('')].filter(([, { untested }]) => untested === undefined).map(([name]) => name)
  assert.deepEqual(tested.toSorted(), RUN.toSorted())
  assert.ok(RUN.length >= 20)
})

for (const client of SCRIPTS) {
  test(`${client}: the printed script stores an object and reads it back`, async (t) => {
    assert.equal((await runScript(t, server, client)).trim(), HELLO)
  })
}

test('browser: the printed page uploads and reads in a real browser', async (t) => {
  const child = startShell(t, printed(server, 'browser'))
  atEnd(t, () => process.kill(-child.pid, 'SIGKILL'))
  let url
  for await (const line of createInterface({ input: child.stdout })) {
    url = /^Open (\S+)$/.exec(line)?.[1]
    if (url !== undefined) break
  }
  assert.ok(url, 'the page server prints its address')
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=60000', '--dump-dom']
  const page = spawnSync('chromium', [...flags, url], { encoding: 'utf8' })
  assert.match(page.stdout, new RegExp(`<p id="result">${HELLO}</p>`), page.stderr)
})
