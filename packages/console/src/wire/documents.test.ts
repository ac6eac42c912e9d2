import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DOCUMENTS } from './document-kinds.js'
import { faultOf, indented } from './documents.js'

test('every sample is well-formed, and is shown as it is written', () => {
  for (const { name, format, sample } of DOCUMENTS) {
    assert.equal(faultOf(sample, format), undefined, name)
    assert.equal(indented(sample, format), sample, name)
  }
})

test('a document without line breaks is shown with one element per line', () => {
  const text = '<?xml version="1.0"?><A><B>1</B><C><D></D></C><E/></A>'
  assert.equal(indented(text, 'xml'), '<A>\n  <B>1</B>\n  <C>\n    <D></D>\n  </C>\n  <E/>\n</A>')
})

test('text that is not well-formed is reported and left alone', () => {
  assert.match(faultOf('<A><B></A>', 'xml') ?? '', /unexpected/)
  assert.notEqual(faultOf('{', 'json'), undefined)
  assert.equal(indented('<A><B></A>', 'xml'), '<A><B></A>')
})
