import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServerError } from './server-error.js'
import { isWithheld, partsOf, settingsIn, settingsText } from './settings-copy.js'

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

test('only a setting that may not be read, or that the server lacks, is left out of a copy', () => {
  const answered = (status: number) => new ServerError({ status, code: 'Any', message: '' })
  assert.deepEqual([403, 404, 501].map(answered).filter(isWithheld).length, 3)
  for (const error of [answered(0), answered(500), answered(503), new TypeError('aborted')])
    assert.ok(!isWithheld(error))
})
