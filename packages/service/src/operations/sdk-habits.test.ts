/** Requests and expectations of the official SDKs that no page of OSS describes; seen in their own test suites. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, elements, type StartedService, startWithBucket } from '../testing/index.js'

const inventory = (started: StartedService, id: string, { filter = '', encryption = '' } = {}) =>
  call(started, {
    method: 'PUT',
    bucket: BUCKET,
    query: { inventory: '', inventoryId: id },
    body: `<InventoryConfiguration><Id>${id}</Id><IsEnabled>true</IsEnabled>${filter}<Destination><OSSBucketDestination><Format>CSV</Format><RoleArn>acs:ram::1:role/r</RoleArn><Bucket>acs:oss:::${BUCKET}</Bucket>${encryption}</OSSBucketDestination></Destination><Schedule><Frequency>Daily</Frequency></Schedule><IncludedObjectVersions>All</IncludedObjectVersions></InventoryConfiguration>`,
  })

const inventories = (started: StartedService, query: Record<string, string> = {}) =>
  call(started, { method: 'GET', bucket: BUCKET, query: { inventory: '', ...query } })

test('a list of buckets with regionList is a list of buckets', async () => {
  const started = await startWithBucket()
  const { status, text } = await call(started, { method: 'GET', query: { regionList: '' } })
  assert.equal(status, 200)
  assert.deepEqual(elements(text, 'Name'), [BUCKET])
})

test('a delete that still names the parameter of its GetSymlink deletes the link', async () => {
  const started = await startWithBucket()
  const headers = { 'x-oss-symlink-target': 'target' }
  const link = { bucket: BUCKET, key: 'link', query: { symlink: '' } }
  await call(started, { ...link, method: 'PUT', headers })
  assert.equal((await call(started, { ...link, method: 'DELETE' })).status, 204)
  assert.equal((await call(started, { ...link, method: 'GET' })).status, 404)
})

test('TLS versions that are named twice are kept once', async () => {
  const started = await startWithBucket()
  const versions = '<TLSVersion>TLSv1.2</TLSVersion><TLSVersion>TLSv1.3</TLSVersion><TLSVersion>TLSv1.2</TLSVersion>'
  const body = `<HttpsConfiguration><TLS><Enable>true</Enable>${versions}</TLS></HttpsConfiguration>`
  const query = { httpsConfig: '' }
  assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, query, body })).status, 200)
  const { text } = await call(started, { method: 'GET', bucket: BUCKET, query })
  assert.deepEqual(elements(text, 'TLSVersion'), ['TLSv1.2', 'TLSv1.3'])
})

test('the storage classes of an inventory are returned in alphabetical order', async () => {
  const started = await startWithBucket()
  await inventory(started, 'r', { filter: '<Filter><StorageClass>Standard,IA</StorageClass></Filter>' })
  assert.equal(element((await inventories(started)).text, 'StorageClass'), 'IA,Standard')
})

test('a bucket without inventories has no list of them, and a page repeats the token of its request', async () => {
  const started = await startWithBucket()
  const none = await inventories(started)
  assert.equal(none.status, 404)
  assert.equal(element(none.text, 'Code'), 'NoSuchInventory')
  for (let index = 0; index < 102; index += 1) await inventory(started, `r-${String(index).padStart(3, '0')}`)
  const first = await inventories(started)
  assert.equal(element(first.text, 'ContinuationToken'), undefined)
  const token = element(first.text, 'NextContinuationToken') ?? ''
  const second = await inventories(started, { 'continuation-token': token })
  assert.equal(element(second.text, 'ContinuationToken'), token)
  assert.deepEqual(elements(second.text, 'Id'), ['r-100', 'r-101'])
  const beyond = await inventories(started, { 'continuation-token': 'r-101' })
  assert.equal(beyond.status, 200)
})

test('tags of lifecycle rules may be longer than those of objects, and have the same characters', async () => {
  const started = await startWithBucket()
  const put = (tag: string) =>
    call(started, {
      method: 'PUT',
      bucket: BUCKET,
      query: { lifecycle: '' },
      body: `<LifecycleConfiguration><Rule><Prefix/><Status>Enabled</Status><Tag>${tag}</Tag><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>`,
    })
  assert.equal((await put(`<Key>${'a'.repeat(129)}</Key><Value>v</Value>`)).status, 200)
  for (const tag of ['<Key>%&amp;</Key><Value>v</Value>', '<Key>k</Key><Value>%&amp;</Value>']) {
    const { status, text } = await put(tag)
    assert.equal(status, 400)
    assert.equal(element(text, 'Code'), 'MalformedXML')
  }
})

test('a request about callback policies never touches the policy of the bucket', async () => {
  const started = await startWithBucket()
  const policy = JSON.stringify({
    Version: '1',
    Statement: [
      { Effect: 'Allow', Principal: ['2'], Action: ['oss:GetObject'], Resource: [`acs:oss:*:*:${BUCKET}/*`] },
    ],
  })
  await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: '' }, body: policy })
  const body = '<BucketCallbackPolicy/>'
  for (const method of ['PUT', 'GET', 'DELETE']) {
    const query = { policy: '', comp: 'callback' }
    const { status } = await call(started, { method, bucket: BUCKET, query, ...(method === 'PUT' && { body }) })
    assert.equal(status, method === 'DELETE' ? 204 : 200)
  }
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, query: { policy: '' } })).text, policy)
})

test('an inventory is encrypted in one way, by KMS also without the id of a key', async () => {
  const started = await startWithBucket()
  const put = (inner: string) =>
    inventory(started, `r${inner.length}`, { encryption: `<Encryption>${inner}</Encryption>` })
  for (const inner of ['<SSE-KMS></SSE-KMS>', '<SSE-KMS><KeyId/></SSE-KMS>', '<SSE-OSS/>']) {
    assert.equal((await put(inner)).status, 200, inner)
  }
  assert.equal(element((await put('<SSE-KMS></SSE-KMS><SSE-OSS/>')).text, 'Code'), 'MalformedXML')
})

test('rules that abort uploads may not overlap, even where other actions may', async () => {
  const started = await startWithBucket()
  const rule = (prefix: string, action: string) =>
    `<Rule><Prefix>${prefix}</Prefix><Status>Enabled</Status><${action}><Days>9</Days></${action}></Rule>`
  const put = (action: string) =>
    call(started, {
      method: 'PUT',
      bucket: BUCKET,
      query: { lifecycle: '' },
      headers: { 'x-oss-allow-same-action-overlap': 'true' },
      body: `<LifecycleConfiguration>${rule('a', action)}${rule('a/b', action)}</LifecycleConfiguration>`,
    })
  assert.equal((await put('Expiration')).status, 200)
  assert.equal((await put('AbortMultipartUpload')).status, 400)
})

test('principals of a policy may be one text of ids in brackets', async () => {
  const started = await startWithBucket()
  const put = (principal: string) =>
    call(started, {
      method: 'PUT',
      bucket: BUCKET,
      query: { policy: '' },
      body: JSON.stringify({
        Version: '1',
        Statement: [{ Effect: 'Deny', Principal: principal, Action: 'oss:PutObject', Resource: 'acs:oss:*:1:*/*' }],
      }),
    })
  for (const principal of ['[123456790]', '[1, 2]', '3']) assert.equal((await put(principal)).status, 200, principal)
  for (const principal of ['[]', '[x]', '[1']) assert.equal((await put(principal)).status, 400, principal)
})

test('a default encryption of data without KMS is left out', async () => {
  const started = await startWithBucket()
  const query = { encryption: '' }
  for (const algorithm of ['AES256', 'SM4']) {
    const body = `<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm><KMSDataEncryption>SM4</KMSDataEncryption></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>`
    assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, query, body })).status, 200)
    const { text } = await call(started, { method: 'GET', bucket: BUCKET, query })
    assert.equal(element(text, 'SSEAlgorithm'), algorithm)
    assert.equal(element(text, 'KMSDataEncryption'), undefined)
  }
})

test('a list of limits per requester has both tokens, which are empty on a single page', async () => {
  const started = await startWithBucket()
  const { text } = await call(started, { method: 'GET', bucket: BUCKET, query: { requesterQosInfo: '' } })
  assert.equal(element(text, 'ContinuationToken'), '')
  assert.equal(element(text, 'NextContinuationToken'), '')
})

test('for an origin, both elements about the query are the same', async () => {
  const started = await startWithBucket()
  const query = { website: '' }
  const rule = (redirect: string) =>
    `<WebsiteConfiguration><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><RedirectType>Mirror</RedirectType><MirrorURL>http://origin/</MirrorURL>${redirect}</Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>`
  const kept = async (redirect: string) => {
    await call(started, { method: 'PUT', bucket: BUCKET, query, body: rule(redirect) })
    const { text } = await call(started, { method: 'GET', bucket: BUCKET, query })
    return ['PassQueryString', 'MirrorPassQueryString'].map((name) => element(text, name))
  }
  const plain = '<PassQueryString>false</PassQueryString>'
  const mirror = '<MirrorPassQueryString>true</MirrorPassQueryString>'
  assert.deepEqual(await kept(plain + mirror), ['true', 'true'])
  assert.deepEqual(await kept(plain), ['false', 'false'])
})

test('a bucket policy without principals allows no one and denies everyone', async () => {
  const started = await startWithBucket()
  await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    key: 'k',
    body: 'x',
    headers: { 'x-oss-object-acl': 'public-read' },
  })
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'private', body: 'x' })
  const put = (effect: string) =>
    call(started, {
      method: 'PUT',
      bucket: BUCKET,
      query: { policy: '' },
      body: JSON.stringify({
        Version: '1',
        Statement: [{ Effect: effect, Action: ['oss:GetObject'], Resource: ['acs:oss:*:*:*'] }],
      }),
    })
  const read = async (key: string) =>
    (await call(started, { method: 'GET', bucket: BUCKET, key, as: 'anonymous' })).status
  assert.equal((await put('Allow')).status, 200)
  assert.deepEqual([await read('k'), await read('private')], [200, 403])
  assert.equal((await put('Deny')).status, 200)
  assert.deepEqual([await read('k'), await read('private')], [403, 403])
})
