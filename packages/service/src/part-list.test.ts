/** Parsing the list of a Complete, in all forms that a document may have. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBody, decodeHead, OssError, operations, parseQuery } from '@bindery/protocol'
import { type ByteSource, createRandom, type Random } from '@bindery/storage'
import { sourceOf } from './domain/testing.js'
import { BUCKET, call, complete, element, initiate, partList, startWithBucket, uploadPart } from './testing/index.js'
import { parseXml } from './xml-parser.js'

const LAST = 'hello oss'
const ETAG = '337B33C02F89493026843983FF272A30'
const { CompleteMultipartUpload } = operations
const INPUT = decodeHead(CompleteMultipartUpload, { query: parseQuery('uploadId=A'), headers: {} })

/** The parts of a document, or the cause of its refusal. */
function outcome(document: Uint8Array): unknown {
  try {
    return [...(decodeBody(CompleteMultipartUpload, parseXml, document, INPUT)?.parts ?? [])]
  } catch (error) {
    if (error instanceof OssError) return error.reason
    throw error
  }
}

const PIECES = [
  ...[
    '<',
    '>',
    '/',
    '"',
    '&',
    ';',
    '&quot;',
    '&#34;',
    '&#x22;',
    '&amp;',
    ' ',
    '\n',
    '-',
    '0',
    '1',
    'A',
    '\0',
    '\ufeff',
  ],
  ...['<Part>', '</Part>', '<PartNumber>', '</PartNumber>', '<ETag>', '</ETag>', '<Part/>', '<a/>', '<!-- a -->'],
  ...['<![CDATA[1]]>', '<?a?>', '<!DOCTYPE a>', '<?xml version="1.0"?>', ' xmlns="a"', ' a="1"', ']]>', 'ü', '\u0085'],
]

function spoilt(random: Random, document: string): string {
  let text = document
  for (let edits = random.below(4); edits > 0; edits -= 1) {
    const start = random.below(text.length + 1)
    const piece = PIECES[random.below(PIECES.length)] ?? ''
    text = text.slice(0, start) + piece + text.slice(start + random.below(3) * random.below(10))
  }
  return text
}

test('a document has the same meaning in the plain form and in any other', () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  const random = createRandom(seed)
  const quotes = ['"', '&quot;', '&#34;', '']
  let understood = 0
  for (let round = 0; round < 4_000; round += 1) {
    const quote = quotes[random.below(4)]
    const gap = random.below(2) === 0 ? '' : '\n '
    const parts = Array.from({ length: random.below(3) }, (_, index) => {
      return `<Part>${gap}<PartNumber>${index + 1}</PartNumber>${gap}<ETag>${quote}${ETAG}${quote}</ETag></Part>${gap}`
    })
    const text = spoilt(random, `<CompleteMultipartUpload>${gap}${parts.join('')}</CompleteMultipartUpload>`)
    const found = outcome(Buffer.from(text))
    if (typeof found === 'string') continue
    understood += 1
    // a comment after its end keeps the document valid, but not plain
    assert.deepEqual(outcome(Buffer.from(`${text}<!-- -->`)), found, `SEED=${seed}: ${JSON.stringify(text)}`)
  }
  assert.ok(understood > 400, `SEED=${seed}: ${understood}`)
})

const WAYS: readonly (readonly [name: string, write: (list: string) => string | Uint8Array])[] = [
  ['unchanged', (list) => list],
  ['with a byte order mark', (list) => `\ufeff${list}`],
  ['with comments', (list) => list.replaceAll('<', '<!-- a --><').slice('<!-- a -->'.length)],
  ['with CDATA', (list) => list.replace(`"${ETAG}"`, `<![CDATA["${ETAG}"]]>`).replace('>1<', '><![CDATA[1]]><')],
  ['with references', (list) => list.replace(`"${ETAG}"`, `&#x22;${ETAG}&#x22;`).replace('>1<', '>&#49;<')],
  ['with prefixes', (list) => list.replace(/<(\/?)(\w)/g, '<$1o:$2').replace('Upload>', 'Upload xmlns:o="u">')],
  ['with a wrong encoding declaration', (list) => `<?xml version="1.0" encoding="GBK"?>${list}`],
  ['with attributes and more elements', (list) => list.replace('<Part>', '<Part id="1"><Size>9</Size>')],
]

test('a list completes its upload in all forms of XML, in pieces of any size', async () => {
  const started = await startWithBucket()
  for (const [name, write] of WAYS) {
    for (const step of [1, 7, 1_000]) {
      const uploadId = await initiate(started, 'k')
      await uploadPart(started, 'k', uploadId, 1, LAST)
      const bytes = Buffer.from(write(partList([[1, `"${ETAG}"`]]).replaceAll('&quot;', '"')))
      const body = inSteps(bytes, step)
      const done = await call(started, { method: 'POST', bucket: BUCKET, key: 'k', query: { uploadId }, body })
      assert.deepEqual([done.status, done.headers.etag], [200, '"4ABAABC2FA8F1EC1E82222AFE5B43BA1-1"'], name)
    }
  }
})

function inSteps(bytes: Uint8Array, step: number): ByteSource {
  const source = sourceOf(bytes)
  return { ...source, size: bytes.length, read: (buffer) => source.read(buffer.subarray(0, step)) }
}

const REFUSALS: readonly (readonly [code: string, document: string | Uint8Array])[] = [
  ['MalformedXML', ' '],
  ['MalformedXML', 'garbage'],
  ['MalformedXML', '<Other></Other>'],
  ['MalformedXML', '<CompleteMultipartUpload><Part></Part></CompleteMultipartUpload>'],
  ['MalformedXML', partList([[1, ETAG]]).slice(0, -1)],
  ['MalformedXML', `${partList([[1, ETAG]])}<a/>`],
  ['MalformedXML', partList([[1, ETAG]]).replace('<ETag>', '<ETag a="1" a="2">')],
  ['MalformedXML', partList([[1, '&e;']]).replace('&amp;', '&')],
  ['MalformedXML', `<!DOCTYPE a [<!ENTITY e "${ETAG}">]>${partList([[1, ETAG]])}`],
  ['MalformedXML', `${'<CompleteMultipartUpload>'.repeat(17)}${'</CompleteMultipartUpload>'.repeat(17)}`],
  ['MalformedXML', Buffer.from(partList([[1, ETAG]]), 'utf16le')],
  ['MalformedXML', Buffer.concat([Buffer.from(partList([[1, ETAG]])), Buffer.from([0xff])])],
  ['MalformedXML', `<CompleteMultipartUpload>${'<a/>'.repeat(100_000)}</CompleteMultipartUpload>`],
  ['InvalidArgument', partList([[0, ETAG]])],
  [
    'InvalidArgument',
    partList([
      [1, ETAG],
      [10_001, ETAG],
    ]),
  ],
  ['InvalidArgument', partList([[1, ETAG]]).replace('>1<', '> 1<')],
  [
    'InvalidPartOrder',
    partList([
      [1, ETAG],
      [1, ETAG],
    ]),
  ],
  [
    'InvalidPartOrder',
    partList([
      [2, 'other'],
      [1, ETAG],
    ]),
  ],
  ['InvalidPartOrder', partList(Array.from({ length: 10_001 }, (_, index) => [Math.min(index + 1, 10_000), ETAG]))],
  ['InvalidPart', partList([[2, ETAG]])],
  ['InvalidPart', partList([[1, '']])],
  ['InvalidPart', partList([[1, `${ETAG}A`]])],
  ['InvalidPart', partList([[1, `"${ETAG}`]])],
  ['InvalidPart', partList([[1, 'ß']])],
]

test('each refused list has its cause, and the upload stays open', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  await uploadPart(started, 'k', uploadId, 1, LAST)
  for (const [code, document] of REFUSALS) {
    const body = typeof document === 'string' ? document : new Uint8Array(document)
    const refused = await call(started, { method: 'POST', bucket: BUCKET, key: 'k', query: { uploadId }, body })
    const excerpt = String(document).slice(0, 300)
    assert.deepEqual([refused.status, element(refused.text, 'Code')], [400, code], excerpt)
  }
  assert.equal((await complete(started, 'k', uploadId, [[1, ETAG]])).status, 200)
})
