import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { xmlElement } from './xml.js'

test('members, items and values have elements, and names that XML does not take are entries', () => {
  assert.equal(
    xmlElement({ key: 'a & <b>', size: 12, tags: { 'x y': true, none: null }, list: [1, { deep: [] }] }),
    '<result><key>a &amp; &lt;b&gt;</key><size>12</size>' +
      '<tags><entry><name>x y</name><value>true</value></entry><none nil="true"/></tags>' +
      '<list><item>1</item><item><deep></deep></item></list></result>\n',
  )
  assert.equal(xmlElement('yes'), '<result>yes</result>\n')
  assert.equal(
    xmlElement([1n], (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    '<result><item>1</item></result>\n',
  )
})

test('a text that XML cannot hold is encoded like a URL, and a result is one line', () => {
  assert.equal(
    xmlElement({ a: '\u0001 ü', b: '\u{1f600}\r\n' }),
    '<result><a encoding="url">%01%20%C3%BC</a><b>\u{1f600}&#13;&#10;</b></result>\n',
  )
})

test('another reader finds the same texts', () => {
  const texts = [
    'plain',
    ' a\tb ',
    '中文 ü \u{1f600}',
    '\r\n\u0085\u2028',
    ']]> &amp; "\'',
    '',
    '\u0000\u001f%',
    '\ufffe',
  ]
  const program = `import json, sys, urllib.parse, xml.etree.ElementTree as tree
def text(one): return urllib.parse.unquote(one.text) if one.get('encoding') == 'url' else one.text or ''
print(json.dumps([text(one) for one in tree.fromstring(sys.stdin.buffer.read())]))`
  const input = xmlElement(texts)
  assert.equal(input.split('\n').length, 2)
  assert.deepEqual(JSON.parse(execFileSync('python3', ['-c', program], { input, encoding: 'utf8' })), texts)
})
