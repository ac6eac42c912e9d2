import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AccessKey } from '../access/requester.js'
import { done } from '../admin/testing.js'
import { NO_METER } from '../domain/meter.js'
import { adminRequest, BUCKET, call, ROOT, type StartedService, startWithBucket } from '../testing/index.js'
import { documentOf } from '../testing/ram.js'
import { testSealer } from '../testing/sealer.js'
import { sealSignInLink } from './sign-in-link.js'
import { signIn } from './testing.js'

const HOUR_MS = 3_600_000
const READS_A = { Effect: 'Allow', Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/a/*' }

const linkOf = (started: StartedService, nonce = 'n') => ({
  Link: sealSignInLink(testSealer(), { accessKeyId: ROOT.accessKeyId, madeAt: started.now(), nonce }),
})

async function startWithAlice() {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'a/1', body: 'x' })
  await done(started, 'CreateUser', { UserName: 'alice' })
  const { AccessKey: made } = await done(started, 'CreateAccessKey', { UserName: 'alice' })
  await done(started, 'PutUserPolicy', {
    UserName: 'alice',
    PolicyName: 'reads',
    PolicyDocument: documentOf([READS_A]),
  })
  const account = { id: '', displayName: '' }
  return { started, alice: { accessKeyId: made.AccessKeyId, accessKeySecret: made.AccessKeySecret, account } }
}

const reads = async (started: StartedService, as: AccessKey, key = 'a/1') =>
  (await call(started, { method: 'GET', bucket: BUCKET, key, as })).status

describe('the sign-in of the console', () => {
  test('what is denied to a key is denied to the session that stands for it', async () => {
    const { started, alice } = await startWithAlice()
    const { accessKeyId } = alice
    const denial = { ...READS_A, Effect: 'Deny', Condition: { StringEquals: { 'acs:AccessId': accessKeyId } } }
    const { key } = await signIn(started, alice)
    assert.deepEqual([await reads(started, alice), await reads(started, key)], [200, 200])
    await done(started, 'PutUserPolicy', {
      UserName: 'alice',
      PolicyName: 'denies',
      PolicyDocument: documentOf([denial]),
    })
    assert.deepEqual([await reads(started, alice), await reads(started, key)], [403, 403])
  })

  test('begins a session that may do what the key of the account may do, for an hour', async () => {
    const started = await startWithBucket()
    const { status, body, key } = await signIn(started, ROOT)
    assert.equal(status, 200)
    assert.deepEqual(body.Holder, { Kind: 'account', AccountId: '1000000000000001', AccessKeyId: 'root' })
    assert.deepEqual(
      [body.Credentials.Expiration, body.RenewableUntil],
      ['2026-01-05T09:00:00Z', '2026-01-05T20:00:00Z'],
    )
    assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x', as: key })).status, 200)
    assert.deepEqual((await done(started, 'ListUsers', {}, key)).Users.User, [])
    started.advance(HOUR_MS + 1)
    assert.equal(await reads(started, key, 'k'), 403)
  })

  test('begins a session of a user, which is that of its key: its policies, and its end', async () => {
    const { started, alice } = await startWithAlice()
    const { body, key } = await signIn(started, alice)
    assert.deepEqual([body.Holder.Kind, body.Holder.Name], ['user', 'alice'])
    assert.deepEqual([await reads(started, key), await reads(started, key, 'b')], [200, 403])
    await done(started, 'DeleteUserPolicy', { UserName: 'alice', PolicyName: 'reads' })
    assert.equal(await reads(started, key), 403)
    await done(started, 'PutUserPolicy', {
      UserName: 'alice',
      PolicyName: 'reads',
      PolicyDocument: documentOf([READS_A]),
    })
    assert.equal(await reads(started, key), 200)
    const named = { UserName: 'alice', UserAccessKeyId: alice.accessKeyId }
    await done(started, 'UpdateAccessKey', { ...named, Status: 'Inactive' })
    assert.equal(await reads(started, key), 403)
    await done(started, 'DeleteAccessKey', named)
    assert.equal(await reads(started, key), 403)
  })

  test('renews a session until 12 hours after it began, and no longer', async () => {
    const started = await startWithBucket()
    let { key } = await signIn(started, ROOT)
    for (let hours = 0.9; hours < 11; hours += 0.9) {
      started.advance(0.9 * HOUR_MS)
      const renewed = await signIn(started, key)
      assert.deepEqual([renewed.status, renewed.body.RenewableUntil], [200, '2026-01-05T20:00:00Z'])
      key = renewed.key
    }
    started.advance(0.9 * HOUR_MS)
    const last = await signIn(started, key)
    assert.equal(last.body.Credentials.Expiration, '2026-01-05T20:00:00Z')
    started.advance(0.4 * HOUR_MS)
    const { status, body } = await signIn(started, last.key)
    assert.deepEqual([status, body.Code], [403, 'SecurityTokenExpired'])
  })

  test('takes the link of a banner once, within 15 minutes', async () => {
    const started = await startWithBucket()
    const link = linkOf(started)
    const { status, body, key } = await signIn(started, 'anonymous', link)
    assert.deepEqual([status, body.Holder.AccessKeyId], [200, 'root'])
    assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x', as: key })).status, 200)
    const again = await signIn(started, 'anonymous', link)
    assert.deepEqual([again.status, again.body.Code], [403, 'InvalidSignInLink'])
    const late = linkOf(started, 'late')
    started.advance(15 * 60_000 + 1)
    assert.equal((await signIn(started, 'anonymous', late)).body.Code, 'InvalidSignInLink')
  })

  test('has the browser drop what it keeps of the answers at the end', async () => {
    const started = await startWithBucket()
    const request = { ...adminRequest('', {}), method: 'DELETE', key: 'console/session', as: 'anonymous' } as const
    const { status, headers, log } = await call(started, request)
    assert.deepEqual([status, headers['clear-site-data'], log.operation], [200, '"cache"', 'EndConsoleSession'])
  })

  test('refuses links that it has not made, and requests with neither link nor signature', async () => {
    const started = await startWithBucket()
    const { Link } = linkOf(started)
    for (const input of [{}, { Link: '' }, { Link: `${Link}A` }, { Link: Link.slice(1) }, { Link: 1 }]) {
      const { status, body } = await signIn(started, 'anonymous', input)
      assert.deepEqual([status, body.Code], [403, 'InvalidSignInLink'], JSON.stringify(input))
    }
  })

  test('counts the uploads that the console aborts apart from those that clients abort', async () => {
    let aborted = 0
    const started = await startWithBucket({ meter: { ...NO_METER, abortedInConsole: () => void aborted++ } })
    const { key } = await signIn(started, ROOT)
    for (const as of [key, ROOT]) {
      const { text } = await call(started, { method: 'POST', bucket: BUCKET, key: 'k', query: { uploads: '' }, as })
      const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(text)?.[1] ?? ''
      const abort = { method: 'DELETE', bucket: BUCKET, key: 'k', query: { uploadId } }
      assert.deepEqual([(await call(started, { ...abort, as })).status, aborted], [204, 1])
    }
  })

  test('notes a use of the session as one of the key', async () => {
    const { started, alice } = await startWithAlice()
    const { key } = await signIn(started, alice)
    started.advance(HOUR_MS / 2)
    await reads(started, key)
    const { AccessKeys } = await done(started, 'ListAccessKeys', { UserName: 'alice' })
    assert.equal(AccessKeys.AccessKey[0].LastUsedDate, '2026-01-05T08:00:00Z')
  })

  test('leaves entries in the trail under the key that began the session', async () => {
    const started = await startWithBucket({ trailMs: 24 * HOUR_MS })
    const { key } = await signIn(started, ROOT)
    await done(started, 'CreateUser', { UserName: 'bob' }, key)
    const { Events } = await done(started, 'LookupEvents', { EventName: 'CreateUser' })
    assert.equal(Events.Event[0].UserIdentity.AccessKeyId, 'root')
  })

  test('begins no session for the temporary key of a role', async () => {
    const started = await startWithBucket()
    const { AssumeRolePolicyDocument, ...trusting } = {
      RoleName: 'reader',
      AssumeRolePolicyDocument: {
        Version: '1',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: ['acs:ram::1000000000000001:root'] } },
        ],
      },
    }
    const { Role } = await done(started, 'CreateRole', { ...trusting, AssumeRolePolicyDocument })
    const { sealSession } = await import('../access/session-token.js')
    const expiresAt = started.now() + HOUR_MS
    const made = { accessKeyId: 'STS.role', accessKeySecret: 'secret', account: '1000000000000001' }
    const content = { ...made, role: 'reader', roleId: Role.RoleId, sessionName: 's', expiresAt }
    const securityToken = sealSession(testSealer(), content)
    const account = { id: made.account, displayName: '' }
    const { status, body } = await signIn(started, { ...made, account, session: { securityToken, expiresAt } })
    assert.deepEqual([status, body.Code], [403, 'NoPermission'])
  })
})
