import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  complete,
  element,
  elements,
  FULL_PART,
  initiate,
  type S3Request,
  type StartedService,
  s3,
  startWithBucket,
} from './testing/index.js'

const asS3 = (started: StartedService, request: S3Request) => s3(started, { bucket: BUCKET, ...request })

const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex')

/** The body of a Complete as S3's clients write it. */
const listOf = (etags: readonly string[]) =>
  `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${etags
    .map((tag, index) => `<Part><ETag>&quot;${tag}&quot;</ETag><PartNumber>${index + 1}</PartNumber></Part>`)
    .join('')}</CompleteMultipartUpload>`

async function begin(started: StartedService, headers: Record<string, string> = {}): Promise<string> {
  const { text } = await asS3(started, { method: 'POST', key: 'k', query: 'uploads', headers })
  return element(text, 'UploadId') ?? ''
}

const part = (started: StartedService, uploadId: string, partNumber: number, body: Uint8Array | string) =>
  asS3(started, {
    method: 'PUT',
    key: 'k',
    query: `partNumber=${partNumber}&uploadId=${uploadId}&x-id=UploadPart`,
    body,
  })

test('a multipart object has the tag of each protocol, and either is a condition in both', async () => {
  const started = await startWithBucket()
  const uploadId = await begin(started, { 'x-amz-acl': 'public-read', 'content-type': 'a/b' })
  const first = await part(started, uploadId, 1, FULL_PART)
  assert.equal(first.headers.etag, `"${md5(FULL_PART)}"`)
  await part(started, uploadId, 2, 'end')
  const listed = await asS3(started, { method: 'GET', key: 'k', query: `uploadId=${uploadId}` })
  assert.deepEqual(elements(listed.text, 'PartNumberMarker'), ['0'])
  assert.deepEqual(elements(listed.text, 'PartNumber'), ['1', '2'])

  const body = listOf([md5(FULL_PART), md5('end')])
  const complete = () => asS3(started, { method: 'POST', key: 'k', query: `uploadId=${uploadId}`, body })
  const done = await complete()
  assert.equal(done.status, 200, done.text)
  const digests = `${md5(Buffer.concat([md5(FULL_PART), md5('end')].map((tag) => Buffer.from(tag, 'hex'))))}-2`
  const text = `${md5(`${md5(FULL_PART)}${md5('end')}`.toUpperCase())}-2`.toUpperCase()
  assert.equal(element(done.text, 'ETag'), `"${digests}"`)
  assert.equal((await complete()).text, done.text)

  const head = await asS3(started, { method: 'HEAD', key: 'k' })
  const other = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  assert.deepEqual([head.headers.etag, other.headers.etag], [`"${digests}"`, `"${text}"`])
  assert.equal(head.headers['content-type'], 'a/b')
  assert.match((await asS3(started, { method: 'GET' })).text, new RegExp(`<ETag>"${digests}"</ETag>`))
  for (const tag of [digests, text]) {
    const condition = { 'if-none-match': `"${tag}"` }
    assert.equal((await asS3(started, { method: 'GET', key: 'k', headers: condition })).status, 304, tag)
    const ofOss = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', headers: condition })
    assert.equal(ofOss.status, 304, tag)
  }
  assert.equal(
    (await asS3(started, { method: 'GET', key: 'k', as: 'anonymous', headers: { 'amz-sdk-request': 'x' } })).status,
    200,
  )
})

test('an upload that one protocol begins is continued and completed by the other', async () => {
  const started = await startWithBucket()
  const ofS3 = await begin(started)
  await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    key: 'k',
    query: { partNumber: '1', uploadId: ofS3 },
    body: 'x',
  })
  assert.equal((await complete(started, 'k', ofS3, [[1, md5('x')]])).status, 200)
  assert.equal((await asS3(started, { method: 'GET', key: 'k' })).text, 'x')

  const ofOss = await initiate(started, 'k')
  await part(started, ofOss, 1, 'y')
  const uploads = await asS3(started, { method: 'GET', query: 'uploads' })
  assert.deepEqual(elements(uploads.text, 'UploadId'), [ofOss])
  const done = await asS3(started, { method: 'POST', key: 'k', query: `uploadId=${ofOss}`, body: listOf([md5('y')]) })
  assert.equal(element(done.text, 'ETag'), `"${md5(Buffer.from(md5('y'), 'hex'))}-1"`)
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'k' })).text, 'y')
})

test('lists of parts that cannot be completed are refused, and the upload stays', async () => {
  const started = await startWithBucket()
  const uploadId = await begin(started)
  await part(started, uploadId, 1, 'x')
  await part(started, uploadId, 2, 'y')
  const code = async (body: string) => {
    const { text } = await asS3(started, { method: 'POST', key: 'k', query: `uploadId=${uploadId}`, body })
    return element(text, 'Code')
  }
  assert.equal(await code(''), 'MalformedXML')
  assert.equal(await code(listOf([])), 'MalformedXML')
  assert.equal(await code(listOf([md5('x'), md5('y')])), 'EntityTooSmall')
  assert.equal(await code(listOf([md5('z')])), 'InvalidPart')
  const source = { 'x-amz-copy-source': `/${BUCKET}/source` }
  await asS3(started, { method: 'PUT', key: 'source', body: 'abcde' })
  const copy = (range: string) =>
    asS3(started, {
      method: 'PUT',
      key: 'k',
      query: `partNumber=1&uploadId=${uploadId}`,
      headers: { ...source, 'x-amz-copy-source-range': range },
    })
  assert.match((await copy('bytes=1-2')).text, new RegExp(`<CopyPartResult xmlns=.*<ETag>"${md5('bc')}"</ETag>`))
  for (const range of ['bytes=0-21', 'bytes=5-', 'bytes=3-2', '1-2']) {
    assert.equal(element((await copy(range)).text, 'Code'), 'InvalidArgument', range)
  }
  assert.equal((await asS3(started, { method: 'DELETE', key: 'k', query: `uploadId=${uploadId}` })).status, 204)
  assert.equal(await code(listOf([md5('x')])), 'NoSuchUpload')
})

test('a repeated Complete of S3 gets the same answer, also where that of OSS finds no upload', async () => {
  const started = await startWithBucket({ strict: true })
  const uploadId = await begin(started)
  await part(started, uploadId, 1, 'x')
  const body = listOf([md5('x')])
  const done = () => asS3(started, { method: 'POST', key: 'k', query: `uploadId=${uploadId}`, body })
  const [first, second] = [await done(), await done()]
  assert.deepEqual([first.status, second.status, second.text], [200, 200, first.text])
  const other = await asS3(started, {
    method: 'POST',
    key: 'k',
    query: `uploadId=${uploadId}`,
    body: listOf([md5('y')]),
  })
  assert.deepEqual([other.status, element(other.text, 'Code')], [404, 'NoSuchUpload'])
  assert.equal((await complete(started, 'k', uploadId, [[1, `"${md5('x')}"`]])).status, 404)
})

test('S3 deletes a bucket with its open uploads, and no bucket with objects', async () => {
  const started = await startWithBucket()
  const uploadId = await begin(started)
  await asS3(started, { method: 'PUT', key: 'full', body: 'x' })
  assert.equal((await asS3(started, { method: 'DELETE' })).status, 409)
  assert.equal((await asS3(started, { method: 'GET', key: 'k', query: `uploadId=${uploadId}` })).status, 200)
  await asS3(started, { method: 'DELETE', key: 'full' })
  assert.equal((await call(started, { method: 'DELETE', bucket: BUCKET })).status, 409)
  assert.equal((await asS3(started, { method: 'DELETE' })).status, 204)
})

test('an object is written under a condition, which holds at the commit', async () => {
  const started = await startWithBucket()
  const put = (headers: Record<string, string>, body = 'x') => asS3(started, { method: 'PUT', key: 'k', body, headers })
  assert.deepEqual([(await put({ 'if-match': '"a"' })).status, (await put({ 'if-match': '*' })).status], [404, 404])
  const racing = await Promise.all(Array.from({ length: 8 }, (_, index) => put({ 'if-none-match': '*' }, `${index}`)))
  assert.deepEqual(racing.map(({ status }) => status).sort(), [200, ...Array(7).fill(412)])
  const { etag = '' } = (await asS3(started, { method: 'HEAD', key: 'k' })).headers
  assert.equal((await put({ 'if-match': md5('other') })).status, 412)
  assert.equal((await put({ 'if-none-match': etag })).status, 412)
  assert.equal((await put({ 'if-match': etag, 'if-none-match': '*' })).status, 501)
  assert.equal((await put({ 'if-match': etag.toUpperCase() })).status, 200)

  const uploadId = await begin(started)
  await part(started, uploadId, 1, 'y')
  const finish = (headers: Record<string, string>) =>
    asS3(started, { method: 'POST', key: 'k', query: `uploadId=${uploadId}`, body: listOf([md5('y')]), headers })
  assert.equal((await finish({ 'if-none-match': '*' })).status, 412)
  assert.equal((await finish({ 'if-match': md5('x') })).status, 200)
})

const P1 = Buffer.alloc(5 * 1024 * 1024, 'a')
const P2 = 'hello s3'

/** The list of both parts, each with its checksum. */
function withChecksums(algorithm: string, values: readonly string[]): string {
  const name = `Checksum${algorithm}`
  return values.reduce(
    (list, value) => list.replace('</ETag><PartNumber>', `</ETag><${name}>${value}</${name}><PartNumber>`),
    listOf([md5(P1), md5(P2)]),
  )
}

test('checksums are kept with objects and parts, and returned on request', async () => {
  const started = await startWithBucket()
  const rows = [
    ['CRC32', 'COMPOSITE', '7NDSug==-2'],
    ['CRC32', 'FULL_OBJECT', 'jxpP0w=='],
    ['CRC32C', 'COMPOSITE', 'UO3PLA==-2'],
    ['CRC32C', 'FULL_OBJECT', '0VJtCA=='],
    ['CRC64NVME', 'FULL_OBJECT', '2fRdGYBrpKE='],
    ['SHA1', 'COMPOSITE', 'Pc8t3rIS3PFvpJhV2itmPz4L1S0=-2'],
    ['SHA256', 'COMPOSITE', 'jZpQG/JwO0mWnhq70VGstG0OR6S4gACxnKhADBGSIxw=-2'],
    ['MD5', 'COMPOSITE', '3rs6zkHAl4/nHQMgHtoJpw==-2'],
    [
      'SHA512',
      'COMPOSITE',
      'nwSLKg9tkeAQBs8/8TFJosHogTth4sepPuCCrFwGCBcPrh8EqMBL8NVoCuDwTT4F8qDFcjBeuZCwW/az/MAeBQ==-2',
    ],
  ] as const
  for (const [algorithm, type, value] of rows) {
    const asked = { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type }
    const uploadId = await begin(started, asked)
    await part(started, uploadId, 1, P1)
    await part(started, uploadId, 2, P2)
    const listed = await asS3(started, { method: 'GET', key: 'k', query: `uploadId=${uploadId}` })
    assert.equal(element(listed.text, 'ChecksumType'), type)
    assert.equal(elements(listed.text, `Checksum${algorithm}`).length, 2)
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`
    const finish = (checksum: string) =>
      asS3(started, {
        method: 'POST',
        key: 'k',
        query: `uploadId=${uploadId}`,
        body: withChecksums(algorithm, elements(listed.text, `Checksum${algorithm}`)),
        headers: { [header]: checksum },
      })
    assert.equal(element((await finish('AAAAAA==')).text, 'Code'), 'BadDigest')
    const done = await finish(value)
    assert.equal(element(done.text, `Checksum${algorithm}`), value, done.text)
    const head = (headers: Record<string, string>) => asS3(started, { method: 'HEAD', key: 'k', headers })
    assert.equal((await head({})).headers[header], undefined)
    const shown = (await head({ 'x-amz-checksum-mode': 'ENABLED' })).headers
    assert.deepEqual([shown[header], shown['x-amz-checksum-type']], [value, type])
  }
})

test('checksums of newer SDKs are verified, or refused by name where they cannot be computed', async () => {
  const started = await startWithBucket()
  const put = (name: string, value: string, body: string | Uint8Array = P1) =>
    asS3(started, { method: 'PUT', key: 'new', body, headers: { [`x-amz-checksum-${name}`]: value } })
  for (const name of ['sha512', 'md5']) {
    for (const body of [P1, P2, '']) {
      const value = createHash(name).update(body).digest('base64')
      const stored = await put(name, value, body)
      assert.deepEqual([stored.status, stored.headers[`x-amz-checksum-${name}`]], [200, value], stored.text)
      const wrong = await put(name, createHash(name).update('x').digest('base64'), body)
      assert.equal(element(wrong.text, 'Code'), 'BadDigest')
      const head = await asS3(started, { method: 'HEAD', key: 'new', headers: { 'x-amz-checksum-mode': 'ENABLED' } })
      assert.equal(head.headers[`x-amz-checksum-${name}`], value)
    }
  }
  const declared = { 'x-amz-sdk-checksum-algorithm': 'MD5', 'content-md5': 'tg2ZH6bb0zhjx87HDRXbrA==' }
  const ofJavaScript = (body: string) => asS3(started, { method: 'PUT', key: 'js', body, headers: declared })
  assert.equal((await ofJavaScript(P2)).status, 200)
  assert.equal(element((await ofJavaScript('other')).text, 'Code'), 'BadDigest')
  for (const name of ['xxhash64', 'xxhash3', 'xxhash128', 'md4']) {
    const refused = await put(name, 'AAAAAAAAAAA=', 'other')
    assert.deepEqual([refused.status, element(refused.text, 'Code')], [400, 'InvalidRequest'], name)
    assert.match(element(refused.text, 'Message') ?? '', /^Checksum algorithm provided is unsupported/)
  }
  assert.equal((await asS3(started, { method: 'GET', key: 'new' })).text, '')
})

test('a checksum is that of the whole object, and no range has one', async () => {
  const started = await startWithBucket()
  const put = await asS3(started, {
    method: 'PUT',
    key: 'k',
    body: P2,
    headers: { 'x-amz-checksum-crc32c': '2UrQ/A==' },
  })
  assert.equal(put.headers['x-amz-checksum-crc32c'], '2UrQ/A==')
  const read = async (headers: Record<string, string>) => {
    const got = await asS3(started, {
      method: 'GET',
      key: 'k',
      headers: { 'x-amz-checksum-mode': 'ENABLED', ...headers },
    })
    return got.headers['x-amz-checksum-crc32c']
  }
  assert.deepEqual(
    [await read({}), await read({ range: 'bytes=0-1' }), await read({ range: 'bytes=0-7' })],
    ['2UrQ/A==', undefined, '2UrQ/A=='],
  )
  const copied = await asS3(started, { method: 'PUT', key: 'c', headers: { 'x-amz-copy-source': `${BUCKET}/k` } })
  assert.equal(element(copied.text, 'ChecksumCRC32C'), '2UrQ/A==')
})

test('an upload has one kind of checksum, and parts without it leave its object without', async () => {
  const started = await startWithBucket()
  const code = async (headers: Record<string, string>) =>
    element((await asS3(started, { method: 'POST', key: 'k', query: 'uploads', headers })).text, 'Code')
  assert.equal(await code({ 'x-amz-checksum-type': 'COMPOSITE' }), 'InvalidRequest')
  assert.equal(
    await code({ 'x-amz-checksum-algorithm': 'SHA1', 'x-amz-checksum-type': 'FULL_OBJECT' }),
    'InvalidRequest',
  )
  assert.equal(await code({ 'x-amz-checksum-algorithm': 'MD4' }), 'InvalidRequest')
  const uploadId = await begin(started, { 'x-amz-checksum-algorithm': 'CRC32' })
  const query = `partNumber=1&uploadId=${uploadId}`
  const sha1 = { 'x-amz-checksum-sha1': createHash('sha1').update('x').digest('base64') }
  const other = await asS3(started, { method: 'PUT', key: 'k', query, body: 'x', headers: sha1 })
  assert.match(other.text, /expected checksum Type: crc32, actual checksum Type: sha1/)
  await asS3(started, { method: 'PUT', key: 'source', body: 'abc' })
  const source = { 'x-amz-copy-source': `${BUCKET}/source` }
  await asS3(started, { method: 'PUT', key: 'k', query, headers: source })
  const body = listOf([md5('abc')])
  const done = await asS3(started, { method: 'POST', key: 'k', query: `uploadId=${uploadId}`, body })
  assert.deepEqual([done.status, element(done.text, 'ChecksumCRC32')], [200, undefined], done.text)
})

test('a copied part may repeat the encryption of its upload, and name no other', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'PUT', key: 'source', body: 'abc' })
  const encrypted = { 'x-amz-server-side-encryption': 'AES256' }
  const copy = async (uploadId: string) => {
    const headers = { 'x-amz-copy-source': `${BUCKET}/source`, ...encrypted }
    const query = `partNumber=1&uploadId=${uploadId}`
    return (await asS3(started, { method: 'PUT', key: 'k', query, headers })).status
  }
  assert.equal(await copy(await begin(started, encrypted)), 200)
  assert.equal(await copy(await begin(started)), 400)
})
