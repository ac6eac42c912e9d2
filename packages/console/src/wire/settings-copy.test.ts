import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partsOf, settingsIn, settingsText } from './settings-copy.js'

const SETTINGS = { acl: 'private', documents: { cors: '<CORSConfiguration/>', policy: '{}' } } as const

test('settings are read from the file that was saved, with the parts that they have', () => {
  const found = settingsIn(settingsText('demo', SETTINGS))
  assert.deepEqual(found, { bucket: 'demo', ...SETTINGS })
  assert.deepEqual(partsOf(SETTINGS), ['acl', 'cors', 'policy'])
})

test('documents that are not known, and files of another kind, are left out', () => {
  const text = JSON.stringify({ bucket: 'demo', acl: 'private', documents: { cors: 'x', other: 'y', policy: 3 } })
  assert.deepEqual(settingsIn(text)?.documents, { cors: 'x' })
  for (const other of ['', '[]', '{"bucket":"demo"}', '{"acl":1,"documents":{},"bucket":"b"}', 'null']) {
    assert.equal(settingsIn(other), undefined, other)
  }
})
