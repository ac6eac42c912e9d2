/** Behaviour of buckets that official SDKs depend on, apart from what the tests of single operations cover. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, elements, initiate, startService, startWithBucket } from '../../testing/index.js'

const ask = async (
  started: Awaited<ReturnType<typeof startWithBucket>>,
  method: string,
  query: Readonly<Record<string, string | undefined>> = {},
  more: object = {},
) => call(started, { method, bucket: BUCKET, query, ...more })

test('no document has a namespace, and each has the root that SDKs look for', async () => {
  const started = await startWithBucket()
  const roots = [
    [{}, 'ListBucketResult'],
    [{ 'list-type': '2' }, 'ListBucketResult'],
    [{ versions: '' }, 'ListVersionsResult'],
    [{ location: '' }, 'LocationConstraint'],
    [{ stat: '' }, 'BucketStat'],
    [{ bucketInfo: '' }, 'BucketInfo'],
    [{ acl: '' }, 'AccessControlPolicy'],
  ] as const
  for (const [query, root] of roots) {
    const { text } = await ask(started, 'GET', query)
    assert.ok(text.split('\n')[1]?.startsWith(`<${root}>`), text)
    assert.equal(text.includes('xmlns'), false)
  }
  const { text } = await call(started, { method: 'GET' })
  assert.ok(text.includes('\n<ListAllMyBucketsResult>'), text)
})

test('elements that SDKs read without a check are present, in empty answers too', async () => {
  const started = await startWithBucket()
  const v2 = (await ask(started, 'GET', { 'list-type': '2' })).text
  assert.deepEqual(
    ['KeyCount', 'MaxKeys', 'IsTruncated'].map((name) => element(v2, name)),
    ['0', '100', 'false'],
  )
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x' })
  for (const query of [{}, { versions: '' }]) {
    assert.match(
      (await ask(started, 'GET', query)).text,
      /<Owner><ID>\d+<\/ID><DisplayName>\d+<\/DisplayName><\/Owner>/,
    )
  }
  assert.match((await ask(started, 'GET', { tagging: '' })).text, /<TagSet><\/TagSet>|<TagSet\/>/)
  assert.match((await ask(started, 'GET', { referer: '' })).text, /<RefererList><\/RefererList>|<RefererList\/>/)
  const none = await call(await startService(), { method: 'GET' })
  assert.match(none.text, /<Buckets><\/Buckets>|<Buckets\/>/)
})

test('a page has 100 keys by default, and a page that is cut names its last entry', async () => {
  const started = await startWithBucket()
  for (let index = 0; index < 101; index += 1) {
    await call(started, { method: 'PUT', bucket: BUCKET, key: `k${String(index).padStart(3, '0')}`, body: '' })
  }
  const { text } = await ask(started, 'GET')
  assert.deepEqual([elements(text, 'Key').length, element(text, 'NextMarker')], [100, 'k099'])
  const one = (await ask(started, 'GET', { 'max-keys': '1', delimiter: '/' })).text
  assert.equal(element(one, 'NextMarker'), 'k000')
})

test('url encoding is known in any case, covers markers and delimiter, and leaves tokens alone', async () => {
  const started = await startWithBucket()
  for (const key of ['a b/c', 'a b/d', 'e f']) await call(started, { method: 'PUT', bucket: BUCKET, key, body: '' })
  const query = { 'encoding-type': 'URL', delimiter: '/', prefix: 'a b', marker: 'a a', 'max-keys': '1' }
  const { text } = await ask(started, 'GET', query)
  assert.deepEqual(
    ['EncodingType', 'Delimiter', 'Prefix', 'Marker'].map((name) => element(text, name)),
    ['url', '%2F', 'a%20b', 'a%20a'],
  )
  const v2 = (await ask(started, 'GET', { 'list-type': '2', 'encoding-type': 'url', 'max-keys': '1' })).text
  const token = element(v2, 'NextContinuationToken') ?? ''
  assert.match(token, /^[A-Za-z0-9._-]+$/)
  const next = (await ask(started, 'GET', { 'list-type': '2', 'continuation-token': token })).text
  assert.deepEqual(elements(next, 'Key'), ['a b/d', 'e f'])
})

test('an open upload counts at once, and keeps its bucket', async () => {
  const started = await startWithBucket()
  await initiate(started, 'k')
  assert.equal(element((await ask(started, 'GET', { stat: '' })).text, 'MultipartUploadCount'), '1')
  const { status, text } = await ask(started, 'DELETE')
  assert.equal(status, 409)
  assert.ok(element(text, 'Message')?.startsWith('The bucket has Multipart Uploads.'), text)
})

test('deleting a setting that is not set is 204; reading it is 404 for some and a default for others', async () => {
  const started = await startWithBucket()
  for (const name of ['lifecycle', 'cors', 'website', 'encryption', 'policy', 'logging', 'tagging', 'worm']) {
    assert.equal((await ask(started, 'DELETE', { [name]: '' })).status, 204, name)
  }
  const missing = [
    'lifecycle',
    'cors',
    'website',
    'encryption',
    'policy',
    'worm',
    'replication',
    'transferAcceleration',
  ]
  for (const name of missing) assert.equal((await ask(started, 'GET', { [name]: '' })).status, 404, name)
  const inventory = await ask(started, 'GET', { inventory: '', inventoryId: 'i' })
  assert.equal(inventory.status, 404)
  const present = 'logging referer tagging requestPayment accessmonitor versioning policyStatus publicAccessBlock'
  for (const name of present.split(' ')) assert.equal((await ask(started, 'GET', { [name]: '' })).status, 200, name)
})

test('creating a bucket and setting its ACL name the bucket in Location; an empty or chunked body creates one', async () => {
  const started = await startService()
  for (const [bucket, more] of [
    ['b-empty', { headers: { 'content-length': '0' } }],
    ['b-chunked', { chunked: true, body: '' }],
  ] as const) {
    const made = await call(started, { method: 'PUT', bucket, ...more })
    assert.deepEqual([made.status, made.headers.location], [200, `/${bucket}`])
    const acl = await call(started, {
      method: 'PUT',
      bucket,
      query: { acl: '' },
      headers: { 'x-oss-acl': 'public-read' },
    })
    assert.equal(acl.headers.location, `/${bucket}`)
  }
})

test('bucket information shows that nothing is encrypted, and no versioning that was never set', async () => {
  const started = await startWithBucket()
  const { text } = await ask(started, 'GET', { bucketInfo: '' })
  assert.ok(text.includes('<ServerSideEncryptionRule><SSEAlgorithm>None</SSEAlgorithm></ServerSideEncryptionRule>'))
  assert.equal(text.includes('<Versioning>'), false)
})

test('a policy comes back byte for byte, and CORS rules always with ResponseVary', async () => {
  const started = await startWithBucket()
  const policy =
    '{ "Version":"1",\n "Statement":[{"Effect":"Deny","Action":["oss:PutObject"],"Principal":["1"],"Resource":["acs:oss:*:*:bkt/*"]}] }'
  assert.equal((await ask(started, 'PUT', { policy: '' }, { body: policy })).status, 200)
  assert.equal((await ask(started, 'GET', { policy: '' })).text, policy)
  const cors =
    '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>'
  await ask(started, 'PUT', { cors: '' }, { body: cors })
  assert.equal(element((await ask(started, 'GET', { cors: '' })).text, 'ResponseVary'), 'false')
})

test('a sub-resource counts by its presence; unknown parameters of a list mean nothing, and empty ones are echoed', async () => {
  const started = await startWithBucket()
  for (const value of [undefined, '']) {
    assert.match((await ask(started, 'GET', { acl: value })).text, /<AccessControlPolicy>/)
  }
  const { status, text } = await ask(started, 'GET', { prefix: '', marker: '', unknown: 'x', other: undefined })
  assert.equal(status, 200)
  assert.deepEqual([element(text, 'Prefix'), element(text, 'Marker')], ['', ''])
})
