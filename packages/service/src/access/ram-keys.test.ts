import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createCountedStore } from '@bindery/storage/testing'
import { deleteAccessKey, listAccessKeys, setAccessKeyEnabled } from '../domain/ram/access-keys.js'
import { attachPolicy, createIdentity, detachPolicy, setInlinePolicy } from '../domain/ram/identities.js'
import { deletePolicy, updatePolicy } from '../domain/ram/policies.js'
import { deleteGroup, deleteUser, setMembership } from '../domain/ram/users.js'
import { identityRows } from '../domain/stored/keyspace.js'
import {
  BUCKET,
  call,
  element,
  OTHER,
  Ram,
  type StartedService,
  startService,
  startWithBucket,
} from '../testing/index.js'
import { documentOf } from '../testing/ram.js'
import type { AccessKey } from './requester.js'

const READS_A = { Effect: 'Allow', Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/a/*' }
const READS_ALL = { Effect: 'Allow', Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/*' }
const WRITES_A = { Effect: 'Allow', Action: 'oss:PutObject', Resource: 'acs:oss:*:*:bkt/a/*' }

async function withObjects(): Promise<{ started: StartedService; ram: Ram }> {
  const started = await startWithBucket()
  for (const key of ['a/1', 'b/1']) await call(started, { method: 'PUT', bucket: BUCKET, key, body: key })
  return { started, ram: new Ram(started) }
}

async function read(started: StartedService, as: AccessKey, key = 'a/1'): Promise<string> {
  const { status, text } = await call(started, { method: 'GET', bucket: BUCKET, key, as })
  return status === 200 ? text : (element(text, 'Code') ?? '')
}

describe('keys of users', () => {
  test("a user's key may do what its policies allow, and nothing else", async () => {
    const { started, ram } = await withObjects()
    const alice = await ram.user('alice', READS_A)
    for (const signature of ['v1', 'v4', 'url'] as const) {
      const response = await call(started, { method: 'GET', bucket: BUCKET, key: 'a/1', as: alice, signature })
      assert.equal(response.text, 'a/1', signature)
    }
    assert.equal(await read(started, alice, 'b/1'), 'AccessDenied')
    assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, key: 'a/2', body: 'x', as: alice })).status, 403)
    assert.equal((await call(started, { method: 'GET', as: alice })).status, 403)
    assert.equal((await call(started, { method: 'PUT', bucket: 'other', as: alice })).status, 403)
    assert.equal(await read(started, await ram.user('bob')), 'AccessDenied')
  })

  test('a user has its own policies, those of its groups, and those of the server', async () => {
    const { started, ram } = await withObjects()
    const alice = await ram.user('alice')
    const { account, domain } = ram
    const staff = { account, kind: 'group', name: 'staff' } as const
    await createIdentity(domain, staff, { kind: 'group', comments: '' })
    await setMembership(domain, { account, user: 'alice' }, 'staff', true)
    assert.equal(await read(started, alice), 'AccessDenied')
    await attachPolicy(domain, staff, 'AliyunOSSReadOnlyAccess')
    assert.equal(await read(started, alice), 'a/1')
    await detachPolicy(domain, staff, 'AliyunOSSReadOnlyAccess')
    await setInlinePolicy(domain, staff, 'own', documentOf([READS_ALL]))
    assert.equal(await read(started, alice, 'b/1'), 'b/1')
    await assert.rejects(deleteGroup(domain, account, 'staff'), { code: 'DeleteConflict.Group.User' })
    await setMembership(domain, { account, user: 'alice' }, 'staff', false)
    assert.equal(await read(started, alice), 'AccessDenied')
    await deleteGroup(domain, account, 'staff')
  })

  test('an object belongs to the account of the user who stored it', async () => {
    const { started, ram } = await withObjects()
    const alice = await ram.user('alice', WRITES_A)
    assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, key: 'a/2', body: 'x', as: alice })).status, 200)
    const acl = await call(started, { method: 'GET', bucket: BUCKET, key: 'a/2', query: { acl: undefined } })
    assert.equal(element(acl.text, 'ID'), ram.account)
  })

  test('a user has two keys at most, so that one can be rotated', async () => {
    const { started, ram } = await withObjects()
    const first = await ram.user('alice', READS_A)
    const second = await ram.key('alice')
    await assert.rejects(ram.key('alice'), { code: 'LimitExceeded.User.AccessKey' })
    assert.equal(await read(started, second), 'a/1')
    await deleteAccessKey(ram.domain, { account: ram.account, user: 'alice' }, first.accessKeyId)
    assert.equal(await read(started, first), 'InvalidAccessKeyId')
    assert.equal(await read(started, second), 'a/1')
  })

  test('the last use of a key is known to the hour', async () => {
    const { started, ram } = await withObjects()
    const alice = await ram.user('alice', READS_A)
    const name = { account: ram.account, user: 'alice' }
    assert.equal((await listAccessKeys(ram.domain, name))[0]?.lastUsedAt, undefined)
    started.advance(3_599_999)
    await read(started, alice)
    const firstHour = (await listAccessKeys(ram.domain, name))[0]?.lastUsedAt
    started.advance(3_600_000)
    await read(started, alice)
    const [key] = await listAccessKeys(ram.domain, name)
    assert.deepEqual([firstHour, key?.lastUsedAt], [Date.UTC(2026, 0, 5, 8), Date.UTC(2026, 0, 5, 9)])
  })

  test('no row contains a secret', async () => {
    const { started, ram } = await withObjects()
    const { accessKeySecret } = await ram.user('alice', READS_A)
    const rows = await started.metadata.read((reader) =>
      reader.range(new Uint8Array(), Uint8Array.of(0xff), { limit: 500 }),
    )
    assert.ok(rows.some(({ key }) => key[0] === 'K'.charCodeAt(0)))
    for (const { value } of rows) assert.ok(!Buffer.from(value).includes(accessKeySecret))
  })
})

describe('a change is in force in every process for all requests after it', () => {
  type Change = (ram: Ram, alice: AccessKey) => Promise<unknown>
  const user = (ram: Ram) => ({ account: ram.account, user: 'alice' })
  const CHANGES: readonly (readonly [sentence: string, change: Change, after: string])[] = [
    ['a policy is detached', (ram) => detachPolicy(ram.domain, ram.named('alice'), 'reads'), 'AccessDenied'],
    [
      'a policy gets another document',
      (ram) => updatePolicy(ram.domain, { account: ram.account, policy: 'reads' }, documentOf([WRITES_A])),
      'AccessDenied',
    ],
    ['an inline policy denies', (ram) => ram.allow('alice', { ...READS_A, Effect: 'Deny' }), 'AccessDenied'],
    [
      'the key is disabled',
      (ram, { accessKeyId }) => setAccessKeyEnabled(ram.domain, user(ram), accessKeyId, false),
      'InvalidAccessKeyId',
    ],
    [
      'the key is deleted',
      (ram, { accessKeyId }) => deleteAccessKey(ram.domain, user(ram), accessKeyId),
      'InvalidAccessKeyId',
    ],
    ['the user is deleted', (ram) => deleteUser(ram.domain, user(ram)), 'InvalidAccessKeyId'],
  ]
  for (const [sentence, change, after] of CHANGES) {
    test(sentence, async () => {
      const { started, ram } = await withObjects()
      const another = await startService({ metadata: started.metadata, blobs: started.blobs, seed: 2 })
      const alice = await ram.user('alice')
      await ram.policy('reads', READS_A)
      await ram.attach('alice', 'reads')
      for (const process of [started, another]) assert.equal(await read(process, alice), 'a/1')
      await change(ram, alice)
      for (const process of [started, another]) assert.equal(await read(process, alice), after)
    })
  }

  test('a key that is enabled again signs again', async () => {
    const { started, ram } = await withObjects()
    const alice = await ram.user('alice', READS_A)
    await setAccessKeyEnabled(ram.domain, user(ram), alice.accessKeyId, false)
    assert.equal(await read(started, alice), 'InvalidAccessKeyId')
    await setAccessKeyEnabled(ram.domain, user(ram), alice.accessKeyId, true)
    assert.equal(await read(started, alice), 'a/1')
  })

  test('a revoked key may not list or create buckets either', async () => {
    const { started, ram } = await withObjects()
    const alice = await ram.user('alice', { Effect: 'Allow', Action: 'oss:*', Resource: '*' })
    assert.equal((await call(started, { method: 'GET', as: alice })).status, 200)
    assert.equal((await call(started, { method: 'PUT', bucket: 'hers', as: alice })).status, 200)
    await deleteUser(ram.domain, user(ram))
    assert.equal((await call(started, { method: 'GET', as: alice })).status, 403)
    assert.equal((await call(started, { method: 'PUT', bucket: 'more', as: alice })).status, 403)
  })

  test('checking whether anything was changed takes no round trip of its own', async () => {
    const { store: metadata, count } = createCountedStore()
    const started = await startWithBucket({ metadata })
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'a/1', body: 'x' })
    const ram = new Ram(started)
    const alice = await ram.user('alice', READS_A)
    await read(started, alice)
    // the last use of a key is written once an hour, in the background
    const written = async () => (await listAccessKeys(ram.domain, user(ram)))[0]?.lastUsedAt !== undefined
    while (!(await written())) await setImmediate()
    await read(started, alice)
    assert.equal(await count(() => read(started, alice)), await count(() => read(started, OTHER)))
  })
})

test('an attached policy cannot be deleted, and a deleted user is no longer in its way', async () => {
  const { ram } = await withObjects()
  const { account, domain } = ram
  await ram.user('alice')
  await ram.policy('reads', READS_A)
  await ram.attach('alice', 'reads')
  const deletion = () => deletePolicy(domain, { account, policy: 'reads' })
  await assert.rejects(deletion(), { code: 'DeleteConflict.Policy', message: /user alice/ })
  await deleteUser(domain, { account, user: 'alice' })
  await deletion()
  await assert.rejects(deletion(), { code: 'EntityNotExist.Policy' })
  const { from, to } = identityRows.all
  assert.deepEqual(await domain.metadata.read((reader) => reader.range(from, to, { limit: 1 })), [])
})
