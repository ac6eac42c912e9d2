import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { BUCKET, element, type StartedService, s3, startWithBucket } from './testing/index.js'

const ROWS = 'name,age,city\nkim,41,Oslo\nlee,7,"New York, NY"\nmax,19,\n'

const CSV = { input: '<CSV><FileHeaderInfo>USE</FileHeaderInfo></CSV>', output: '<CSV/>' }
const LINES = { input: '<JSON><Type>LINES</Type></JSON>', output: '<JSON/>' }

function select(started: StartedService, sql: string, { input, output, more = '' } = { ...CSV, more: '' }) {
  const expression = sql.replaceAll('<', '&lt;')
  const body = `<SelectObjectContentRequest xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Expression>${expression}</Expression><ExpressionType>SQL</ExpressionType>${more}<InputSerialization>${input}</InputSerialization><OutputSerialization>${output}</OutputSerialization></SelectObjectContentRequest>`
  return s3(started, { method: 'POST', bucket: BUCKET, key: 'k', query: 'select&select-type=2', body })
}

interface Message {
  readonly headers: Record<string, string>
  readonly payload: string
}

const CRC_TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value >>> 0
})
const crc = (bytes: Uint8Array) =>
  (bytes.reduce((value, byte) => (CRC_TABLE[(value ^ byte) & 255] ?? 0) ^ (value >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0

/** The messages of a stream, each with its checksums compared. */
function messagesOf(bytes: Uint8Array): Message[] {
  const buffer = Buffer.from(bytes)
  const found: Message[] = []
  for (let at = 0; at < buffer.length; ) {
    const [length, headerBytes] = [buffer.readUInt32BE(at), buffer.readUInt32BE(at + 4)]
    assert.equal(buffer.readUInt32BE(at + 8), crc(buffer.subarray(at, at + 8)))
    assert.equal(buffer.readUInt32BE(at + length - 4), crc(buffer.subarray(at, at + length - 4)))
    const headers: Record<string, string> = {}
    for (let header = at + 12; header < at + 12 + headerBytes; ) {
      const name = buffer.toString('utf8', header + 1, header + 1 + (buffer[header] ?? 0))
      const start = header + 1 + name.length
      assert.equal(buffer[start], 7)
      const size = buffer.readUInt16BE(start + 1)
      headers[name] = buffer.toString('utf8', start + 3, start + 3 + size)
      header = start + 3 + size
    }
    found.push({ headers, payload: buffer.toString('utf8', at + 12 + headerBytes, at + length - 4) })
    at += length
  }
  return found
}

async function rowsOf(answer: ReturnType<typeof select>): Promise<string> {
  const { status, text, bytes } = await answer
  assert.equal(status, 200, text)
  const messages = messagesOf(bytes)
  assert.deepEqual(
    messages.slice(-2).map(({ headers }) => headers[':event-type']),
    ['Stats', 'End'],
  )
  return messages.flatMap(({ headers, payload }) => (headers[':event-type'] === 'Records' ? [payload] : [])).join('')
}

const store = (started: StartedService, body: string | Uint8Array) =>
  s3(started, { method: 'PUT', bucket: BUCKET, key: 'k', body })

test('rows of CSV and JSON are selected by the SQL of S3, and returned as events', async () => {
  const started = await startWithBucket()
  await store(started, ROWS)
  assert.equal(
    await rowsOf(select(started, 'SELECT s.name FROM S3Object s WHERE CAST(s.age AS INT) < 20')),
    'lee\nmax\n',
  )
  assert.equal(await rowsOf(select(started, 'select * from s3object limit 2')), 'kim,41,Oslo\nlee,7,"New York, NY"\n')
  assert.equal(await rowsOf(select(started, 'SELECT COUNT(*) FROM S3Object')), '3\n')
  const tabs = { ...CSV, output: '<CSV><FieldDelimiter>;</FieldDelimiter></CSV>', more: '' }
  assert.equal(await rowsOf(select(started, 'SELECT name, age FROM S3Object LIMIT 1', tabs)), 'kim;41\n')
  await store(started, '{"name":"kim","age":41}\n{"name":"lee","age":7}\n')
  const young = select(started, 'SELECT s.name FROM S3Object s WHERE s.age < 20', { ...LINES, more: '' })
  assert.equal(await rowsOf(young), '{"name":"lee"}\n')
})

test('counts are those of what was read, and come with rows where progress is requested', async () => {
  const started = await startWithBucket()
  const packed = gzipSync(ROWS)
  await store(started, packed)
  const zipped = { ...CSV, input: `<CompressionType>GZIP</CompressionType>${CSV.input}` }
  const more = '<RequestProgress><Enabled>TRUE</Enabled></RequestProgress>'
  const { bytes } = await select(started, 'SELECT name FROM S3Object', { ...zipped, more })
  const messages = messagesOf(bytes)
  assert.deepEqual(
    messages.map(({ headers }) => headers[':event-type']),
    ['Records', 'Progress', 'Stats', 'End'],
  )
  const stats = messages[2]?.payload ?? ''
  assert.deepEqual(
    ['BytesScanned', 'BytesProcessed', 'BytesReturned'].map((name) => element(stats, name)),
    [packed.length, ROWS.length, 'kim\nlee\nmax\n'.length].map(String),
  )
})

test('an error after rows is a message of the stream, and one before them is a status', async () => {
  const started = await startWithBucket()
  const good = 'x,1\n'.repeat(200_000)
  await store(started, `${good}x,y\n`)
  const plain = { input: '<CSV/>', output: '<CSV/>', more: '' }
  const { status, bytes } = await select(started, 'SELECT _1, CAST(_2 AS INT) FROM S3Object', plain)
  assert.equal(status, 200)
  const last = messagesOf(bytes).at(-1)
  assert.equal(last?.headers[':message-type'], 'error')
  assert.match(last?.headers[':error-code'] ?? '', /^\w+$/)
  const wrong = await select(started, 'SELECT FROM S3Object', plain)
  assert.equal(wrong.status, 400)
  assert.equal((await select(started, 'SELECT * FROM ossobject', plain)).status, 400)
})

test('rows of either format are returned in either', async () => {
  const started = await startWithBucket()
  await store(started, ROWS)
  const json = (sql: string, input = CSV.input) => rowsOf(select(started, sql, { input, output: '<JSON/>', more: '' }))
  assert.equal(
    await json('SELECT * FROM S3Object LIMIT 2'),
    '{"name":"kim","age":"41","city":"Oslo"}\n{"name":"lee","age":"7","city":"New York, NY"}\n',
  )
  assert.equal(
    await json('SELECT s.name, CAST(s.age AS INT) AS years FROM S3Object s LIMIT 1'),
    '{"name":"kim","years":41}\n',
  )
  assert.equal(await json('SELECT * FROM S3Object LIMIT 1', '<CSV/>'), '{"_1":"name","_2":"age","_3":"city"}\n')
  assert.equal(await json('SELECT COUNT(*) FROM S3Object'), '{"_1":3}\n')
  const all = '<CSV><QuoteFields>ALWAYS</QuoteFields><QuoteCharacter>|</QuoteCharacter></CSV>'
  const quoted = { ...CSV, output: all, more: '' }
  assert.equal(await rowsOf(select(started, 'SELECT name, age FROM S3Object LIMIT 1', quoted)), '|kim|,|41|\n')
  const both = { ...CSV, output: '<CSV/><JSON/>', more: '' }
  assert.equal(element((await select(started, 'SELECT * FROM S3Object', both)).text, 'Code'), 'MalformedXML')

  await store(started, '{"list":[{"a":"x,y","b":[1,2]},{"b":{"c":null}}]}')
  const document = { input: '<JSON><Type>DOCUMENT</Type></JSON>', output: '<CSV/>', more: '' }
  const rows = rowsOf(select(started, 'SELECT s.a, s.b FROM S3Object[*].list[*] s', document))
  assert.equal(await rows, '"x,y","[1,2]"\n,"{""c"":null}"\n')
  assert.equal(await rowsOf(select(started, 'SELECT * FROM S3Object[*].list[0]', document)), '"x,y","[1,2]"\n')
})

test('functions of texts are those of S3, and its wildcards are % and _', async () => {
  const started = await startWithBucket()
  await store(started, ROWS)
  const run = (sql: string) => rowsOf(select(started, sql))
  assert.equal(await run('SELECT UPPER(s.name) FROM S3Object s'), 'KIM\nLEE\nMAX\n')
  assert.equal(await run("SELECT S3Object.name FROM S3Object WHERE LOWER(city) LIKE 'o_l%'"), 'kim\n')
  assert.equal(await run("SELECT name FROM S3Object WHERE name LIKE 'k*'"), '')
  const { status } = await select(started, 'SELECT LOWER(name) FROM ossobject')
  assert.equal(status, 400)
})

test('what is not implemented is refused by its name', async () => {
  const started = await startWithBucket()
  await store(started, ROWS)
  const cases = [
    { ...CSV, input: '<Parquet/>', more: '' },
    { ...CSV, output: '<CSV><QuoteEscapeCharacter>\\</QuoteEscapeCharacter></CSV>', more: '' },
  ]
  for (const form of cases) {
    const { status, text } = await select(started, 'SELECT * FROM S3Object', form)
    assert.deepEqual([status, element(text, 'Code')], [501, 'NotImplemented'], JSON.stringify(form))
  }
  const missing = await select(started, 'SELECT * FROM S3Object', { input: '', output: '<CSV/>', more: '' })
  assert.equal(element(missing.text, 'Code'), 'MalformedXML')
})

test('a scan range selects the records that begin in it, so that ranges together are the object', async () => {
  const started = await startWithBucket()
  const csv = (more = '') => ({ ...CSV, input: `<CSV><FileHeaderInfo>USE</FileHeaderInfo>${more}</CSV>` })
  const rows = 'name,age\nkim,41\nlee,7\nmax,19\n'
  const scanned = (range: string, form: { input: string; output: string } = csv()) =>
    rowsOf(select(started, 'SELECT s.name FROM S3Object s', { ...form, more: `<ScanRange>${range}</ScanRange>` }))
  await store(started, rows)
  const range = (start: number, end: number) => `<Start>${start}</Start><End>${end}</End>`
  for (const size of [1, 3, 7, 9, 100]) {
    let all = ''
    for (let start = 0; start < rows.length; start += size) all += await scanned(range(start, start + size - 1))
    assert.equal(all, 'kim\nlee\nmax\n', `ranges of ${size} bytes`)
  }
  const lee = rows.indexOf('lee')
  assert.equal(await scanned(`<Start>${lee}</Start>`), 'lee\nmax\n')
  assert.equal(await scanned(`<Start>${lee + 1}</Start>`), 'max\n')
  assert.equal(await scanned(range(0, lee)), 'kim\nlee\n')
  assert.equal(await scanned(`<End>${rows.length - lee}</End>`), 'lee\nmax\n')
  assert.equal(await scanned('<Start>1000</Start>'), '')

  await store(started, `#c\r\n${rows.replaceAll('\n', '\r\n')}`)
  const windows = csv('<RecordDelimiter>&#13;\n</RecordDelimiter><Comments>#</Comments>')
  assert.equal(await scanned('<End>8</End>', windows), 'max\n')
  await store(started, '{"name":"a"}\n{"name":"b"}\n')
  assert.equal(await scanned('<Start>1</Start>', LINES), '{"name":"b"}\n')
})

test('a scan range that is wrong, or that the form of the object does not allow, is refused', async () => {
  const started = await startWithBucket()
  await store(started, ROWS)
  const code = async (range: string, input: string) => {
    const form = { input, output: '<CSV/>', more: `<ScanRange>${range}</ScanRange>` }
    return element((await select(started, 'SELECT * FROM S3Object', form)).text, 'Code')
  }
  assert.equal(await code('<Start>5</Start><End>4</End>', '<CSV/>'), 'InvalidScanRange')
  assert.equal(await code('<Start>-1</Start>', '<CSV/>'), 'MalformedXML')
  const unsupported = [
    '<CompressionType>GZIP</CompressionType><CSV/>',
    '<JSON><Type>DOCUMENT</Type></JSON>',
    '<CSV><AllowQuotedRecordDelimiter>true</AllowQuotedRecordDelimiter></CSV>',
  ]
  for (const input of unsupported)
    assert.equal(await code('<Start>0</Start>', input), 'UnsupportedScanRangeInput', input)
})
