import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../test/support/at-end.mjs'
import { checkUploadSize } from './upload-size.mjs'

test('the upload core is measured without what it loads later, and may not import Node.js', async (t) => {
  const place = newFolder(t, 'bindery-upload-size-')
  const entry = path.join(place, 'upload.js')
  writeFileSync(path.join(place, 'later.js'), `export const text = ${JSON.stringify('x'.repeat(100_000))}\n`)
  writeFileSync(entry, "import { open } from 'node:fs'\nexport const later = () => [open, import('./later.js')]\n")
  assert.deepEqual(await checkUploadSize(entry, 200), ['packages/client/src/upload.ts:1: pages cannot import node:fs'])
  writeFileSync(entry, `export const noise = ${JSON.stringify(Array.from({ length: 500 }, Math.random))}\n`)
  assert.match((await checkUploadSize(entry, 200)).join(), /a page loads \d+ bytes of it, compressed; the most is 200$/)
})
