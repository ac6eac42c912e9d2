/** Settings that a request makes besides its main purpose: each needs the action of making it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, Ram, type StartedService, s3, startWithBucket } from '../testing/index.js'

const allow = (...actions: string[]) => ({ Effect: 'Allow', Action: actions, Resource: '*' })
const deny = (...actions: string[]) => ({ Effect: 'Deny', Action: actions, Resource: '*' })

const aclOf = async (started: StartedService, bucket = BUCKET) =>
  /<Grant>(.*)<\/Grant>/.exec((await call(started, { method: 'GET', bucket, query: { acl: '' } })).text)?.[1]

test('oss:PutBucket alone sets no ACL, tags, encryption or resource group, on a new bucket or on one that exists', async () => {
  const started = await startWithBucket()
  const ram = new Ram(started)
  const user = await ram.user('alice', allow('oss:PutBucket'))
  const settings = {
    'x-oss-acl': ['public-read-write', 'oss:PutBucketAcl'],
    'x-oss-bucket-tagging': ['a=b', 'oss:PutBucketTagging'],
    'x-oss-server-side-encryption': ['AES256', 'oss:PutBucketEncryption'],
    'x-oss-resource-group-id': ['rg-aaaaaaaaaaaaaaa', 'oss:PutBucketResourceGroup'],
  } as const
  for (const [name, [value, action]] of Object.entries(settings)) {
    for (const [bucket, suffix] of [
      [BUCKET, ''],
      ['new-bucket', action.slice('oss:'.length).toLowerCase()],
    ] as const) {
      const put = (headers: Record<string, string> = { [name]: value }) =>
        call(started, { method: 'PUT', bucket: `${bucket}${suffix}`, headers, as: user })
      await ram.allow('alice', allow('oss:PutBucket'))
      const refused = await put()
      assert.deepEqual([refused.status, refused.log.refusal?.action], [403, action], bucket)
      await ram.allow('alice', allow('*'), deny(action))
      assert.equal((await put()).status, 403, `${name} ${bucket}`)
      assert.equal((await put({})).status, 200, bucket)
      await ram.allow('alice', allow('oss:PutBucket', action))
      const allowed = await put()
      assert.equal(allowed.status, 200, `${name} ${bucket} ${allowed.text}`)
    }
  }
})

test('CreateBucket of S3 needs the actions of the ACL, the ownership and the lock that it sets', async () => {
  const started = await startWithBucket()
  const user = await new Ram(started).user('alice', allow('oss:PutBucket'))
  const create = (headers: Record<string, string>) =>
    s3(started, { method: 'PUT', bucket: 'new-bucket', headers, as: user })
  for (const headers of [
    { 'x-amz-acl': 'public-read' },
    { 'x-amz-object-ownership': 'ObjectWriter' },
    { 'x-amz-bucket-object-lock-enabled': 'true' },
  ] as const) {
    assert.equal((await create(headers)).status, 403, JSON.stringify(headers))
  }
  assert.equal((await create({})).status, 200)
})

test('PutBucketAcl creates a missing bucket only for a requester who may create buckets', async () => {
  const started = await startWithBucket()
  const ram = new Ram(started)
  const user = await ram.user('alice', allow('oss:PutBucketAcl'))
  const put = (bucket: string) =>
    call(started, { method: 'PUT', bucket, query: { acl: '' }, headers: { 'x-oss-acl': 'public-read' }, as: user })
  const refused = await put('missing')
  assert.deepEqual([refused.status, refused.log.refusal?.action], [403, 'oss:PutBucket'])
  assert.equal(await aclOf(started, 'missing'), undefined)
  assert.equal((await put(BUCKET)).status, 200)
  assert.equal(await aclOf(started), 'public-read')
  await ram.allow('alice', allow('oss:PutBucketAcl', 'oss:PutBucket'))
  assert.equal((await put('missing')).status, 200)
})
