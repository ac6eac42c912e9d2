import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AccessKey } from '../access/requester.js'
import { attachPolicy, changeIdentity, createIdentity, setInlinePolicy } from '../domain/ram/identities.js'
import { deleteRole, deleteUser } from '../domain/ram/users.js'
import {
  BUCKET,
  call,
  element,
  OTHER,
  ROOT,
  type StartedService,
  startService,
  startWithBucket,
} from '../testing/index.js'
import { documentOf } from '../testing/ram.js'
import {
  ASSUME,
  assume,
  type Form,
  MAY_ASSUME,
  type Parameters,
  READS,
  READS_A,
  ROLE_ARN,
  rpc,
  TRUST,
  withRole,
} from './testing.js'

/** The text of an object, or the code of the refusal. */
async function read(
  started: StartedService,
  key: string,
  as: AccessKey,
  signature: 'v1' | 'v4' | 'url' = 'v4',
): Promise<string> {
  const response = await call(started, { method: 'GET', bucket: BUCKET, key, as, signature })
  return response.status === 200 ? response.text : (element(response.text, 'Code') ?? '')
}

async function refused(
  started: StartedService,
  as: AccessKey,
  parameters: Parameters,
  form: Form = {},
): Promise<string> {
  const { status, json, log } = await rpc(started, as, { ...ASSUME, ...parameters }, form)
  assert.equal(json.Code, log.code)
  return `${status} ${json.Code}`
}

describe('AssumeRole', () => {
  test('a temporary key may do what its role may, until it expires', async () => {
    const { started, alice } = await withRole()
    const key = await assume(started, alice)
    assert.match(key.accessKeyId, /^STS\./)
    for (const signature of ['v1', 'v4', 'url'] as const)
      assert.equal(await read(started, 'a/1', key, signature), 'a/1')
    assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, key: 'a/2', body: 'x', as: key })).status, 403)
    started.advance(3_600_000)
    assert.equal(await read(started, 'a/1', key), 'a/1')
    started.advance(1)
    assert.equal(await read(started, 'a/1', key), 'SecurityTokenExpired')
  })

  test('the policy of a session restricts what the role may', async () => {
    const { started, alice } = await withRole()
    const key = await assume(started, alice, { Policy: documentOf([READS_A]) })
    assert.equal(await read(started, 'a/1', key), 'a/1')
    assert.equal(await read(started, 'b/1', key), 'AccessDenied')
  })

  test('a token is needed, belongs to one key, and opens in every process', async () => {
    const { started, alice } = await withRole()
    const [one, other] = [await assume(started, alice), await assume(started, alice)]
    const another = await startService({ metadata: started.metadata, blobs: started.blobs, seed: 2 })
    assert.equal(await read(another, 'a/1', one), 'a/1')
    const { session: _, ...without } = one
    assert.equal(await read(started, 'a/1', without), 'InvalidAccessKeyId')
    assert.equal(
      await read(started, 'a/1', { ...one, session: other.session ?? assert.fail() }),
      'AccessKeyIdAndSecurityTokenNotMatch',
    )
    const token = one.session?.securityToken ?? ''
    const changed = { ...one, session: { securityToken: `${token.slice(0, -6)}AAAAA=`, expiresAt: 0 } }
    assert.equal(await read(started, 'a/1', changed), 'InvalidSecurityToken')
    assert.equal(await read(started, 'a/1', { ...one, accessKeySecret: 'wrong' }), 'SignatureDoesNotMatch')
  })

  test('a token has one spelling: a last character that decodes to the same bytes is refused', async () => {
    const { started, alice } = await withRole()
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    for (const sessionName of ['ab', 'abc', 'abcd']) {
      const one = await assume(started, alice, { RoleSessionName: sessionName })
      const token = one.session?.securityToken ?? ''
      const [, body = '', last = '', padding = ''] = /^(.*)([^=])(=*)$/.exec(token) ?? []
      const near = alphabet[alphabet.indexOf(last) + 1] ?? ''
      const changed = { ...one, session: { securityToken: body + near + padding, expiresAt: 0 } }
      assert.equal(await read(started, 'a/1', one), 'a/1')
      assert.equal(await read(started, 'a/1', changed), 'InvalidSecurityToken', padding)
    }
  })

  test('the permissions of a role are read again when it changes, and a deleted role ends its sessions', async () => {
    const { started, ram, alice, role } = await withRole()
    const key = await assume(started, alice)
    assert.equal(await read(started, 'a/1', key), 'a/1')
    await setInlinePolicy(ram.domain, role, 'own', documentOf([READS_A]))
    assert.equal(await read(started, 'b/1', key), 'AccessDenied')
    await deleteRole(ram.domain, ram.account, 'reader')
    assert.equal(await read(started, 'a/1', key), 'InvalidSecurityToken')
    await createIdentity(ram.domain, role, {
      kind: 'role',
      comments: '',
      trust: documentOf([TRUST]),
      sessionSecondsMax: 7_200,
    })
    await attachPolicy(ram.domain, role, 'AliyunOSSFullAccess')
    assert.equal(await read(started, 'a/1', key), 'InvalidSecurityToken')
  })

  test('parameters travel in the query, in the form, or in both, and answers are JSON or XML', async () => {
    const { started, alice } = await withRole()
    const forms: readonly Form[] = [
      { method: 'GET' },
      { method: 'POST' },
      { method: 'POST', inQuery: ['Action', 'Version', 'AccessKeyId', 'Signature', 'Format'] },
      { method: 'POST', host: 'sts.cn-hangzhou.aliyuncs.com' },
    ]
    for (const form of forms) assert.equal(await read(started, 'a/1', await assume(started, alice, {}, form)), 'a/1')
    const { text } = await rpc(started, alice, { ...ASSUME, Format: undefined })
    assert.match(
      text,
      /^<\?xml version='1.0' encoding='UTF-8'\?>\n<AssumeRoleResponse><RequestId>[0-9A-F-]{36}<\/RequestId>/,
    )
    assert.equal(element(text, 'Arn'), `${ROLE_ARN}/job-1`)
    const failed = await rpc(started, alice, { ...ASSUME, Format: 'XML', RoleArn: 'reader' })
    assert.equal(element(failed.text, 'Code'), 'InvalidParameter.RoleArn')
    assert.equal(element(failed.text, 'HostId'), '127.0.0.1:9000')
  })

  test('the caller must be allowed to, and the role must trust it', async () => {
    const { started, ram, alice, role } = await withRole()
    const bob = await ram.user('bob')
    assert.equal(await refused(started, bob, {}), '403 NoPermission')
    assert.equal(await refused(started, ROOT, {}), '403 NoPermission')
    const trust = documentOf([{ ...TRUST, Principal: { RAM: ['acs:ram::1000000000000001:user/bob'] } }])
    await changeIdentity(ram.domain, role, (record) => ({ ...record, trust }))
    assert.equal(await refused(started, alice, {}), '403 NoPermission')
    await ram.allow('bob', MAY_ASSUME)
    assert.equal(await read(started, 'a/1', await assume(started, bob)), 'a/1')
    await deleteUser(ram.domain, { account: ram.account, user: 'bob' })
    assert.equal(await refused(started, bob, {}), '404 InvalidAccessKeyId.NotFound')
  })

  test('another account does not learn which roles exist', async () => {
    const { started, ram, alice } = await withRole()
    await ram.allow('alice', { ...MAY_ASSUME, Resource: '*' })
    const other = { account: OTHER.account.id, kind: 'role', name: 'secret' } as const
    const trust = documentOf([{ ...TRUST, Principal: { RAM: [`acs:ram::${OTHER.account.id}:root`] } }])
    await createIdentity(ram.domain, other, { kind: 'role', comments: '', trust, sessionSecondsMax: 7_200 })
    const answer = async (name: string) => {
      const RoleArn = `acs:ram::${OTHER.account.id}:role/${name}`
      const { status, json } = await rpc(started, alice, { ...ASSUME, RoleArn })
      return { status, Code: json.Code, Message: json.Message }
    }
    assert.deepEqual(await answer('none'), await answer('secret'))
    assert.equal((await answer('none')).Code, 'NoPermission')
  })

  test('an action that STS does not know has no operation in the log, which metrics count by', async () => {
    const started = await startService()
    const { log } = await rpc(started, ROOT, { Action: 'Fly' })
    assert.deepEqual([log.operation, log.code], [undefined, 'InvalidAction.NotFound'])
    assert.equal((await rpc(started, ROOT, { Action: 'GetCallerIdentity' })).log.operation, 'GetCallerIdentity')
  })

  test('wrong parameters are refused with the codes of STS', async () => {
    const { started, ram, alice } = await withRole()
    await ram.allow('alice', { ...MAY_ASSUME, Resource: '*' })
    const faults: (readonly [parameters: Parameters, expected: string, form?: Form])[] = [
      [{ RoleArn: undefined }, '400 MissingRoleArn'],
      [{ RoleArn: 'acs:ram::1:group/x' }, '400 InvalidParameter.RoleArn'],
      [{ RoleArn: 'acs:ram::1000000000000001:role/none' }, '404 EntityNotExist.Role'],
      [{ RoleSessionName: 'a' }, '400 InvalidParameter.RoleSessionName'],
      [{ RoleSessionName: 'a b' }, '400 InvalidParameter.RoleSessionName'],
      [{ DurationSeconds: '899' }, '400 InvalidParameter.DurationSeconds'],
      [{ DurationSeconds: '7201' }, '400 InvalidParameter.DurationSeconds'],
      [{ DurationSeconds: 'long' }, '400 InvalidParameter.DurationSeconds'],
      [{ Policy: '{' }, '400 InvalidParameter.PolicyGrammar'],
      [
        { Policy: documentOf([{ ...READS, Resource: `acs:oss:*:*:bkt/${'x'.repeat(2_048)}` }]) },
        '400 InvalidParameter.PolicySize',
      ],
      [{ Action: 'Fly' }, '404 InvalidAction.NotFound'],
      [{ Version: '2020-01-01' }, '400 InvalidVersion'],
      [{ SignatureMethod: 'HMAC-MD5' }, '400 InvalidSignatureMethod'],
      [{ Timestamp: 'yesterday' }, '400 InvalidTimeStamp.Format'],
      [{ Timestamp: '2026-01-05T07:44:00Z' }, '400 InvalidTimeStamp.Expired'],
      [{ SecurityToken: 'CAIS' }, '400 InvalidSecurityToken.MismatchWithAccessKey'],
      [{}, '400 SignatureDoesNotMatch', { forged: { RoleSessionName: 'other' } }],
      [{}, '404 InvalidAccessKeyId.NotFound', { forged: { AccessKeyId: 'unknown' } }],
      [{}, '400 MissingSecurityToken', { forged: { AccessKeyId: 'STS.unknown' } }],
    ]
    for (const [parameters, expected, form] of faults) {
      assert.equal(await refused(started, alice, parameters, form), expected, JSON.stringify(parameters).slice(0, 100))
    }
    await assume(started, alice, { DurationSeconds: '7200' })
  })

  test('a session may assume another role, and knows its own name', async () => {
    const { started, ram, alice } = await withRole()
    const trust = documentOf([{ ...TRUST, Principal: { RAM: [ROLE_ARN] } }])
    const next = { account: ram.account, kind: 'role', name: 'next' } as const
    await createIdentity(ram.domain, next, { kind: 'role', comments: '', trust, sessionSecondsMax: 3_600 })
    const reader = { account: ram.account, kind: 'role', name: 'reader' } as const
    await setInlinePolicy(
      ram.domain,
      reader,
      'assume',
      documentOf([{ ...MAY_ASSUME, Resource: 'acs:ram:*:*:role/next' }]),
    )
    const first = await assume(started, alice)
    const second = await assume(started, first, { RoleArn: 'acs:ram::1000000000000001:role/next' })
    const { json } = await rpc(started, second, { Action: 'GetCallerIdentity' })
    assert.deepEqual(
      [json.IdentityType, json.Arn],
      ['AssumedRoleUser', 'acs:ram::1000000000000001:assumed-role/next/job-1'],
    )
  })
})

test('GetCallerIdentity names the owner of the key', async () => {
  const { started, alice } = await withRole()
  const user = (await rpc(started, alice, { Action: 'GetCallerIdentity' })).json
  assert.deepEqual(
    [user.IdentityType, user.Arn, user.AccountId],
    ['RAMUser', 'acs:ram::1000000000000001:user/alice', ROOT.account.id],
  )
  const account = (await rpc(started, ROOT, { Action: 'GetCallerIdentity' })).json
  assert.deepEqual([account.IdentityType, account.Arn], ['Account', 'acs:ram::1000000000000001:root'])
})

test('a form that is signed as OSS signs, and requests for buckets, are not requests for STS', async () => {
  const started = await startWithBucket()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const listed = await call(started, { method: 'GET', query: { Action: 'AssumeRole' }, bucket: BUCKET })
  assert.equal(element(listed.text, 'Name'), BUCKET)
  const removed = await call(started, {
    method: 'POST',
    bucket: BUCKET,
    query: { delete: undefined },
    headers,
    body: '',
  })
  assert.equal(element(removed.text, 'Code'), 'MissingArgument')
})
