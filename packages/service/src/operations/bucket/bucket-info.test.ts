import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  elements,
  OTHER,
  type StartedService,
  startService,
  startWithBucket,
} from '../../testing/index.js'

async function set(started: StartedService, subresource: string, body: string): Promise<void> {
  const { status, text } = await call(started, { method: 'PUT', bucket: BUCKET, query: { [subresource]: '' }, body })
  assert.equal(status, 200, text)
}

async function info(started: StartedService, bucket = BUCKET): Promise<string> {
  const { status, text } = await call(started, { method: 'GET', bucket, query: { bucketInfo: '' } })
  assert.equal(status, 200, text)
  return text
}

const versioning = (status: string) => `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`

test('the information of a bucket shows all that is set on it', async () => {
  const started = await startWithBucket()
  const fresh = await info(started)
  assert.equal(element(fresh, 'Versioning'), undefined)
  assert.equal(element(fresh, 'ResourceGroupId'), 'rg-default-id')
  assert.match(fresh, /<ServerSideEncryptionRule><SSEAlgorithm>None<\/SSEAlgorithm><\/ServerSideEncryptionRule>/)
  assert.match(fresh, /<BucketPolicy><LogBucket><\/LogBucket><LogPrefix><\/LogPrefix><\/BucketPolicy>/)
  await set(started, 'versioning', versioning('Enabled'))
  await set(
    started,
    'accessmonitor',
    '<AccessMonitorConfiguration><Status>Enabled</Status></AccessMonitorConfiguration>',
  )
  await set(
    started,
    'publicAccessBlock',
    '<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>',
  )
  await set(
    started,
    'transferAcceleration',
    '<TransferAccelerationConfiguration><Enabled>true</Enabled></TransferAccelerationConfiguration>',
  )
  await set(
    started,
    'resourceGroup',
    '<BucketResourceGroupConfiguration><ResourceGroupId>rg-a1</ResourceGroupId></BucketResourceGroupConfiguration>',
  )
  await set(
    started,
    'encryption',
    '<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID><KMSDataEncryption>SM4</KMSDataEncryption></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>',
  )
  await set(
    started,
    'logging',
    `<BucketLoggingStatus><LoggingEnabled><TargetBucket>${BUCKET}</TargetBucket><TargetPrefix>p</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`,
  )
  const full = await info(started)
  assert.equal(element(full, 'Versioning'), 'Enabled')
  assert.equal(element(full, 'AccessMonitor'), 'Enabled')
  assert.equal(element(full, 'BlockPublicAccess'), 'true')
  assert.equal(element(full, 'TransferAcceleration'), 'Enabled')
  assert.equal(element(full, 'ResourceGroupId'), 'rg-a1')
  assert.match(
    full,
    /<ServerSideEncryptionRule><SSEAlgorithm>KMS<\/SSEAlgorithm><KMSMasterKeyID>k<\/KMSMasterKeyID><KMSDataEncryption>SM4<\/KMSDataEncryption>/,
  )
  assert.deepEqual([element(full, 'LogBucket'), element(full, 'LogPrefix')], [BUCKET, 'p'])
})

test('the state of versioning is absent until it is set, and never absent again', async () => {
  const started = await startWithBucket()
  const get = () => call(started, { method: 'GET', bucket: BUCKET, query: { versioning: undefined } })
  assert.match((await get()).text, /<VersioningConfiguration><\/VersioningConfiguration>$/)
  for (const body of [versioning('Off'), versioning(''), '<VersioningConfiguration/>', '']) {
    const { status, text } = await call(started, { method: 'PUT', bucket: BUCKET, query: { versioning: '' }, body })
    assert.deepEqual([status, element(text, 'Code')], [400, 'MalformedXML'], body)
  }
  for (const status of ['Enabled', 'Suspended', 'Enabled']) {
    await set(started, 'versioning', versioning(status))
    assert.equal(element((await get()).text, 'Status'), status)
  }
})

test('a bucket is created with the settings of its headers', async () => {
  const started = await startService()
  const create = (headers: Record<string, string>) => call(started, { method: 'PUT', bucket: BUCKET, headers })
  const refused: readonly (readonly [headers: Record<string, string>, code: string, ec: string | undefined])[] = [
    [{ 'x-oss-server-side-encryption': 'DES' }, 'InvalidEncryptionAlgorithmError', '0005-00000003'],
    [
      { 'x-oss-server-side-encryption': 'AES256', 'x-oss-server-side-encryption-key-id': 'k' },
      'InvalidArgument',
      '0005-00000204',
    ],
    [
      { 'x-oss-server-side-encryption': 'KMS', 'x-oss-server-side-data-encryption': 'DES' },
      'InvalidArgument',
      '0005-00000203',
    ],
    [{ 'x-oss-resource-group-id': 'none' }, 'ResourceGroupIdPreCheckError', '0039-00000003'],
    [{ 'x-oss-bucket-tagging': 'Aliyun=x' }, 'InvalidTag', '0010-00000207'],
    [{ 'x-oss-bucket-tagging': 'k=1&k=2' }, 'InvalidTag', '0010-00000210'],
  ]
  for (const [headers, code, ec] of refused) {
    const { status, text } = await create(headers)
    assert.deepEqual([status, element(text, 'Code'), element(text, 'EC')], [400, code, ec])
  }
  const created = await create({
    'x-oss-server-side-encryption': 'KMS',
    'x-oss-server-side-encryption-key-id': 'k',
    'x-oss-server-side-data-encryption': 'SM4',
    'x-oss-resource-group-id': 'rg-a1',
    'x-oss-bucket-tagging': 'k%201=v%26&k2',
  })
  assert.deepEqual([created.status, created.headers.location], [200, `/${BUCKET}`])
  const shown = await info(started)
  assert.deepEqual(
    ['SSEAlgorithm', 'KMSMasterKeyID', 'KMSDataEncryption', 'ResourceGroupId'].map((name) => element(shown, name)),
    ['KMS', 'k', 'SM4', 'rg-a1'],
  )
  const tags = await call(started, { method: 'GET', bucket: BUCKET, query: { tagging: '' } })
  assert.deepEqual(
    [elements(tags.text, 'Key'), elements(tags.text, 'Value')],
    [
      ['k 1', 'k2'],
      ['v&', ''],
    ],
  )
})

test('live channels are an empty list, which echoes the request', async () => {
  const started = await startWithBucket()
  const query = { live: '', prefix: 'p', marker: 'm', 'max-keys': '5' }
  const { status, text } = await call(started, { method: 'GET', bucket: BUCKET, query })
  assert.equal(status, 200)
  assert.match(
    text,
    /<ListLiveChannelResult><Prefix>p<\/Prefix><Marker>m<\/Marker><MaxKeys>5<\/MaxKeys><IsTruncated>false<\/IsTruncated><NextMarker><\/NextMarker><\/ListLiveChannelResult>$/,
  )
  const refused = await call(started, { method: 'GET', bucket: BUCKET, query: { live: '', 'max-keys': '1001' } })
  assert.equal(refused.status, 400)
})

test('only the owner sees the settings of a bucket', async () => {
  const started = await startWithBucket()
  for (const query of [{ bucketInfo: '' }, { versioning: '' }, { live: '' }]) {
    assert.equal((await call(started, { method: 'GET', bucket: BUCKET, query, as: OTHER })).status, 403)
  }
})
