import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
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
const put = (started: StartedService, key: string, headers = {}) =>
  asS3(started, { method: 'PUT', key, body: '0123456789', headers })
/** A request that shows that its client speaks S3, without a signature. */
const anonymous = (started: StartedService, request: S3Request) =>
  asS3(started, { ...request, as: 'anonymous', headers: { 'x-amz-date': 'now' } })

const md5Of = (text: string) => createHash('md5').update(text).digest('base64')

async function refusal(answer: Promise<{ readonly status: number; readonly text: string }>) {
  const { status, text } = await answer
  return `${status} ${element(text, 'Code')}`
}

/** A multipart object of parts 1 and 3, with these checksums. */
async function multipart(started: StartedService, key: string, headers = {}): Promise<void> {
  const begun = await asS3(started, { method: 'POST', key, query: 'uploads', headers })
  const uploadId = element(begun.text, 'UploadId')
  const listed = []
  for (const [number, body] of [
    [1, 'x'.repeat(102_400)],
    [3, 'end'],
  ] as const) {
    const part = await asS3(started, { method: 'PUT', key, query: `partNumber=${number}&uploadId=${uploadId}`, body })
    const crc = part.headers['x-amz-checksum-crc32']
    const checksum = crc === undefined ? '' : `<ChecksumCRC32>${crc}</ChecksumCRC32>`
    listed.push(`<Part><PartNumber>${number}</PartNumber><ETag>${part.headers.etag}</ETag>${checksum}</Part>`)
  }
  const body = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`
  const done = await asS3(started, { method: 'POST', key, query: `uploadId=${uploadId}`, body })
  assert.equal(done.status, 200, done.text)
}

describe('parts of objects', () => {
  test('a part is read by the number that it was uploaded with; a number between does not exist', async () => {
    const started = await startWithBucket()
    await multipart(started, 'm')
    for (const method of ['GET', 'HEAD'] as const) {
      const part = await asS3(started, { method, key: 'm', query: 'partNumber=3' })
      assert.equal(part.status, 206)
      assert.deepEqual(
        [part.headers['content-range'], part.headers['x-amz-mp-parts-count'], part.headers['content-length']],
        ['bytes 102400-102402/102403', '2', '3'],
      )
      if (method === 'GET') assert.equal(part.text, 'end')
    }
    assert.equal(
      await refusal(asS3(started, { method: 'GET', key: 'm', query: 'partNumber=2' })),
      '416 InvalidPartNumber',
    )
    const whole = await asS3(started, { method: 'HEAD', key: 'm' })
    assert.equal(whole.headers['x-amz-mp-parts-count'], undefined)
  })

  test('a plain object is its own first part, and has no other', async () => {
    const started = await startWithBucket()
    await put(started, 'k')
    await asS3(started, { method: 'PUT', key: 'empty' })
    const first = await asS3(started, { method: 'GET', key: 'k', query: 'partNumber=1' })
    assert.deepEqual(
      [first.status, first.headers['content-range'], first.headers['x-amz-mp-parts-count'], first.text],
      [206, 'bytes 0-9/10', undefined, '0123456789'],
    )
    assert.equal((await asS3(started, { method: 'GET', key: 'empty', query: 'partNumber=1' })).status, 200)
    const refusals: readonly (readonly [query: string, headers: Record<string, string>, expected: string])[] = [
      ['partNumber=2', {}, '416 InvalidPartNumber'],
      ['partNumber=0', {}, '400 InvalidArgument'],
      ['partNumber=10001', {}, '400 InvalidArgument'],
      ['partNumber=x', {}, '400 InvalidArgument'],
      ['partNumber=1', { range: 'bytes=0-1' }, '400 InvalidRequest'],
    ]
    for (const [query, headers, expected] of refusals) {
      assert.equal(await refusal(asS3(started, { method: 'GET', key: 'k', query, headers })), expected, query)
    }
  })

  test('attributes are returned on request, with the parts in pages', async () => {
    const started = await startWithBucket()
    await multipart(started, 'm', { 'x-amz-checksum-algorithm': 'CRC32' })
    const asked = (attributes: string, more = {}) =>
      asS3(started, {
        method: 'GET',
        key: 'm',
        query: 'attributes',
        headers: { 'x-amz-object-attributes': attributes, ...more },
      })
    const all = await asked('ETag, Checksum,ObjectParts,StorageClass,ObjectSize', { 'x-amz-max-parts': '1' })
    assert.equal(all.status, 200, all.text)
    const got = await asS3(started, { method: 'GET', key: 'm', headers: { 'x-amz-checksum-mode': 'ENABLED' } })
    assert.equal(`"${element(all.text, 'ETag')}"`, got.headers.etag)
    assert.equal(`${element(all.text, 'ChecksumCRC32')}-2`, got.headers['x-amz-checksum-crc32'])
    assert.deepEqual(
      ['PartsCount', 'NextPartNumberMarker', 'IsTruncated', 'Size', 'StorageClass', 'ObjectSize'].map((name) =>
        element(all.text, name),
      ),
      ['2', '1', 'true', '102400', 'STANDARD', '102403'],
    )
    const next = await asked('ObjectParts', { 'x-amz-part-number-marker': '1' })
    assert.deepEqual(elements(next.text, 'PartNumber'), ['3'])
    assert.equal(element(next.text, 'ETag'), undefined)
    const part = await asS3(started, {
      method: 'GET',
      key: 'm',
      query: 'partNumber=3',
      headers: { 'x-amz-checksum-mode': 'ENABLED' },
    })
    assert.equal(part.headers['x-amz-checksum-crc32'], element(next.text, 'ChecksumCRC32'))
    assert.equal(await refusal(asked('Other')), '400 InvalidArgument')
    assert.equal(await refusal(asS3(started, { method: 'GET', key: 'm', query: 'attributes' })), '400 InvalidRequest')
  })

  test('HEAD obeys a range, and a tag that matches decides over a time', async () => {
    const started = await startWithBucket()
    const { headers } = await put(started, 'k')
    const head = await asS3(started, { method: 'HEAD', key: 'k', headers: { range: 'bytes=2-999' } })
    assert.deepEqual(
      [head.status, head.headers['content-range'], head.headers['content-length']],
      [206, 'bytes 2-9/10', '8'],
    )
    assert.equal((await asS3(started, { method: 'HEAD', key: 'k', headers: { range: 'bytes=10-' } })).status, 416)
    const old = { 'if-unmodified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' }
    const conditions = { ...old, 'if-match': headers.etag ?? '' }
    assert.equal((await asS3(started, { method: 'GET', key: 'k', headers: conditions })).status, 200)
    assert.equal((await asS3(started, { method: 'GET', key: 'k', headers: old })).status, 412)
    assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'k', headers: conditions })).status, 412)
  })
})

describe('deletions', () => {
  test('a condition of a deletion is about the current object', async () => {
    const started = await startWithBucket()
    const { headers } = await put(started, 'k')
    const remove = (tag: string) => asS3(started, { method: 'DELETE', key: 'k', headers: { 'if-match': tag } })
    assert.equal(await refusal(remove('"other"')), '412 PreconditionFailed')
    assert.equal((await remove(headers.etag ?? '')).status, 204)
    assert.equal(await refusal(remove(headers.etag ?? '')), '404 NoSuchKey')
  })

  test('each key of DeleteObjects fails on its own', async () => {
    const started = await startWithBucket()
    const { headers } = await put(started, 'a')
    await put(started, 'b')
    const object = (key: string, more = '') => `<Object><Key>${key}</Key>${more}</Object>`
    const objects = [object('a', `<ETag>${headers.etag}</ETag>`), object('b', '<ETag>x</ETag>'), object('missing')]
    const body = (quiet: string) => `<Delete>${quiet}${objects.join('')}</Delete>`
    const send = (text: string) =>
      asS3(started, { method: 'POST', query: 'delete', body: text, headers: { 'content-md5': md5Of(text) } })
    const first = await send(body(''))
    assert.match(
      first.text,
      /<Deleted><Key>a<\/Key><\/Deleted><Deleted><Key>missing<\/Key><\/Deleted><Error><Key>b<\/Key><Code>PreconditionFailed<\/Code>/,
    )
    const quiet = await send(body('<Quiet>true</Quiet>'))
    assert.deepEqual(elements(quiet.text, 'Key'), ['a', 'b'])
    assert.doesNotMatch(quiet.text, /<Deleted>/)
    assert.equal((await call(started, { method: 'HEAD', bucket: BUCKET, key: 'b' })).status, 200)
  })
})

describe('encryption', () => {
  test('the words of S3 are those of OSS, in requests and answers', async () => {
    const started = await startWithBucket()
    const stored = await put(started, 'k', { 'x-amz-server-side-encryption': 'aws:kms' })
    assert.equal(stored.status, 200, stored.text)
    assert.equal(stored.headers['x-amz-server-side-encryption'], 'aws:kms')
    const got = await asS3(started, { method: 'GET', key: 'k' })
    assert.deepEqual([got.text, got.headers['x-amz-server-side-encryption']], ['0123456789', 'aws:kms'])
    const oss = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
    assert.equal(oss.headers['x-oss-server-side-encryption'], 'KMS')
    const refused = (headers: Record<string, string>) => refusal(put(started, 'other', headers))
    assert.equal(await refused({ 'x-amz-server-side-encryption': 'KMS' }), '400 InvalidEncryptionAlgorithmError')
    const reading = { 'x-amz-server-side-encryption': 'AES256' }
    assert.equal(await refusal(asS3(started, { method: 'GET', key: 'k', headers: reading })), '400 InvalidArgument')
  })
})

describe('ACLs', () => {
  const ALL = 'http://acs.amazonaws.com/groups/global/AllUsers'
  const grants = (started: StartedService, request: Partial<S3Request> = {}) =>
    asS3(started, { method: 'GET', query: 'acl', ...request }).then(({ text }) => elements(text, 'Permission'))
  const setAcl = (started: StartedService, acl: string, key?: string) =>
    asS3(started, { method: 'PUT', query: 'acl', headers: { 'x-amz-acl': acl }, ...(key !== undefined && { key }) })

  test('what S3 opens of a bucket is its listing, and each object by its own ACL', async () => {
    const started = await startWithBucket()
    await put(started, 'closed')
    await put(started, 'open', { 'x-amz-acl': 'public-read' })
    const list = (query = '') => anonymous(started, { method: 'GET', query })
    assert.equal((await list()).status, 403)
    assert.equal((await setAcl(started, 'public-read')).status, 200)
    assert.deepEqual(elements((await list()).text, 'Key'), ['closed', 'open'])
    assert.equal((await anonymous(started, { method: 'GET', key: 'open' })).status, 200)
    assert.equal((await anonymous(started, { method: 'GET', key: 'closed' })).status, 403)
    assert.equal((await anonymous(started, { method: 'GET', key: 'missing' })).status, 404)
    assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'closed', as: 'anonymous' })).status, 403)
    assert.equal((await anonymous(started, { method: 'PUT', key: 'new', body: 'x' })).status, 403)
    assert.equal((await setAcl(started, 'public-read-write')).status, 200)
    assert.equal((await anonymous(started, { method: 'PUT', key: 'new', body: 'x' })).status, 200)
    assert.equal((await anonymous(started, { method: 'DELETE', key: 'closed' })).status, 204)
  })

  test('what OSS opens of a bucket is its objects, and not its listing', async () => {
    const started = await startWithBucket()
    await put(started, 'k')
    assert.equal((await setAcl(started, 'public-read')).status, 200)
    const oss = (acl: string) =>
      call(started, { method: 'PUT', bucket: BUCKET, query: { acl: undefined }, headers: { 'x-oss-acl': acl } })
    assert.equal((await oss('public-read')).status, 200)
    assert.equal((await anonymous(started, { method: 'GET', key: 'k' })).status, 200)
    assert.equal((await anonymous(started, { method: 'GET' })).status, 403)
    assert.deepEqual(await grants(started, { key: 'k' }), ['FULL_CONTROL', 'READ'])
    assert.equal((await setAcl(started, 'public-read')).status, 200)
    assert.equal((await anonymous(started, { method: 'GET', key: 'k' })).status, 403)
    assert.deepEqual(await grants(started, { key: 'k' }), ['FULL_CONTROL'])
  })

  test('a bucket that is created again stays as it is', async () => {
    const started = await startWithBucket()
    const create = (acl: string) => s3(started, { method: 'PUT', bucket: 'made', headers: { 'x-amz-acl': acl } })
    assert.equal((await create('public-read')).status, 200)
    assert.equal((await create('private')).status, 200)
    assert.deepEqual(await grants(started, { bucket: 'made' }), ['FULL_CONTROL', 'READ'])
  })

  test('grants that match a canned ACL are stored as it, and others are refused', async () => {
    const started = await startWithBucket()
    const { text } = await asS3(started, { method: 'GET', query: 'acl' })
    assert.match(text, /<Grantee xmlns:xsi="[^"]+" xsi:type="CanonicalUser"><ID>\d+<\/ID>/)
    const owner = element(text, 'ID') ?? ''
    const document = (...list: readonly (readonly [grantee: string, permission: string])[]) => {
      const all = list.map(
        ([grantee, permission]) => `<Grant><Grantee>${grantee}</Grantee><Permission>${permission}</Permission></Grant>`,
      )
      return `<AccessControlPolicy><Owner><ID>${owner}</ID></Owner><AccessControlList>${all.join('')}</AccessControlList></AccessControlPolicy>`
    }
    const send = (body: string, headers = {}) => asS3(started, { method: 'PUT', query: 'acl', body, headers })
    const me = `<ID>${owner}</ID>`
    const group = (uri: string) => `<URI>${uri}</URI>`
    assert.equal((await send(document([me, 'FULL_CONTROL'], [group(ALL), 'READ'], [group(ALL), 'WRITE']))).status, 200)
    assert.deepEqual(await grants(started), ['FULL_CONTROL', 'READ', 'WRITE'])
    assert.equal(
      (await send('', { 'x-amz-grant-read': `uri="${ALL}"`, 'x-amz-grant-full-control': `id=${owner}` })).status,
      200,
    )
    assert.deepEqual(await grants(started), ['FULL_CONTROL', 'READ'])
    const users = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers'
    const faults: readonly (readonly [body: string, headers: Record<string, string>, expected: string])[] = [
      [document([group(users), 'READ']), {}, '501 NotImplemented'],
      [document([group(ALL), 'WRITE_ACP']), {}, '501 NotImplemented'],
      [document([group('http://x'), 'READ']), {}, '400 InvalidArgument'],
      [document(['<ID>other</ID>', 'READ']), {}, '400 InvalidArgument'],
      [document([me, 'ALL']), {}, '400 MalformedACLError'],
      ['<AccessControlPolicy/>', {}, '400 MalformedACLError'],
      [document([me, 'FULL_CONTROL']), { 'x-amz-acl': 'private' }, '400 UnexpectedContent'],
      ['', { 'x-amz-acl': 'private', 'x-amz-grant-read': `id=${owner}` }, '400 InvalidRequest'],
      ['', {}, '400 MissingSecurityHeader'],
      ['', { 'x-amz-acl': 'open' }, '400 InvalidArgument'],
      ['', { 'x-amz-acl': 'authenticated-read' }, '501 NotImplemented'],
    ]
    for (const [body, headers, expected] of faults) assert.equal(await refusal(send(body, headers)), expected, body)
    assert.deepEqual(await grants(started), ['FULL_CONTROL', 'READ'])
  })

  test('grants of a new object are those of a canned ACL, and ACLs that are off refuse what would open it', async () => {
    const started = await startWithBucket()
    const everyone = { 'x-amz-grant-read': 'uri="http://acs.amazonaws.com/groups/global/AllUsers"' }
    assert.equal((await put(started, 'open', everyone)).status, 200)
    assert.equal((await anonymous(started, { method: 'GET', key: 'open' })).status, 200)
    assert.equal(await refusal(put(started, 'k', { ...everyone, 'x-amz-acl': 'private' })), '400 InvalidRequest')
    assert.equal(await refusal(put(started, 'k', { 'x-amz-grant-read': 'id="other"' })), '400 InvalidArgument')
    const controls =
      '<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>'
    assert.equal((await asS3(started, { method: 'PUT', query: 'ownershipControls', body: controls })).status, 200)
    const opening = [everyone, { 'x-amz-acl': 'public-read' }] as const
    for (const headers of opening) {
      const code = '400 AccessControlListNotSupported'
      assert.equal(await refusal(put(started, 'k', headers)), code)
      const copy = { ...headers, 'x-amz-copy-source': `${BUCKET}/open` }
      assert.equal(await refusal(asS3(started, { method: 'PUT', key: 'k', headers: copy })), code)
      assert.equal(await refusal(asS3(started, { method: 'POST', key: 'k', query: 'uploads', headers })), code)
    }
    for (const acl of ['private', 'bucket-owner-full-control']) {
      assert.equal((await put(started, 'k', { 'x-amz-acl': acl })).status, 200, acl)
    }
  })

  test('ACLs that are off open nothing, and nothing that is open lets them be off', async () => {
    const started = await startWithBucket()
    const enforced =
      '<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>'
    await setAcl(started, 'public-read')
    const off = () => asS3(started, { method: 'PUT', query: 'ownershipControls', body: enforced })
    assert.equal(await refusal(off()), '400 InvalidBucketAclWithObjectOwnership')
    await setAcl(started, 'private')
    assert.equal((await off()).status, 200)
    await put(started, 'k')
    assert.equal(await refusal(setAcl(started, 'public-read')), '400 AccessControlListNotSupported')
    assert.equal(await refusal(setAcl(started, 'public-read', 'k')), '400 AccessControlListNotSupported')
    assert.equal((await setAcl(started, 'private', 'k')).status, 200)
  })
})

describe('listings', () => {
  test('a marker within a common prefix does not list that prefix again', async () => {
    const started = await startWithBucket()
    for (const key of ['a/1', 'a/2', 'b/1']) await put(started, key)
    for (const query of ['delimiter=%2F&marker=a%2F1', 'list-type=2&delimiter=%2F&start-after=a%2F1']) {
      const { text } = await asS3(started, { method: 'GET', query })
      assert.match(text, /<CommonPrefixes><Prefix>b\/<\/Prefix><\/CommonPrefixes>/)
      assert.doesNotMatch(text, /<Prefix>a\//)
    }
  })
})
