import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes, utf8Text } from '@bindery/bytes'
import { integer, orEmpty, text } from './codec.js'
import { failureOf } from './testing/exchange.js'
import { parsePlainXml } from './testing/plain-xml.js'
import { element, escapeXml, group, list, maybe, optionalElement, readXml, xml, xmlText } from './xml.js'

const sample = xml(
  'Sample',
  {
    encodingType: optionalElement('EncodingType', text),
    key: element('Key', text, { url: true }),
    size: optionalElement('Size', integer(0, 9)),
    next: element('Next', orEmpty(integer(0, 9))),
    owner: group('Owner', { id: element('ID', text) }),
    items: list('Item', { name: element('Name', text, { url: true }), maker: maybe('Maker', group('Maker', {})) }),
  },
  { malformed: 'malformedCompleteXml' },
)
const VALUE = { key: 'a/ü', next: undefined, owner: { id: '<1>' }, items: [{ name: 'x' }, { name: 'y', maker: {} }] }
const DOCUMENT =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Sample><Key>a/ü</Key><Next></Next><Owner><ID>&lt;1&gt;</ID></Owner>' +
  '<Item><Name>x</Name></Item><Item><Name>y</Name><Maker></Maker></Item></Sample>'

const write = (value: Parameters<typeof sample.encode>[0]) => utf8Text(sample.encode(value))
const read = (document: string) => sample.decode(parsePlainXml, utf8Bytes(document))

test('a document is written in the order of its declaration, and read back', () => {
  assert.equal(write(VALUE), DOCUMENT)
  const value = read(DOCUMENT)
  assert.equal(value.key, 'a/ü')
  assert.equal(value.size, undefined)
  assert.equal(value.next, undefined)
  assert.equal(value.owner.id, '<1>')
  assert.deepEqual(
    value.items.map(({ name, maker }) => [name, maker !== undefined]),
    [
      ['x', false],
      ['y', true],
    ],
  )
})

test('names are percent-encoded if requested, other text is not', () => {
  const encoded = write({ ...VALUE, encodingType: 'url', size: 3 })
  assert.ok(encoded?.includes('<EncodingType>url</EncodingType><Key>a%2F%C3%BC</Key><Size>3</Size>'))
  assert.ok(encoded?.includes('<ID>&lt;1&gt;</ID>'))
})

test('elements may come in any order, with namespaces and other elements between', () => {
  const value = read('<Sample xmlns="u"><Other/><Owner><ID>i</ID></Owner>\n<n:Next>4</n:Next><Key>k</Key></Sample>')
  assert.equal(value.next, 4)
  assert.equal(value.key, 'k')
  assert.deepEqual(value.items, [])
})

test('an invalid document has the cause of its document', () => {
  for (const document of ['', 'text', '<Sample>', '<Other/>', '<Sample/>', '<Sample><Key>a</Key></Sample>']) {
    assert.equal(failureOf(() => read(document))[0], 'malformedCompleteXml', document)
  }
  assert.equal(failureOf(() => read(DOCUMENT.replace('<Next>', '<Next>x')))[0], 'invalidArgument')
  assert.equal(failureOf(() => xmlText('A').decode(parsePlainXml, utf8Bytes('')))[0], 'malformedXml')
})

test('depth and number of elements are bounded', () => {
  const nested = (depth: number) => utf8Bytes(`${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`)
  assert.equal(readXml(parsePlainXml, nested(16)).name, 'a')
  assert.equal(failureOf(() => readXml(parsePlainXml, nested(17)))[0], 'malformedXml')
  const wide = (count: number) => utf8Bytes(`<a>${'<b/>'.repeat(count)}</a>`)
  assert.equal(readXml(parsePlainXml, wide(99_999)).children.length, 99_999)
  assert.equal(failureOf(() => readXml(parsePlainXml, wide(100_000)))[0], 'malformedXml')
})

test('any key survives in text, with control characters as references', () => {
  assert.equal(escapeXml('a&b<c>"d"\'\u0001\t\n\r\u001f'), 'a&amp;b&lt;c&gt;"d"\'&#x1;\t\n&#xD;&#x1F;')
  const document = utf8Text(xmlText('Key').encode('\u0001&]]>\r')) ?? ''
  assert.equal(xmlText('Key').decode(parsePlainXml, utf8Bytes(document)), '\u0001&]]>\r')
})

test('the reference pages name each element by its path', () => {
  assert.deepEqual(sample.docLines(), [
    'Sample/[EncodingType: text]',
    'Sample/Key: text',
    'Sample/[Size: integer 0–9]',
    'Sample/Next: integer 0–9',
    'Sample/Owner/ID: text',
    'Sample/Item[]/Name: text',
  ])
})
