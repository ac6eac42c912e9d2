import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '@bindery/bytes'
import { readXml } from '@bindery/protocol'
import { parserOf, parseXml } from './xml-parser.js'

const read = (document: string) => readXml(parseXml, utf8Bytes(document))

test('elements come with their text, without namespace prefixes', () => {
  const root = read('<?xml version="1.0"?>\n<o:Delete xmlns:o="x"><Quiet>true</Quiet><Object/></o:Delete>')
  assert.equal(root.name, 'Delete')
  assert.deepEqual(
    root.children.map(({ name, text }) => [name, text]),
    [
      ['Quiet', 'true'],
      ['Object', ''],
    ],
  )
})

test('named and numeric references and CDATA are text', () => {
  assert.equal(read('<E>&quot;a&#34;&amp;<![CDATA[<b>]]></E>').text, '"a"&<b>')
})

test('white space may precede the declaration', () => {
  for (const before of ['', '\n', ' \t\r\n', '\ufeff', '\ufeff\n']) {
    assert.equal(read(`${before}<?xml version="1.0" encoding="UTF-8"?>\n<E>a</E>`).text, 'a', JSON.stringify(before))
  }
})

test('control characters survive, raw and as references', () => {
  assert.equal(read('<K>a\u0001b&#x1;&#13;c\u0085\u2028</K>').text, 'a\u0001b\u0001\rc\u0085\u2028')
})

test('what is not well-formed, not UTF-8 or has a document type is malformed', () => {
  for (const document of ['', '  ', 'garbage', '<A>', '<A></B>', '<A/><B/>', '<A>&undefined;</A>', '<A>&#0;</A>']) {
    assert.throws(() => read(document), { reason: 'malformedXml' }, document)
  }
  assert.throws(() => read('<!DOCTYPE A [<!ENTITY e "x">]><A>x</A>'), { reason: 'malformedXml' })
  assert.throws(() => readXml(parseXml, new Uint8Array([0x3c, 0x41, 0xff])), { reason: 'malformedXml' })
})

test('a long document is read in turns, between which others run, and is the same', async () => {
  const key = `&#x41;\u0001é😀&amp;\r\n`.repeat(40)
  const text = `<Delete>${`<Object><Key>${key}</Key></Object>`.repeat(900)}</Delete>`
  for (const [document, isSound] of [
    [text, true],
    [text.slice(0, -1), false],
    [text.replace('</Key>', '</Kex>'), false],
    [`<A>${'<b/>'.repeat(400_000)}</A>`, false],
  ] as const) {
    const bytes = utf8Bytes(document)
    let turns = 0
    const parser = await parserOf(bytes, async () => {
      turns += 1
    })
    if (isSound) {
      assert.deepEqual(readXml(parser, bytes), readXml(parseXml, bytes))
      assert.ok(turns > 10, `${turns} turns`)
    } else assert.throws(() => readXml(parser, bytes), { reason: 'malformedXml' })
  }
})
