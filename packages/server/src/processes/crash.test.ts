import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'

/** Has LMDB begin to write, waits until its thread needs this one, and lets an error go uncaught. */
const CRASHING = `
import { openLocalMetadataStore } from '${import.meta.resolve('@bindery/storage-local')}'
import { createLog } from '${import.meta.resolve('../log.js')}'
import { endOnCrash } from '${import.meta.resolve('./crash.js')}'
endOnCrash(createLog('info', { readable: false }))
const store = await openLocalMetadataStore({ folder: process.argv[1] })
for (const byte of [1, 2]) {
  store.transact(async (tx) => tx.set(Uint8Array.of(byte), Uint8Array.of(byte)))
  await null
}
setImmediate(() => {
  const end = performance.now() + 300
  while (performance.now() < end);
  throw new Error('not caught')
})
`

test('a process ends after an error that was not caught, also while the metadata file is being written', async (t) => {
  const folder = newFolder(t, 'bindery-crash-')
  const child = spawn(process.execPath, ['--input-type=module', '-e', CRASHING, folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log += text
  })
  assert.deepEqual(await once(child, 'close'), [null, 'SIGKILL'])
  assert.match(log, /not caught/)
})
