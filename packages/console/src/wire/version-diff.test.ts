import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differencesOf } from './version-diff.js'

test('facts that were added, removed and changed differ, and no others', () => {
  const older = new Map([
    ['etag', 'a'],
    ['content-type', 'text/plain'],
    ['tag stage', 'draft'],
  ])
  const newer = new Map([
    ['etag', 'b'],
    ['content-type', 'text/plain'],
    ['x-oss-meta-by', 'alice'],
  ])
  assert.deepEqual(differencesOf(older, newer), [
    { name: 'etag', older: 'a', newer: 'b' },
    { name: 'tag stage', older: 'draft', newer: '' },
    { name: 'x-oss-meta-by', older: '', newer: 'alice' },
  ])
})
