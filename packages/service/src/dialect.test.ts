import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { createRouter, type Dialect, httpDate, type Notation, ossDialect } from '@bindery/protocol'
import {
  BUCKET,
  call,
  complete,
  element,
  FULL_PART,
  type StartedService,
  startWithBucket,
  type TestRequest,
} from './testing/index.js'

const WORDS = { Standard: 'PLAIN', IA: 'RARE', Archive: 'COLD' } as const
const CLASSES = new Map<string, string>(Object.entries(WORDS))

/** A protocol that does not exist, as different from OSS's as one with the same operations may be. */
const TOY_NOTATION: Notation = {
  nameOf(documented) {
    if (documented === 'x-oss-hash-crc64ecma') return undefined
    if (documented === 'x-oss-storage-class') return 'X-Toy-Class'
    return documented.replace(/^x-oss-/, 'x-toy-').replace(/^uploadId$/, 'session')
  },
  metadataPrefix: 'x-toy-note-',
  metadataName: /^[a-z]+$/,
  namespace: 'urn:toy',
  spellings: {
    etag: { read: (text) => text, write: (text) => text.toLowerCase() },
    storageClass: {
      read: (text) => [...CLASSES].find(([, word]) => word === text)?.[0] ?? `not ${text}`,
      write: (text) => CLASSES.get(text) ?? text,
    },
  },
}

const toyDialect: Dialect = {
  ...ossDialect,
  ...TOY_NOTATION,
  ...createRouter(TOY_NOTATION),
  name: 'toy',
  isSpoken: ({ headers }) => headers['x-toy-client'] !== undefined,
  encodeError: (error, { requestId }) => ({
    status: error.row.status,
    headers: [...error.headersIn(TOY_NOTATION), ['Content-Type', 'text/plain']],
    body: Buffer.from(`${error.row.code} ${requestId} ${JSON.stringify(error.details)}`),
  }),
  commonHeaders: ({ requestId, at }) => [
    ['Server', 'Toy'],
    ['Date', httpDate.encode(at)],
    ['x-toy-request', requestId],
  ],
  etagRecipe: 'digests',
}

const startBoth = () => startWithBucket({ dialects: [toyDialect, ossDialect] })

function toy(started: StartedService, request: TestRequest) {
  const headers = { 'x-toy-client': 'test', ...request.headers }
  return call(started, { bucket: BUCKET, ...request, headers })
}

test('an object that one protocol puts is read by the other, each in its own words', async () => {
  const started = await startBoth()
  const headers = {
    'x-toy-class': 'RARE',
    'x-toy-note-author': 'kim',
    'x-oss-meta-author': 'not read',
    'x-oss-storage-class': 'Archive',
  }
  const put = await toy(started, { method: 'PUT', key: 'k', body: 'x', headers })
  assert.equal(put.status, 200)
  assert.equal(put.headers.etag, '"9dd4e461268c8034f5c8564e155c67a6"')
  assert.equal(put.headers.server, 'Toy')
  assert.equal(put.headers['x-toy-request'], put.log.requestId)
  assert.deepEqual(
    Object.keys(put.headers).filter((name) => name.startsWith('x-oss-')),
    [],
  )

  const read = await toy(started, { method: 'GET', key: 'k' })
  assert.equal(read.text, 'x')
  assert.equal(read.headers['x-toy-class'], 'RARE')
  assert.equal(read.headers['x-toy-note-author'], 'kim')
  assert.equal(read.headers['x-toy-object-type'], 'Normal')

  const other = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  assert.equal(other.headers.server, 'AliyunOSS')
  assert.equal(other.headers.etag, '"9DD4E461268C8034F5C8564E155C67A6"')
  assert.equal(other.headers['x-oss-storage-class'], 'IA')
  assert.equal(other.headers['x-oss-meta-author'], 'kim')
  const unchanged = await toy(started, {
    method: 'GET',
    key: 'k',
    headers: { 'if-none-match': other.headers.etag ?? '' },
  })
  assert.deepEqual([unchanged.status, unchanged.headers.etag], [304, '"9dd4e461268c8034f5c8564e155c67a6"'])
  assert.equal(unchanged.headers['x-toy-note-author'], 'kim')
})

test('routes, refusals, documents and errors are in the words of the request', async () => {
  const started = await startBoth()
  await toy(started, { method: 'PUT', key: 'a', body: 'x' })
  const copied = await toy(started, { method: 'PUT', key: 'b', headers: { 'x-toy-copy-source': `/${BUCKET}/a` } })
  assert.match(copied.text, /<CopyObjectResult xmlns="urn:toy">.*<ETag>"9dd4e461268c8034f5c8564e155c67a6"<\/ETag>/s)
  const listed = await toy(started, { method: 'GET' })
  assert.match(listed.text, /<ListBucketResult xmlns="urn:toy">/)
  assert.equal(element(listed.text, 'StorageClass'), 'PLAIN')
  const oss = await call(started, { method: 'GET', bucket: BUCKET })
  assert.match(oss.text, /<ListBucketResult>/)
  assert.equal(element(oss.text, 'StorageClass'), 'Standard')

  const missing = await toy(started, { method: 'GET', key: 'c' })
  assert.equal(missing.status, 404)
  assert.equal(missing.text, `NoSuchKey ${missing.log.requestId} {"key":"c"}`)
  const bad = await toy(started, { method: 'PUT', key: 'c', body: 'x', headers: { 'x-toy-class': 'IA' } })
  assert.match(bad.text, /"argumentName":"X-Toy-Class"/)
  const refused = await toy(started, {
    method: 'PUT',
    key: 'c',
    body: 'x',
    headers: { 'x-toy-server-side-encryption-context': 'x' },
  })
  assert.match(refused.text, /"header":"x-toy-server-side-encryption-context"/)
  const denied = await toy(started, { method: 'POST', key: 'c' })
  assert.deepEqual([denied.status, denied.headers.allow], [405, 'DELETE, GET, HEAD, OPTIONS, PUT'])
})

test('an upload that one protocol begins is completed by the other, with the ETag of its recipe', async () => {
  const started = await startBoth()
  const md5 = createHash('md5').update(FULL_PART).digest()
  const begin = async () => {
    const initiated = await toy(started, { method: 'POST', key: 'k', query: { uploads: '' } })
    const session = element(initiated.text, 'UploadId') ?? ''
    const part = await toy(started, { method: 'PUT', key: 'k', query: { partNumber: '1', session }, body: FULL_PART })
    assert.equal(part.headers.etag, `"${md5.toString('hex')}"`)
    return session
  }
  const list = `<CompleteMultipartUpload xmlns="urn:toy"><Part><PartNumber>1</PartNumber><ETag>"${md5.toString('hex')}"</ETag></Part></CompleteMultipartUpload>`
  const done = await toy(started, { method: 'POST', key: 'k', query: { session: await begin() }, body: list })
  assert.equal(done.status, 200, done.text)
  assert.equal(element(done.text, 'ETag'), `"${createHash('md5').update(md5).digest('hex')}-1"`)

  const text = md5.toString('hex').toUpperCase()
  const ofOther = await complete(started, 'k', await begin(), [[1, text]])
  assert.equal(ofOther.headers.etag, `"${createHash('md5').update(text).digest('hex').toUpperCase()}-1"`)
})

test('a request that shows no protocol is answered in the last, also where it cannot be read', async () => {
  const started = await startBoth()
  const { service } = started
  const request = { method: 'GET', scheme: 'http', host: '', remoteAddress: '', headers: {} } as const
  const source = { size: 0, ready: async () => {}, read: async () => 0 }
  for (const target of ['nonsense', '/?%ff', '/bkt/k']) {
    const { headers } = await service.handle({ ...request, target, body: source })
    assert.deepEqual(headers[0], ['Server', 'AliyunOSS'], target)
  }
})
