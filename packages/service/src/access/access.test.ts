import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { findIdentity } from '../domain/ram/identities.js'
import {
  BUCKET,
  call,
  element,
  OTHER,
  Ram,
  type StartedService,
  startWithBucket,
  type TestRequest,
} from '../testing/index.js'

const ACLS = ['default', 'private', 'public-read', 'public-read-write'] as const
type Acl = (typeof ACLS)[number]

async function withAcls(bucketAcl: Acl, objectAcl: Acl): Promise<StartedService> {
  const started = await startWithBucket()
  const acl = bucketAcl === 'default' ? 'private' : bucketAcl
  await call(started, { method: 'PUT', bucket: BUCKET, headers: { 'x-oss-acl': acl } })
  const headers = { 'x-oss-object-acl': objectAcl }
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x', headers })
  return started
}

const allows = (acl: Acl): string => (acl === 'public-read-write' ? 'rw' : acl === 'public-read' ? 'r' : '')

test("an object's own ACL takes precedence over its bucket's, in both directions, for everyone except the owner", async () => {
  for (const bucketAcl of ACLS.slice(1)) {
    for (const objectAcl of ACLS) {
      const expected = allows(objectAcl === 'default' ? bucketAcl : objectAcl)
      for (const as of ['anonymous', OTHER] as const) {
        const started = await withAcls(bucketAcl, objectAcl)
        const status = async (request: Partial<TestRequest> & { method: string }) =>
          (await call(started, { bucket: BUCKET, key: 'k', as, ...request })).status
        const what = `${typeof as === 'string' ? as : 'other'}: ${bucketAcl}, ${objectAcl}`
        assert.equal(await status({ method: 'GET' }), expected.includes('r') ? 200 : 403, what)
        assert.equal(await status({ method: 'HEAD' }), expected.includes('r') ? 200 : 403, what)
        assert.equal(await status({ method: 'PUT', body: 'y' }), expected.includes('w') ? 200 : 403, what)
        assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'k' })).status, 200)
      }
    }
  }
})

test('creating an object is decided by the ACL of its bucket', async () => {
  for (const acl of ['private', 'public-read', 'public-read-write'] as const) {
    const started = await withAcls(acl, 'private')
    const response = await call(started, { method: 'PUT', bucket: BUCKET, key: 'new', body: 'x', as: 'anonymous' })
    assert.equal(response.status, acl === 'public-read-write' ? 200 : 403)
    if (response.status === 403) {
      assert.equal(element(response.text, 'Message'), 'You have no right to access this object because of bucket acl.')
      assert.equal(response.headers['x-oss-ec'], '0003-00000001')
    }
  }
})

test('no ACL allows management, which includes listings', async () => {
  const started = await withAcls('public-read-write', 'public-read-write')
  const notYours = 'The bucket you access does not belong to you.'
  const requests: readonly [TestRequest, message: string][] = [
    [{ method: 'GET', bucket: BUCKET }, notYours],
    [{ method: 'GET', bucket: BUCKET, query: { 'list-type': '2' } }, notYours],
    [{ method: 'GET', bucket: BUCKET, query: { uploads: '' } }, notYours],
    [{ method: 'GET', bucket: BUCKET, query: { acl: '' } }, notYours],
    [{ method: 'GET', bucket: BUCKET, query: { stat: '' } }, notYours],
    [{ method: 'DELETE', bucket: BUCKET }, notYours],
    [
      { method: 'GET', bucket: BUCKET, key: 'k', query: { acl: '' } },
      'You do not have read acl permission on this object.',
    ],
    [
      { method: 'PUT', bucket: BUCKET, key: 'k', query: { acl: '' }, headers: { 'x-oss-object-acl': 'private' } },
      'You do not have write acl permission on this object.',
    ],
  ]
  for (const [request, message] of requests) {
    const other = await call(started, { ...request, as: OTHER })
    assert.deepEqual([other.status, element(other.text, 'Message')], [403, message])
    const anonymous = await call(started, { ...request, as: 'anonymous' })
    assert.equal(anonymous.status, 403)
    assert.equal(element(anonymous.text, 'Message'), 'Anonymous user has no right to access this bucket.')
  }
})

test('anyone may upload in parts to a public-read-write bucket; the objects belong to the owner of the bucket', async () => {
  const started = await withAcls('public-read-write', 'default')
  const step = (method: string, query: Record<string, string>, body = '') =>
    call(started, { method, bucket: BUCKET, key: 'm', query, body, as: 'anonymous' })
  const uploadId = element((await step('POST', { uploads: '' })).text, 'UploadId') ?? ''
  await step('PUT', { uploadId, partNumber: '1' }, 'part')
  const done = await call(started, {
    method: 'POST',
    bucket: BUCKET,
    key: 'm',
    query: { uploadId },
    headers: { 'x-oss-complete-all': 'yes' },
    as: 'anonymous',
  })
  assert.equal(done.status, 200, done.text)
  const list = await call(started, { method: 'GET', bucket: BUCKET, query: { prefix: 'm' } })
  assert.equal(element(list.text, 'ID'), '1000000000000001')
})

test('one object that may not be deleted prevents all deletions of a request', async () => {
  const started = await withAcls('public-read-write', 'private')
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'open', body: 'x' })
  const body = '<Delete><Object><Key>open</Key></Object><Object><Key>k</Key></Object></Delete>'
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
  const request = { method: 'POST', bucket: BUCKET, query: { delete: '' }, body, as: 'anonymous' } as const
  const refused = await call(started, { ...request, headers })
  assert.equal(refused.status, 403)
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'open' })).status, 200)
})

test('an anonymous GET may not replace headers', async () => {
  const started = await withAcls('public-read', 'default')
  const query = { 'response-content-type': 'text/html' }
  const response = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', query, as: 'anonymous' })
  assert.deepEqual([response.status, element(response.text, 'Code')], [400, 'InvalidRequest'])
})

test('a denial by policy shows the policy, the action and the requester, and the log names the statement', async () => {
  const started = await startWithBucket()
  const ram = new Ram(started)
  const everything = { Effect: 'Allow', Action: 'oss:*', Resource: '*' }
  const alice = await ram.user('alice', everything, { ...everything, Effect: 'Deny', Action: 'oss:DeleteObject' })
  const bob = await ram.user('bob')
  const { id } = await findIdentity(ram.domain, ram.named('alice'))
  const remove = { method: 'DELETE', bucket: BUCKET, key: 'k' } as const
  const explicit = await call(started, { ...remove, as: alice })
  const shown = (text: string) => ['PolicyType', 'NoPermissionType', 'AuthAction'].map((name) => element(text, name))
  assert.deepEqual(shown(explicit.text), ['AccountLevelIdentityBasedPolicy', 'ExplicitDeny', 'oss:DeleteObject'])
  assert.match(explicit.text, /\n {2}<AccessDeniedDetail>\n {4}<PolicyType>/)
  assert.equal(element(explicit.text, 'AuthPrincipalType'), 'SubUser')
  assert.equal(element(explicit.text, 'AuthPrincipalOwnerId'), ram.account)
  assert.equal(element(explicit.text, 'AuthPrincipalDisplayName'), id)
  assert.deepEqual(
    { ...explicit.log.refusal },
    {
      action: 'oss:DeleteObject',
      by: 'ramPolicy',
      at: undefined,
      policy: 'inline inline',
      statement: 1,
      unmet: undefined,
    },
  )
  const implicit = await call(started, { ...remove, as: bob })
  assert.deepEqual(shown(implicit.text), ['AccountLevelIdentityBasedPolicy', 'ImplicitDeny', 'oss:DeleteObject'])
  const statement = { ...everything, Effect: 'Deny', Principal: [OTHER.account.id], Resource: 'acs:oss:*:*:bkt/*' }
  const body = JSON.stringify({ Version: '1', Statement: [statement] })
  await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: undefined }, body })
  const byBucket = await call(started, { ...remove, as: OTHER })
  assert.deepEqual(shown(byBucket.text), ['ResourceBasedPolicy', 'ExplicitDeny', 'oss:DeleteObject'])
  const anonymous = await call(started, { ...remove, as: 'anonymous' })
  assert.equal(element(anonymous.text, 'AccessDeniedDetail'), undefined)
})
