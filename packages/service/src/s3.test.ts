import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  elements,
  type S3Request,
  type StartedService,
  s3,
  startWithBucket,
} from './testing/index.js'

const asS3 = (started: StartedService, request: S3Request) => s3(started, { bucket: BUCKET, ...request })

test('an object that S3 puts is read by OSS, each in its own words', async () => {
  const started = await startWithBucket()
  const headers = {
    'x-amz-meta-author_1': 'kim',
    'x-amz-storage-class': 'STANDARD_IA',
    'content-encoding': 'aws-chunked, gzip',
  }
  const put = await asS3(started, { method: 'PUT', key: 'dir/a b+c%', body: 'x', headers })
  assert.equal(put.status, 200, put.text)
  assert.equal(put.headers.etag, '"9dd4e461268c8034f5c8564e155c67a6"')
  assert.equal(put.headers.server, 'AmazonS3')
  assert.deepEqual(
    Object.keys(put.headers).filter((name) => name.startsWith('x-oss-') || name === 'content-md5'),
    [],
  )

  const got = await asS3(started, { method: 'GET', key: 'dir/a b+c%' })
  assert.equal(got.text, 'x')
  assert.equal(got.headers['x-amz-meta-author_1'], 'kim')
  assert.equal(got.headers['x-amz-storage-class'], 'STANDARD_IA')
  assert.equal(got.headers['content-type'], 'binary/octet-stream')
  assert.equal(got.headers['content-encoding'], 'gzip')

  const other = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'dir/a b+c%' })
  assert.equal(other.headers['x-oss-storage-class'], 'IA')
  assert.equal(other.headers['content-type'], 'binary/octet-stream')
  assert.equal(other.headers.etag, '"9DD4E461268C8034F5C8564E155C67A6"')
})

test('errors are documents of S3, and those of HEAD have no body', async () => {
  const started = await startWithBucket()
  const missing = await asS3(started, { method: 'GET', key: 'a' })
  assert.equal(missing.status, 404)
  assert.match(missing.text, /<Error><Code>NoSuchKey<\/Code>.*<Key>a<\/Key><Resource>\/bkt\/a<\/Resource>/)
  assert.equal(element(missing.text, 'RequestId'), missing.headers['x-amz-request-id'])
  assert.equal(element(missing.text, 'HostId'), missing.headers['x-amz-id-2'])
  const head = await asS3(started, { method: 'HEAD', key: 'a' })
  assert.deepEqual([head.status, head.text], [404, ''])
  const absent = await asS3(started, { method: 'PUT', query: 'abac' })
  assert.deepEqual([absent.status, element(absent.text, 'Code')], [501, 'NotImplemented'])
  assert.match(absent.text, /PutBucketAbac/)
})

test('a wrong signature, a wrong hash of the body and an unsigned header are refused, and nothing is stored', async () => {
  const started = await startWithBucket()
  const put = (more: Partial<S3Request>) => asS3(started, { method: 'PUT', key: 'k', body: 'x', ...more })
  const forged = await put({
    as: { accessKeyId: 'root', accessKeySecret: 'wrong', account: { id: '1', displayName: '' } },
  })
  assert.deepEqual([forged.status, element(forged.text, 'Code')], [403, 'SignatureDoesNotMatch'])
  const other = await put({ payload: 'a'.repeat(64) })
  assert.deepEqual([other.status, element(other.text, 'Code')], [400, 'XAmzContentSHA256Mismatch'])
  const added = await put({ unsigned: { 'x-amz-acl': 'public-read' } })
  assert.deepEqual([added.status, element(added.text, 'HeadersNotSigned')], [403, 'x-amz-acl'])
  const checksum = await put({ headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } })
  assert.deepEqual([checksum.status, element(checksum.text, 'Code')], [400, 'BadDigest'])
  assert.equal((await asS3(started, { method: 'HEAD', key: 'k' })).status, 404)
})

test('buckets are created, located and deleted, and a repeated creation changes nothing', async () => {
  const started = await startWithBucket()
  const body =
    '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>'
  for (const attempt of [1, 2]) {
    const made = await s3(started, { method: 'PUT', bucket: 'made', body })
    assert.deepEqual([made.status, made.headers.location], [200, '/made'], `${attempt} ${made.text}`)
  }
  const head = await s3(started, { method: 'HEAD', bucket: 'made' })
  assert.deepEqual([head.status, head.headers['x-amz-bucket-region']], [200, 'cn-hangzhou'])
  const located = await s3(started, { method: 'GET', bucket: 'made', query: 'location' })
  assert.match(located.text, /<LocationConstraint xmlns="[^"]+">cn-hangzhou<\/LocationConstraint>/)
  const all = await s3(started, { method: 'GET' })
  assert.match(all.text, /<ListAllMyBucketsResult xmlns=/)
  assert.deepEqual(elements(all.text, 'Name'), [BUCKET, 'made'])
  assert.equal((await s3(started, { method: 'DELETE', bucket: 'made' })).status, 204)
  assert.equal((await s3(started, { method: 'HEAD', bucket: 'made' })).status, 404)
})

test('listings are served in pages of S3, and a page that is too large is served in its own size', async () => {
  const started = await startWithBucket()
  for (const key of ['a/1', 'a/2', 'b']) await asS3(started, { method: 'PUT', key, body: 'x' })
  const grouped = await asS3(started, { method: 'GET', query: 'list-type=2&delimiter=%2F&max-keys=5000' })
  assert.equal(element(grouped.text, 'MaxKeys'), '1000')
  assert.equal(element(grouped.text, 'KeyCount'), '2')
  assert.match(grouped.text, /<CommonPrefixes><Prefix>a\/<\/Prefix><\/CommonPrefixes>/)
  const first = await asS3(started, { method: 'GET', query: 'list-type=2&max-keys=1' })
  const token = element(first.text, 'NextContinuationToken') ?? ''
  const second = await asS3(started, { method: 'GET', query: `list-type=2&max-keys=1&continuation-token=${token}` })
  assert.deepEqual([elements(first.text, 'Key'), elements(second.text, 'Key')], [['a/1'], ['a/2']])
  const old = await asS3(started, { method: 'GET', query: 'prefix=b' })
  assert.match(old.text, /<ETag>"9dd4e461268c8034f5c8564e155c67a6"<\/ETag>/)
  assert.equal(element(old.text, 'StorageClass'), 'STANDARD')
})

test('a range is cut to the object, or refused; an invalid range is ignored', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'PUT', key: 'k', body: '0123456789' })
  const read = async (range: string) => {
    const { status, headers, text } = await asS3(started, { method: 'GET', key: 'k', headers: { range } })
    return [status, headers['content-range'], status < 300 ? text : element(text, 'Code')]
  }
  assert.deepEqual(await read('bytes=5-999'), [206, 'bytes 5-9/10', '56789'])
  assert.deepEqual(await read('bytes=-3'), [206, 'bytes 7-9/10', '789'])
  assert.deepEqual(await read('bytes=-30'), [206, 'bytes 0-9/10', '0123456789'])
  assert.deepEqual((await read('bytes=10-'))[2], 'InvalidRange')
  for (const range of ['bytes=0-0,1-2', 'bytes=5-2', 'bytes= 0-1', 'abc']) {
    assert.deepEqual(await read(range), [200, undefined, '0123456789'], range)
  }
})

test('an object is copied, and onto itself only where something changes', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'PUT', key: 'a+b', body: 'x', headers: { 'x-amz-meta-k': 'v' } })
  const copy = (key: string, headers: Record<string, string>) =>
    asS3(started, { method: 'PUT', key, headers: { 'x-amz-copy-source': `${BUCKET}%2Fa%2Bb`, ...headers } })
  assert.match((await copy('c', {})).text, /<CopyObjectResult xmlns=.*<ETag>"9dd4e461268c8034f5c8564e155c67a6"<\/ETag>/)
  assert.equal((await asS3(started, { method: 'HEAD', key: 'c' })).headers['x-amz-meta-k'], 'v')
  assert.equal(element((await copy('a+b', {})).text, 'Code'), 'InvalidRequest')
  const replaced = await copy('a+b', { 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-k': 'w' })
  assert.equal(replaced.status, 200, replaced.text)
  assert.equal((await asS3(started, { method: 'HEAD', key: 'a+b' })).headers['x-amz-meta-k'], 'w')
  const differs = await copy('d', { 'x-amz-copy-source-if-none-match': '9dd4e461268c8034f5c8564e155c67a6' })
  assert.deepEqual([differs.status, element(differs.text, 'Code')], [412, 'PreconditionFailed'])
})

test('objects are deleted by a list with a checksum or an MD5, and not without', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'PUT', key: 'k', body: 'x' })
  const body = '<Delete><Object><Key>k</Key></Object><Object><Key>none</Key></Object></Delete>'
  const remove = (headers: Record<string, string>) => asS3(started, { method: 'POST', query: 'delete', body, headers })
  assert.equal(element((await remove({})).text, 'Code'), 'InvalidRequest')
  assert.equal(element((await remove({ 'x-amz-checksum-crc32': 'AAAAAA==' })).text, 'Code'), 'BadDigest')
  const done = await remove({ 'x-amz-checksum-sha1': createHash('sha1').update(body).digest('base64') })
  assert.deepEqual([done.status, elements(done.text, 'Key')], [200, ['k', 'none']], done.text)
})

test('a query that S3 does not know never makes a request write an object', async () => {
  const started = await startWithBucket()
  for (const query of ['unknown', 'unknown=', 'uploads', 'torrent', 'x-id=PutObject&unknown']) {
    const { status, text } = await asS3(started, { method: 'PUT', key: 'k', body: 'x', query })
    assert.ok(status === 501 || status === 405, `${query}: ${text}`)
  }
  assert.equal((await asS3(started, { method: 'HEAD', key: 'k' })).status, 404)
  assert.equal((await asS3(started, { method: 'PUT', key: 'k', body: 'x', query: 'x-id=PutObject&any=1' })).status, 200)
})

test('bodies in chunks are stored without their framing, after each chunk and the trailer were verified', async () => {
  const started = await startWithBucket()
  const send = (body: string, headers: Record<string, string>) =>
    asS3(started, {
      method: 'PUT',
      key: 'k',
      body,
      payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      headers: { 'content-encoding': 'aws-chunked', 'x-amz-trailer': 'x-amz-checksum-crc32', ...headers },
    })
  const body = (crc: string, end = '\r\n\r\n') => `5\r\nhello\r\n3\r\n s3\r\n0\r\nx-amz-checksum-crc32:${crc}${end}`
  const length = { 'x-amz-decoded-content-length': '8' }
  const put = await send(body('fJy43g=='), length)
  assert.equal(put.status, 200, put.text)
  const got = await asS3(started, { method: 'GET', key: 'k' })
  assert.deepEqual(
    [got.text, got.headers['content-length'], got.headers['content-encoding']],
    ['hello s3', '8', undefined],
  )
  assert.equal((await send(body('fJy43g==', '\n\r\n\r\n'), length)).status, 200)
  const code = async (text: string, headers: Record<string, string>) =>
    element((await send(text, headers)).text, 'Code')
  assert.equal(await code(body('AAAAAA=='), length), 'BadDigest')
  assert.equal(await code(body('fJy4'), length), 'InvalidRequest')
  assert.equal(await code(body('fJy43g=='), { 'x-amz-decoded-content-length': '9' }), 'IncompleteBody')
  assert.equal(await code('5\r\nhel', { 'x-amz-decoded-content-length': '5' }), 'IncompleteBody')
  assert.equal(await code('0\r\n\r\n', { 'x-amz-decoded-content-length': '0' }), 'MalformedTrailerError')
  assert.equal(await code(body('fJy43g=='), {}), 'MissingContentLength')
})

test('versions are kept, listed, read, copied and deleted', async () => {
  const started = await startWithBucket()
  const state = () => asS3(started, { method: 'GET', query: 'versioning' })
  assert.equal(element((await state()).text, 'Status'), undefined)
  const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
  assert.equal((await asS3(started, { method: 'PUT', query: 'versioning', body })).status, 200)
  assert.equal(element((await state()).text, 'Status'), 'Enabled')
  const put = async (text: string) => {
    const { headers } = await asS3(started, { method: 'PUT', key: '/k', body: text })
    return headers['x-amz-version-id'] ?? ''
  }
  const [first, second] = [await put('1'), await put('2')]
  const read = (version: string) =>
    asS3(started, { method: 'GET', key: '/k', query: `versionId=${encodeURIComponent(version)}` })
  assert.deepEqual([(await read(first)).text, (await read(second)).text], ['1', '2'])
  const source = { 'x-amz-copy-source': `${BUCKET}/%2Fk?versionId=${encodeURIComponent(first)}` }
  await asS3(started, { method: 'PUT', key: 'copy', headers: source })
  assert.equal((await asS3(started, { method: 'GET', key: 'copy' })).text, '1')

  const gone = await asS3(started, { method: 'DELETE', key: '/k' })
  assert.equal(gone.headers['x-amz-delete-marker'], 'true')
  const marker = gone.headers['x-amz-version-id'] ?? ''
  const list = () => asS3(started, { method: 'GET', query: 'versions&prefix=%2F' })
  assert.deepEqual(elements((await list()).text, 'VersionId'), [marker, second, first])
  assert.deepEqual(elements((await list()).text, 'IsLatest'), ['true', 'false', 'false'])
  const objects = [marker, second, first].map((id) => `<Object><Key>/k</Key><VersionId>${id}</VersionId></Object>`)
  const all = `<Delete>${objects.join('')}</Delete>`
  const headers = { 'content-md5': createHash('md5').update(all).digest('base64') }
  const removed = await asS3(started, { method: 'POST', query: 'delete', body: all, headers })
  assert.deepEqual(elements(removed.text, 'VersionId'), [marker, second, first], removed.text)
  assert.deepEqual(elements((await list()).text, 'VersionId'), [])
})

test('the tags of an object are replaced, answered and deleted', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'PUT', key: 'k', body: 'x', headers: { 'x-amz-tagging': 'a=1&b=2' } })
  const tags = async () => elements((await asS3(started, { method: 'GET', key: 'k', query: 'tagging' })).text, 'Key')
  assert.deepEqual(await tags(), ['a', 'b'])
  const body = '<Tagging><TagSet><Tag><Key>c</Key><Value>3</Value></Tag></TagSet></Tagging>'
  assert.equal((await asS3(started, { method: 'PUT', key: 'k', query: 'tagging=', body })).status, 200)
  assert.deepEqual(await tags(), ['c'])
  assert.equal((await asS3(started, { method: 'DELETE', key: 'k', query: 'tagging' })).status, 204)
  assert.deepEqual(await tags(), [])
})
