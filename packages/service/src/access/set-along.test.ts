/** Settings that a request makes besides its main purpose: each needs the action of making it. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { createMemoryMetadataStore, type MetadataStore } from '@bindery/storage'
import { type Field, policyOf, post } from '../form/testing.js'
import { BUCKET, call, Ram, type StartedService, s3, startWithBucket } from '../testing/index.js'
import type { AccessKey } from './requester.js'

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

test('CreateBucket of S3 with a private ACL sets nothing, and needs no action but its own', async () => {
  const started = await startWithBucket()
  const user = await new Ram(started).user('alice', allow('oss:PutBucket'))
  await call(started, { method: 'PUT', bucket: BUCKET, query: { acl: '' }, headers: { 'x-oss-acl': 'public-read' } })
  for (const bucket of ['new-bucket', BUCKET]) {
    const headers = { 'x-amz-acl': 'private' }
    assert.equal((await s3(started, { method: 'PUT', bucket, headers, as: user })).status, 200, bucket)
    assert.equal(await aclOf(started, bucket), bucket === BUCKET ? 'public-read' : 'private')
  }
})

test('PutBucketAcl does not create a bucket that is deleted after the request was authorised', async () => {
  const store = createMemoryMetadataStore({ runBodiesTwice: true })
  let beforeCommit: (() => Promise<unknown>) | undefined
  const metadata: MetadataStore = {
    transact: async (body) => {
      const act = beforeCommit
      beforeCommit = undefined
      await act?.()
      return store.transact(body)
    },
    read: (body) => store.read(body),
    close: () => store.close(),
  }
  const started = await startWithBucket({ metadata })
  const user = await new Ram(started).user('alice', allow('oss:PutBucketAcl'))
  const request = { method: 'PUT', bucket: BUCKET, query: { acl: '' }, headers: { 'x-oss-acl': 'private' } } as const
  // the first use of a key is noted in a commit of its own
  assert.equal((await call(started, { ...request, as: user })).status, 200)
  beforeCommit = () => call(started, { method: 'DELETE', bucket: BUCKET })
  const { status, log } = await call(started, { ...request, as: user })
  assert.equal(`${status} ${log.code}`, '404 NoSuchBucket')
  assert.equal(await aclOf(started), undefined)
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

test('what S3 takes from the query in place of a header needs the same action', async () => {
  const started = await startWithBucket()
  const ram = new Ram(started)
  const user = await ram.user('alice', allow('oss:PutObject', 'oss:DeleteObjectVersion'))
  const put = (query: string) => s3(started, { method: 'PUT', bucket: BUCKET, key: 'k', query, body: 'x', as: user })
  for (const query of ['x-amz-acl=public-read', 'x-amz-tagging=a%3Db', 'x-amz-grant-read=id%3D1']) {
    assert.equal((await put(query)).status, 403, query)
  }
  assert.equal((await put('x-amz-storage-class=STANDARD')).status, 200)
  const lifted = 'versionId=null&x-amz-bypass-governance-retention=true'
  const deleted = await s3(started, { method: 'DELETE', bucket: BUCKET, key: 'k', query: lifted, as: user })
  assert.deepEqual([deleted.status, deleted.log.refusal?.action], [403, 'oss:BypassGovernanceRetention'])
  await ram.allow('alice', allow('oss:PutObject', 'oss:PutObjectAcl'))
  assert.equal((await put('x-amz-acl=public-read')).status, 200)
})

test('an ACL in the form of a browser needs its action, in either protocol', async () => {
  const started = await startWithBucket()
  const ram = new Ram(started)
  const user = await ram.user('alice', allow('oss:PutObject'))
  const forms = [
    () => ossForm(user, [['x-oss-object-acl', 'public-read']]),
    () => s3Form(user, [['acl', 'public-read']]),
    () => s3Form(user, [['x-amz-grant-read', 'uri="http://acs.amazonaws.com/groups/global/AllUsers"']]),
  ]
  for (const form of forms) {
    await ram.allow('alice', allow('oss:PutObject'))
    const refused = await post(started, form())
    assert.equal(refused.status, 403, refused.text)
    await ram.allow('alice', allow('oss:PutObject', 'oss:PutObjectAcl'))
    assert.equal((await post(started, form())).status, 204)
  }
})

const FILE: Field = ['file', 'hello', { name: 'a.txt', type: 'text/plain' }]

function ossForm({ accessKeyId, accessKeySecret }: AccessKey, fields: readonly [string, string][]): Field[] {
  const policy = policyOf([{ bucket: BUCKET }])
  const signature = createHmac('sha1', accessKeySecret).update(policy).digest('base64')
  return [['key', 'k'], ...fields, ['OSSAccessKeyId', accessKeyId], ['policy', policy], ['Signature', signature], FILE]
}

function s3Form({ accessKeyId, accessKeySecret }: AccessKey, fields: readonly [string, string][]): Field[] {
  const policy = policyOf([{ bucket: BUCKET }, { key: 'k' }, ...fields.map(([name, value]) => ({ [name]: value }))])
  const signature = createHmac('sha1', accessKeySecret).update(policy).digest('base64')
  return [['key', 'k'], ...fields, ['AWSAccessKeyId', accessKeyId], ['policy', policy], ['signature', signature], FILE]
}
