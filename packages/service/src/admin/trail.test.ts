import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { trailRows } from '../domain/stored/keyspace.js'
import {
  adminRequest,
  BUCKET,
  call,
  complete,
  element,
  initiate,
  OTHER,
  Ram,
  type StartedService,
  startWithBucket,
  uploadPart,
} from '../testing/index.js'
import { documentOf } from '../testing/ram.js'

const DAY_MS = 86_400_000
const start = () => startWithBucket({ trailMs: 90 * DAY_MS })

// biome-ignore lint/suspicious/noExplicitAny: any JSON
async function admin(started: StartedService, operation: string, input: object): Promise<any> {
  const { text } = await call(started, adminRequest(operation, input))
  return JSON.parse(text)
}

// biome-ignore lint/suspicious/noExplicitAny: any JSON
async function events(started: StartedService, input: object = {}): Promise<any[]> {
  return (await admin(started, 'LookupEvents', input)).Events.Event
}

const POLICY = documentOf([
  { Effect: 'Allow', Principal: [OTHER.account.id], Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/*' },
])

describe('the trail of control actions', () => {
  test('a change of settings shows its key, its address, and the settings before and after', async () => {
    const started = await start()
    await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: undefined }, body: POLICY })
    await call(started, {
      method: 'PUT',
      bucket: BUCKET,
      query: { acl: undefined },
      headers: { 'x-oss-acl': 'public-read' },
    })
    await call(started, { method: 'DELETE', bucket: BUCKET, query: { policy: undefined } })
    const found = await events(started)
    assert.deepEqual(found.map(({ EventName, Before, After }) => [EventName, Before, After]).slice(0, 3), [
      ['DeleteBucketPolicy', { policy: POLICY }, {}],
      ['PutBucketAcl', { acl: 'private' }, { acl: 'public-read' }],
      ['PutBucketPolicy', {}, { policy: POLICY }],
    ])
    assert.equal(found.at(-1).EventName, 'PutBucket')
    const { UserIdentity, SourceIpAddress, Bucket, EventTime } = found[0]
    assert.deepEqual(UserIdentity, { AccountId: '1000000000000001', AccessKeyId: 'root' })
    assert.deepEqual([SourceIpAddress, Bucket, EventTime], ['127.0.0.1', BUCKET, '2026-01-05T08:00:00.000Z'])
  })

  test('a change of users and keys shows their records, and no secret', async () => {
    const started = await start()
    await admin(started, 'CreateUser', { UserName: 'alice' })
    const { AccessKey } = await admin(started, 'CreateAccessKey', { UserName: 'alice' })
    const { AccessKeyId, AccessKeySecret } = AccessKey
    await admin(started, 'UpdateAccessKey', { UserName: 'alice', UserAccessKeyId: AccessKeyId, Status: 'Inactive' })
    const [disabled, created] = await events(started)
    assert.deepEqual(
      [disabled.EventName, disabled.Before, disabled.After],
      ['UpdateAccessKey', { accessKeys: { [AccessKeyId]: 'Active' } }, { accessKeys: { [AccessKeyId]: 'Inactive' } }],
    )
    assert.deepEqual(created.After.accessKeys, { [AccessKeyId]: 'Active' })
    assert.deepEqual([disabled.Subject, created.Subject], [['user/alice', `accessKey/${AccessKeyId}`], ['user/alice']])
    const rows = await started.metadata.read((reader) =>
      reader.range(trailRows.all.from, trailRows.all.to, { limit: 90 }),
    )
    for (const { value } of rows) assert.ok(!Buffer.from(value).toString().includes(AccessKeySecret))
  })

  test('an action shows the identities, the policy and the account that it named, also one that it created or refused', async () => {
    const started = await start()
    const { Account } = await admin(started, 'CreateAccount', {})
    await admin(started, 'CreateGroup', { GroupName: 'staff' })
    await admin(started, 'AddUserToGroup', { UserName: 'ghost', GroupName: 'staff' })
    const found = await events(started, { MaxItems: 2 })
    assert.deepEqual(
      found.map(({ EventName, Subject, ErrorCode }) => [EventName, Subject, ErrorCode]),
      [
        ['AddUserToGroup', ['user/ghost', 'group/staff'], 'EntityNotExist.User'],
        ['CreateGroup', ['group/staff'], undefined],
      ],
    )
    const rows = await started.metadata.read((reader) =>
      reader.range(trailRows.all.from, trailRows.all.to, { limit: 90 }),
    )
    const created = rows
      .map(({ value }) => Buffer.from(value).toString())
      .find((text) => text.includes('CreateAccount'))
    assert.ok(created?.includes(`account/${Account.AccountId}`))
  })

  test('what completes, aborts or deletes leaves an entry, and what reads or writes objects leaves none', async () => {
    const started = await start()
    const kept = await initiate(started, 'kept')
    const { etag } = (await uploadPart(started, 'kept', kept, 1)).headers
    await complete(started, 'kept', kept, [[1, etag]])
    const aborted = await initiate(started, 'aborted')
    await call(started, { method: 'DELETE', bucket: BUCKET, key: 'aborted', query: { uploadId: aborted } })
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'plain', body: 'x' })
    await call(started, { method: 'GET', bucket: BUCKET, key: 'plain' })
    await call(started, { method: 'DELETE', bucket: BUCKET, key: 'plain' })
    await started.service.finish()
    const found = await events(started, { Bucket: BUCKET })
    const names = found.map(({ EventName, Key }) => `${EventName} ${Key ?? ''}`).sort()
    assert.deepEqual(names, [
      'AbortMultipartUpload aborted',
      'CompleteMultipartUpload kept',
      'DeleteObject plain',
      'PutBucket ',
    ])
  })

  test('a refused change of settings is listed with its code, and events are found by key, operation and time', async () => {
    const started = await start()
    const alice = await new Ram(started).user('alice', { Effect: 'Allow', Action: '*', Resource: '*' })
    started.advance(DAY_MS)
    await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: undefined }, body: '{', as: alice })
    const [failed, ...others] = await events(started, { StartTime: '2026-01-06' })
    assert.deepEqual(
      [failed.EventName, failed.ErrorCode, others.length],
      ['PutBucketPolicy', 'InvalidPolicyDocument', 0],
    )
    assert.equal(failed.UserIdentity.UserName, 'alice')
    assert.equal((await events(started, { AccessKeyId: alice.accessKeyId })).length, 1)
    assert.equal((await events(started, { EventName: 'PutBucket' })).length, 1)
    assert.equal((await events(started, { EndTime: '2026-01-05T08:00:00Z' })).length, 1)
    const page = await admin(started, 'LookupEvents', { MaxItems: 1 })
    assert.deepEqual([page.Events.Event.length, page.IsTruncated], [1, true])
    const rest = await admin(started, 'LookupEvents', { Marker: page.Marker })
    assert.deepEqual([rest.Events.Event[0].EventName, rest.IsTruncated], ['PutBucket', false])
  })

  test('a question about access leaves an entry, for the account that asks and for the owner of the bucket', async () => {
    const started = await start()
    const question = { Principal: 'account', Action: 'oss:GetObject', Bucket: BUCKET, Key: 'k' }
    const asked = async (input: object) =>
      (await call(started, { ...adminRequest('ExplainAccess', input), as: OTHER })).status
    assert.equal(await asked(question), 200)
    assert.equal(await asked({ ...question, Principal: 'anonymous' }), 403)
    assert.equal(await asked({ RequestId: 'A'.repeat(24) }), 404)
    const shown = (found: Awaited<ReturnType<typeof events>>) =>
      found
        .filter(({ EventName }) => EventName === 'ExplainAccess')
        .map(({ UserIdentity, Bucket, Key, Question, ErrorCode }) => {
          return { by: UserIdentity.AccessKeyId, Bucket, Key, Question, ErrorCode }
        })
    const entry = (Principal: string, ErrorCode?: string) => {
      const named = { by: 'other', Bucket: BUCKET, Key: 'k', Question: { Principal, Action: 'oss:GetObject' } }
      return { ...named, ErrorCode }
    }
    const expected = [entry('anonymous', 'NoPermission'), entry('account')]
    assert.deepEqual(shown(await events(started)), expected)
    const { text } = await call(started, { ...adminRequest('LookupEvents', { Bucket: BUCKET }), as: OTHER })
    assert.deepEqual(shown(JSON.parse(text).Events.Event), expected)
  })

  test('a question about an access point leaves an entry for the owner of its bucket', async () => {
    const started = await start()
    const body =
      '<CreateAccessPointConfiguration><AccessPointName>point</AccessPointName><NetworkOrigin>internet</NetworkOrigin></CreateAccessPointConfiguration>'
    const { text } = await call(started, { method: 'PUT', bucket: BUCKET, query: { accessPoint: '' }, body })
    const alias = element(text, 'Alias')
    const question = { Principal: 'account', Action: 'oss:GetObject', Bucket: alias, Key: 'k' }
    assert.equal((await call(started, { ...adminRequest('ExplainAccess', question), as: OTHER })).status, 200)
    const [entry] = (await events(started)).filter(({ EventName }) => EventName === 'ExplainAccess')
    assert.deepEqual([entry?.Bucket, entry?.UserIdentity.AccessKeyId], [BUCKET, 'other'])
  })

  test('entries are deleted after their retention', async () => {
    const started = await start()
    started.advance(60 * DAY_MS)
    await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: undefined }, body: POLICY })
    started.advance(31 * DAY_MS)
    await started.service.sweep()
    assert.deepEqual(
      (await events(started)).map(({ EventName }) => EventName),
      ['PutBucketPolicy'],
    )
  })
})
