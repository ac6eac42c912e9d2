import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '@bindery/bytes'
import type { ListedPart } from './listed-parts.js'
import { PlainElement, readPlainPartList } from './plain-part-list.js'

const ETAG = '302D3A0C8E319EAA95B059B346DE1D1D'
const PART = `<Part><PartNumber>1</PartNumber><ETag>"${ETAG}"</ETag></Part>`

function read(document: string): readonly ListedPart[] | undefined {
  const found = readPlainPartList(utf8Bytes(document))
  return found === undefined ? undefined : [...found.parts]
}
const list = (inner: string): string => `<CompleteMultipartUpload>${inner}</CompleteMultipartUpload>`

test('the heads that clients write are plain', () => {
  const heads = [
    '',
    '\ufeff',
    '<?xml version="1.0"?>',
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    "<?xml version='1.0' encoding='utf-8'?>\n",
    '\ufeff<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>\r\n\t ',
  ]
  for (const head of heads) assert.deepEqual(read(head + list(PART)), [{ partNumber: 1, etag: ETAG }], head)
  const spaced = list(PART).replace('<Comp', ' \n<Comp')
  assert.equal(read(spaced)?.length, 1)
  const named = list(PART).replace('d>', 'd xmlns="http://s3.amazonaws.com/doc/2006-03-01/">')
  assert.equal(read(`${named}\n `)?.length, 1)
})

test('number and ETag may be in either order, with white space between, and ETags as any client quotes them', () => {
  const etags = [`"${ETAG}"`, `&quot;${ETAG}&quot;`, `&#34;${ETAG}&#34;`, ETAG, ` "${ETAG}"\n`, `"${ETAG}&quot;`]
  for (const etag of etags) {
    for (const gap of ['', '\r\n  ']) {
      const [number, tag] = ['<PartNumber>0007</PartNumber>', `<ETag>${etag}</ETag>`]
      for (const inner of [
        [number, tag],
        [tag, number],
      ]) {
        const document = list(`${gap}<Part>${gap}${inner.join(gap)}${gap}</Part>${gap}`)
        assert.deepEqual(read(document), [{ partNumber: 7, etag: ETAG }], document)
      }
    }
  }
  assert.deepEqual(read(list('')), [])
  assert.deepEqual(read(list(PART.replace(`"${ETAG}"`, '""'))), [{ partNumber: 1, etag: '' }])
})

test('10,000 parts are plain, one more is not', () => {
  const parts = (count: number) =>
    list(Array.from({ length: count }, (_, index) => PART.replace('>1<', `>${(index % 10_000) + 1}<`)).join(''))
  const found = read(parts(10_000)) ?? []
  assert.deepEqual(
    found.map(({ partNumber }) => partNumber),
    Array.from({ length: 10_000 }, (_, index) => index + 1),
  )
  assert.equal(read(parts(10_001)), undefined)
  const shortest = '<Part><PartNumber>1</PartNumber><ETag></ETag></Part>'
  assert.equal(read(list(shortest.repeat(3)))?.length, 3)
})

test('any other form is left to the XML reader', () => {
  const others = [
    '',
    'garbage',
    '<!DOCTYPE a>',
    '<!-- a -->',
    `<Other>${PART}</Other>`,
    '<CompleteMultipartUpload/>',
    list('<Part/>'),
    list('text'),
    list(`<!-- a -->${PART}`),
    list(PART).slice(0, -1),
    `${list(PART)}x`,
    `<?xml version="1.1"?>${list(PART)}`,
    `<?xml version="1.0" encoding="GBK"?>${list(PART)}`,
    `<?xml version="1.0" encoding="UTF-8'?>${list(PART)}`,
  ]
  const changes: (readonly [from: string, to: string])[] = [
    ['<Part>', '<Part a="1">'],
    ['<Part>', '<Part><Size>1</Size>'],
    ['<Part>', '<Part><PartNumber>1</PartNumber>'],
    ['<Part>', '<Part>text'],
    ['</Part>', '</Part >'],
    ['</Part>', ''],
    ['<PartNumber>1</PartNumber>', ''],
    [`<ETag>"${ETAG}"</ETag>`, ''],
    ['>1<', '> 1<'],
    ['>1<', '><'],
    ['>1<', '>0<'],
    ['>1<', '>-1<'],
    ['>1<', '>10001<'],
    ['>1<', '>1e3<'],
    ['>1<', `>${'0'.repeat(15)}1<`],
    ['>1<', '>&#49;<'],
    ['>1<', '><![CDATA[1]]><'],
    [`"${ETAG}"`, `"${ETAG}`],
    [`"${ETAG}"`, `${ETAG}"`],
    [`"${ETAG}"`, `""${ETAG}""`],
    [`"${ETAG}"`, `" ${ETAG} "`],
    [`"${ETAG}"`, `&lt;${ETAG}`],
    [`"${ETAG}"`, `&e;${ETAG}`],
    [`"${ETAG}"`, `<![CDATA["${ETAG}"]]>`],
    [`"${ETAG}"`, `"${ETAG}<!-- a -->"`],
    [`"${ETAG}"`, `"${ETAG}ü"`],
    [`"${ETAG}"`, `"${ETAG}\0"`],
  ]
  for (const [from, to] of changes) others.push(list(PART.replace(from, to)))
  for (const document of others) assert.equal(read(document), undefined, document)
})

test('a truncated document is not plain', () => {
  const whole = `<?xml version="1.0" encoding="UTF-8"?>\n${list(PART + PART)}`
  for (let end = 0; end < whole.length; end += 1) assert.equal(read(whole.slice(0, end)), undefined)
  assert.equal(read(whole)?.length, 2)
})

const COLOURS = [
  new PlainElement('Red', (text) => (text.length === 4 ? `red ${text}` : undefined)),
  new PlainElement('Blue', (text) => `blue ${text}`),
]

function readColours(...parts: readonly string[]): readonly (string | undefined)[] | 'none' | undefined {
  const found = readPlainPartList(utf8Bytes(list(parts.map((part) => `<Part>${part}</Part>`).join(''))), COLOURS)
  return found === undefined ? undefined : (found.others ?? 'none')
}

test('a part may have one of the other elements, anywhere', () => {
  const [number, tag] = ['<PartNumber>1</PartNumber>', `<ETag>${ETAG}</ETag>`]
  assert.equal(readColours(number + tag), 'none')
  for (const part of [
    `<Red>a+/=</Red>${number}${tag}`,
    `${tag}<Red>a+/=</Red> ${number}`,
    `${number}${tag} <Red>a+/=</Red>`,
  ]) {
    assert.deepEqual(readColours(part, number + tag, part), ['red a+/=', undefined, 'red a+/='], part)
  }
  assert.deepEqual(readColours(`${number}${tag}<Blue></Blue>`), ['blue '])
})

test('two of the other elements, or one that its reader does not take, are left to the XML reader', () => {
  const part = `<PartNumber>1</PartNumber><ETag>${ETAG}</ETag>`
  for (const more of [
    '<Red>a+/=</Red><Red>a+/=</Red>',
    '<Red>a+/=</Red><Blue></Blue>',
    '<Red>a+/</Red>',
    '<Red>a+/= </Red>',
    '<Red>a+/=',
    '<Red/>',
    '<Green>a+/=</Green>',
    '<Blue>&#97;</Blue>',
  ]) {
    assert.equal(readColours(part + more), undefined, more)
  }
})
