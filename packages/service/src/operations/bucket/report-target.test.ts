/** Permissions that targets of reports need. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, Ram, type StartedService, s3, startWithBucket, type TestResponse } from '../../testing/index.js'

const LOGGING =
  '<BucketLoggingStatus><LoggingEnabled><TargetBucket>reports</TargetBucket><TargetPrefix>p/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>'
const NO_LOGGING = '<BucketLoggingStatus></BucketLoggingStatus>'
const INVENTORY =
  '<InventoryConfiguration><Id>r</Id><IsEnabled>true</IsEnabled><Destination><OSSBucketDestination><Format>CSV</Format><AccountId>1</AccountId><RoleArn>acs:ram::1:role/r</RoleArn><Bucket>acs:oss:::reports</Bucket><Prefix>p</Prefix></OSSBucketDestination></Destination><Schedule><Frequency>Daily</Frequency></Schedule><IncludedObjectVersions>All</IncludedObjectVersions></InventoryConfiguration>'
const S3_INVENTORY =
  '<InventoryConfiguration><Id>s</Id><IsEnabled>true</IsEnabled><Destination><S3BucketDestination><Format>CSV</Format><Bucket>arn:aws:s3:::reports</Bucket><Prefix>p</Prefix></S3BucketDestination></Destination><Schedule><Frequency>Daily</Frequency></Schedule><IncludedObjectVersions>All</IncludedObjectVersions></InventoryConfiguration>'

type Send = (started: StartedService, as: Awaited<ReturnType<Ram['user']>>) => Promise<TestResponse>
const put = (query: Readonly<Record<string, string>>, body: string): Send => {
  return (started, as) => call(started, { method: 'PUT', bucket: BUCKET, query, body, as })
}
const putByS3 = (query: string, body: string): Send => {
  return (started, as) => s3(started, { method: 'PUT', bucket: BUCKET, query, body, as })
}
const SETTINGS: Readonly<Record<string, Send>> = {
  'an access log': put({ logging: '' }, LOGGING),
  'an access log of S3': putByS3('logging', LOGGING),
  'an inventory': put({ inventory: '', inventoryId: 'r' }, INVENTORY),
  'an inventory of S3': putByS3('inventory&id=s', S3_INVENTORY),
}

test('a requester sets a target of reports only where it may write their objects', async () => {
  for (const [name, send] of Object.entries(SETTINGS)) {
    const started = await startWithBucket()
    await call(started, { method: 'PUT', bucket: 'reports' })
    const sets = { Effect: 'Allow', Action: ['oss:PutBucketLogging', 'oss:PutBucketInventory'], Resource: '*' }
    const writes = (Resource: string) => ({ Effect: 'Allow', Action: 'oss:PutObject', Resource })
    const ram = new Ram(started)
    const cases = [
      { statements: [sets], expected: '403 deniedByAcl' },
      { statements: [sets, writes('acs:oss:*:*:reports/q/*')], expected: '403 deniedByAcl' },
      { statements: [sets, writes('acs:oss:*:*:reports/p/*')], expected: '200 undefined' },
    ]
    for (const [index, { statements, expected }] of cases.entries()) {
      const as = await ram.user(`user${index}`, ...statements)
      const { status, log, text } = await send(started, as)
      assert.equal(`${status} ${log.cause}`, expected, `${name} ${text}`)
    }
  }
})

test('the end of an access log needs no permission on its target', async () => {
  const started = await startWithBucket()
  const as = await new Ram(started).user('alice', { Effect: 'Allow', Action: 'oss:*BucketLogging', Resource: '*' })
  for (const request of [{ method: 'PUT', body: NO_LOGGING }, { method: 'DELETE' }]) {
    assert.ok((await call(started, { ...request, bucket: BUCKET, query: { logging: '' }, as })).status < 300)
  }
})
