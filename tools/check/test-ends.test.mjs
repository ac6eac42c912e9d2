import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../test/support/at-end.mjs'
import { readSources } from './sources.mjs'
import { checkTestEnds } from './test-ends.mjs'

test('what a test opens may not be left to the hooks of its context', (t) => {
  const folder = newFolder(t)
  mkdirSync(path.join(folder, 'test'))
  const text =
    "test('a', (t) => {\n  t.after(close)\n  t?.after(close)\n  atEnd(t, close)\n})\nafter(close)\ntest.after(close)\n"
  writeFileSync(path.join(folder, 'test/a.test.mjs'), text)
  assert.deepEqual(
    checkTestEnds(readSources(folder)).map((fault) => fault.split(':')[1]),
    ['2', '3', '7'],
  )
})
