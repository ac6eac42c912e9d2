import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import {
  BUCKET,
  call,
  element,
  idOf,
  put,
  type StartedService,
  startVersioned,
  startWithBucket,
  type TestResponse,
} from '../../testing/index.js'

const base64 = (text: string) => Buffer.from(text).toString('base64')

interface Query {
  readonly sql: string
  readonly input?: string
  readonly output?: string
  readonly options?: string
  readonly format?: 'csv' | 'json'
}

function select(started: StartedService, { sql, input = '', output = '', options = '', format = 'csv' }: Query) {
  const body = `<SelectRequest><Expression>${base64(sql)}</Expression><InputSerialization>${input}</InputSerialization><OutputSerialization>${output}</OutputSerialization><Options>${options}</Options></SelectRequest>`
  return call(started, {
    method: 'POST',
    bucket: BUCKET,
    key: 'k',
    query: { 'x-oss-process': `${format}/select` },
    body,
  })
}

async function started(content: string | Uint8Array): Promise<StartedService> {
  const service = await startWithBucket()
  await call(service, { method: 'PUT', bucket: BUCKET, key: 'k', body: content })
  return service
}

interface Frame {
  readonly type: number
  readonly offset: number
  readonly rest: Buffer
}

function frames({ bytes }: TestResponse): Frame[] {
  const all = Buffer.from(bytes)
  const found: Frame[] = []
  for (let at = 0; at < all.length; ) {
    const length = all.readUInt32BE(at + 4)
    const payload = all.subarray(at + 12, at + 12 + length)
    found.push({
      type: all.readUInt32BE(at) & 0xffffff,
      offset: Number(payload.readBigUInt64BE()),
      rest: payload.subarray(8),
    })
    at += 16 + length
  }
  return found
}

const rows = (response: TestResponse) =>
  frames(response)
    .filter(({ type }) => type === 0x800001)
    .map(({ rest }) => rest.toString())
    .join('')

const ending = (response: TestResponse) => {
  const last = frames(response).at(-1)
  return { status: last?.rest.readUInt32BE(8), message: last?.rest.subarray(12).toString(), scanned: last?.offset }
}

test('a query returns frames, the last of which reports success', async () => {
  const service = await started('name,job\nabc,def\nghi,jkl\n')
  const input = '<CSV><FileHeaderInfo>Use</FileHeaderInfo></CSV>'
  const response = await select(service, { sql: "select name from ossobject where job = 'def'", input })
  assert.deepEqual([response.status, response.headers['x-oss-select-output-raw']], [206, 'false'])
  assert.equal(rows(response), 'abc\n')
  assert.deepEqual(ending(response), { status: 206, message: '', scanned: 25 })
})

test('raw output is the rows alone', async () => {
  const service = await started('a,1\nb,2\n')
  const output = '<OutputRawData>True</OutputRawData>'
  const response = await select(service, { sql: 'select _2 from ossobject', output })
  assert.deepEqual([response.text, response.headers['x-oss-select-output-raw']], ['1\n2\n', 'true'])
})

test('gzip is read, and what only claims to be gzip is refused', async () => {
  const input = '<CompressionType>GZIP</CompressionType><CSV></CSV>'
  const zipped = await started(gzipSync('a,1\nb,2\n'))
  assert.equal(rows(await select(zipped, { sql: 'select _1 from ossobject', input })), 'a\nb\n')
  const plain = await started('a,1\n')
  const refused = await select(plain, { sql: 'select _1 from ossobject', input })
  assert.deepEqual([refused.status, element(refused.text, 'Code')], [400, 'DecompressFailure'])
})

test('an error in a query, or in the first rows, is a status', async () => {
  const service = await started('abc,def\nefg\nhij,klm\n')
  const codeOf = async (query: Query) => {
    const response = await select(service, query)
    return [response.status, element(response.text, 'Code')]
  }
  assert.deepEqual(await codeOf({ sql: '' }), [400, 'InvalidSqlParameter'])
  assert.deepEqual(await codeOf({ sql: 'select' }), [400, 'SqlSyntaxError'])
  assert.deepEqual(await codeOf({ sql: 'select _1 + 1 from ossobject' }), [400, 'SqlUnsupportedSql'])
  const options = '<SkipPartialDataRecord>true</SkipPartialDataRecord>'
  assert.deepEqual(await codeOf({ sql: 'select _1,_2 from ossobject', options }), [400, 'InvalidCsvLine'])
  const range = '<CSV><Range>line-range=0-1</Range></CSV>'
  assert.deepEqual(await codeOf({ sql: 'select * from ossobject', input: range }), [400, 'SelectCsvMetaUnavailable'])
  const both = '<OutputRawData>true</OutputRawData><EnablePayloadCrc>true</EnablePayloadCrc>'
  assert.deepEqual(await codeOf({ sql: 'select * from ossobject', output: both }), [400, 'InvalidOSSSelectParameters'])
})

test('a last row that does not fit is reported after the others', async () => {
  const service = await started('abc,def\nefg\n')
  const options =
    '<SkipPartialDataRecord>true</SkipPartialDataRecord><MaxSkippedRecordsAllowed>0</MaxSkippedRecordsAllowed>'
  const response = await select(service, { sql: 'select _1,_2 from ossobject', options })
  assert.deepEqual([response.status, rows(response)], [206, 'abc,def\n'])
  const { status, message } = ending(response)
  assert.deepEqual([status, message?.split('.')[0]], [400, 'InvalidCsvLine'])
})

test('JSON is queried by path', async () => {
  const service = await started('{"people":[{"name":"Ann","age":27},{"name":"Bob","age":31}]}')
  const input = '<JSON><Type>DOCUMENT</Type></JSON>'
  const sql = 'select name from ossobject.people[*] where age > 30'
  assert.equal(rows(await select(service, { sql, input, format: 'json' })), '{"name":"Bob"}\n')
})

test('counted rows are kept, make ranges possible, and go with the object', async () => {
  const service = await started('h1,h2\na,1\nb,2\nc,3\n')
  const meta = async (extra = '') => {
    const body = `<CsvMetaRequest><InputSerialization><CSV></CSV></InputSerialization>${extra}</CsvMetaRequest>`
    return call(service, { method: 'POST', bucket: BUCKET, key: 'k', query: { 'x-oss-process': 'csv/meta' }, body })
  }
  const [frame] = frames(await meta())
  assert.deepEqual(
    [
      frame?.type,
      frame?.rest.readUInt32BE(8),
      frame?.rest.readUInt32BE(12),
      frame?.rest.readBigUInt64BE(16),
      frame?.rest.readUInt32BE(24),
    ],
    [0x800006, 200, 1, 4n, 2],
  )
  const ranged = (range: string) =>
    select(service, { sql: 'select _1 from ossobject', input: `<CSV><Range>${range}</Range></CSV>` })
  assert.equal(rows(await ranged('line-range=1-2')), 'a\nb\n')
  assert.equal(rows(await ranged('line-range=-1')), 'c\n')
  assert.equal(rows(await ranged('split-range=0-0')), 'h1\na\nb\nc\n')
  assert.equal(element((await ranged('line-range=6-10')).text, 'Code'), 'InvalidRange')
  await call(service, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x\n' })
  assert.equal(element((await ranged('line-range=0-1')).text, 'Code'), 'SelectCsvMetaUnavailable')
})

test('a missing object, and one that may not be read, are refused first', async () => {
  const service = await startWithBucket()
  assert.equal((await select(service, { sql: 'select * from ossobject' })).status, 404)
})

test('a version is queried and counted by its id, and a delete marker is not', async () => {
  const service = await startVersioned()
  const old = idOf(await put(service, 'k', 'a,b\nc,d\n'))
  await put(service, 'k', 'new,row\n')
  const ask = (process: string, body: string, versionId?: string) => {
    const query = { 'x-oss-process': process, ...(versionId !== undefined && { versionId }) }
    return call(service, { method: 'POST', bucket: BUCKET, key: 'k', query, body })
  }
  const sql = `<SelectRequest><Expression>${base64('select _1 from ossobject')}</Expression></SelectRequest>`
  assert.equal(rows(await ask('csv/select', sql)), 'new\n')
  assert.equal(rows(await ask('csv/select', sql, old)), 'a\nc\n')
  const [counted] = frames(await ask('csv/meta', '<CsvMetaRequest></CsvMetaRequest>', old))
  assert.equal(counted?.rest.readBigUInt64BE(16), 2n)
  const marker = idOf(await call(service, { method: 'DELETE', bucket: BUCKET, key: 'k' }))
  assert.equal((await ask('csv/select', sql, marker)).status, 405)
  assert.equal((await ask('csv/select', sql)).status, 404)
  assert.equal(rows(await ask('csv/select', sql, old)), 'a\nc\n')
})

test('a Range header selects the records that begin within its bytes, and each is read to its end', async () => {
  const service = await started('test\nabc\nlast\n')
  const ranged = async (
    range: string,
    input = '<CSV><AllowQuotedRecordDelimiter>false</AllowQuotedRecordDelimiter></CSV>',
  ) => {
    const sql = base64('select * from ossobject')
    return call(service, {
      method: 'POST',
      bucket: BUCKET,
      key: 'k',
      query: { 'x-oss-process': 'csv/select' },
      headers: { range },
      body: `<SelectRequest><Expression>${sql}</Expression><InputSerialization>${input}</InputSerialization><OutputSerialization><OutputRawData>true</OutputRawData></OutputSerialization></SelectRequest>`,
    })
  }
  for (const [range, text] of [
    ['bytes=0-1', 'test\n'],
    ['bytes=1-5', 'abc\n'],
    ['bytes=5-9', 'abc\nlast\n'],
    ['bytes=6-100', 'last\n'],
    ['bytes=-5', 'last\n'],
    ['bytes=1-2', ''],
  ] as const) {
    const { status, text: found } = await ranged(range)
    assert.deepEqual([status, found], [206, text], range)
  }
  const both = '<CSV><AllowQuotedRecordDelimiter>false</AllowQuotedRecordDelimiter><Range>line-range=0-1</Range></CSV>'
  assert.equal((await ranged('bytes=0-1', both)).headers['x-oss-ec'], '0016-00000816')
  assert.equal((await ranged('bytes=0-1', '<CSV></CSV>')).headers['x-oss-ec'], '0016-00000815')
  assert.equal((await ranged('bytes=50-60')).status, 416)
})

test('a refused query has the EC of OSS', async () => {
  const service = await started('a\n')
  const ecOf = async (query: Query) => (await select(service, query)).headers['x-oss-ec']
  assert.equal(await ecOf({ sql: 'selec' }), '0016-00000803')
  assert.equal(await ecOf({ sql: '' }), '0016-00000823')
  const sql = 'select * from ossobject'
  assert.equal(await ecOf({ sql, input: '<CompressionType>ZIP</CompressionType>' }), '0016-00000826')
  assert.equal(
    await ecOf({ sql, input: `<CSV><RecordDelimiter>${base64('abc')}</RecordDelimiter></CSV>` }),
    '0016-00000829',
  )
  assert.equal(
    await ecOf({ sql, input: `<CSV><CommentCharacter>${base64('##')}</CommentCharacter></CSV>` }),
    '0016-00000831',
  )
  assert.equal(await ecOf({ sql, options: '<MaxSkippedRecordsAllowed>-1</MaxSkippedRecordsAllowed>' }), '0016-00000834')
  assert.equal(await ecOf({ sql, input: '<CSV><Range>line-range=0-1</Range></CSV>' }), '0016-00000836')
})
