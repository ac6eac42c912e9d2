import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AccessKey } from '../access/requester.js'
import { assume } from '../sts/testing.js'
import {
  BUCKET,
  call,
  element,
  elements,
  OTHER,
  Ram,
  ROOT,
  type StartedService,
  startService,
  startWithBucket,
  type TestRequest,
} from '../testing/index.js'
import { documentOf } from '../testing/ram.js'
import { done, refused } from './testing.js'

/** A key as an answer shows it. */
function keyOf(
  { AccessKeyId, AccessKeySecret }: { readonly AccessKeyId: string; readonly AccessKeySecret: string },
  id: string,
): AccessKey {
  return { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, account: { id, displayName: id } }
}

/** A new account with its first key. */
async function newAccount(started: StartedService): Promise<AccessKey> {
  const { Account, AccessKey: key } = await done(started, 'CreateAccount', { DisplayName: 'Team' })
  return keyOf(key, Account.AccountId)
}

async function status(started: StartedService, request: TestRequest): Promise<string> {
  const { status: code, text } = await call(started, request)
  return code < 300 ? String(code) : `${code} ${element(text, 'Code')}`
}

describe('an account', () => {
  test('owns the buckets that its key creates, and sees no others', async () => {
    const started = await startWithBucket()
    const team = await newAccount(started)
    assert.match(team.account.id, /^1\d{15}$/)
    assert.equal(await status(started, { method: 'PUT', bucket: 'theirs', as: team }), '200')
    await call(started, { method: 'PUT', bucket: 'theirs', key: 'k', body: 'x', as: team })
    const { text } = await call(started, { method: 'GET', as: team })
    assert.deepEqual([elements(text, 'Name'), element(text, 'ID')], [['theirs'], team.account.id])
    const info = await call(started, { method: 'GET', bucket: 'theirs', query: { bucketInfo: undefined }, as: team })
    assert.equal(element(info.text, 'ID'), team.account.id)
    assert.equal(await status(started, { method: 'GET', bucket: BUCKET, as: team }), '403 AccessDenied')
    assert.equal(await status(started, { method: 'PUT', bucket: BUCKET, as: team }), '409 BucketAlreadyExists')
    assert.equal(await status(started, { method: 'GET', bucket: 'theirs', key: 'k' }), '403 AccessDenied')
    assert.deepEqual(elements((await call(started, { method: 'GET' })).text, 'Name'), [BUCKET])
    assert.equal((await started.service.totals()).buckets, 2)
  })

  test('has users of its own, whose policies reach no other account', async () => {
    const started = await startWithBucket()
    const team = await newAccount(started)
    await call(started, { method: 'PUT', bucket: 'theirs', as: team })
    await done(started, 'CreateUser', { UserName: 'alice' }, team)
    const { AccessKey: key } = await done(started, 'CreateAccessKey', { UserName: 'alice' }, team)
    await done(started, 'AttachPolicyToUser', { UserName: 'alice', PolicyName: 'AdministratorAccess' }, team)
    const alice = keyOf(key, team.account.id)
    assert.equal(await status(started, { method: 'PUT', bucket: 'theirs', key: 'k', body: 'x', as: alice }), '200')
    assert.equal(await status(started, { method: 'GET', bucket: BUCKET, as: alice }), '403 AccessDenied')
    assert.equal(await refused(started, 'GetUser', { UserName: 'alice' }), '404 EntityNotExist.User')
    const statement = { Effect: 'Allow', Action: 'oss:*', Resource: ['acs:oss:*:*:bkt', 'acs:oss:*:*:bkt/*'] }
    const userId = (await done(started, 'GetUser', { UserName: 'alice' }, team)).User.UserId
    const body = documentOf([{ ...statement, Principal: [userId] }])
    await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: undefined }, body })
    assert.equal(await status(started, { method: 'GET', bucket: BUCKET, as: alice }), '200')
    assert.equal(await status(started, { method: 'GET', bucket: BUCKET, as: team }), '403 AccessDenied')
  })

  test('reaches the bucket of another by its policy, and pays for it where the bucket requires it', async () => {
    const started = await startWithBucket()
    const team = await newAccount(started)
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'bytes' })
    const statement = { Effect: 'Allow', Principal: [team.account.id], Action: 'oss:GetObject', Resource: '*' }
    await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: undefined }, body: documentOf([statement]) })
    const read = { method: 'GET', bucket: BUCKET, key: 'k', as: team }
    assert.equal(await status(started, read), '200')
    const body = '<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>'
    await call(started, { method: 'PUT', bucket: BUCKET, query: { requestPayment: undefined }, body })
    const unpaid = await call(started, read)
    assert.deepEqual([unpaid.status, unpaid.headers['x-oss-ec']], [403, '0003-00000703'])
    const paid = await call(started, { ...read, headers: { 'x-oss-request-payer': 'requester' } })
    assert.deepEqual([paid.text, paid.headers['x-oss-request-charged']], ['bytes', 'requester'])
    assert.equal(await status(started, { ...read, as: ROOT }), '200')
  })

  test('lets a role of its own be assumed by users of another that it trusts', async () => {
    const started = await startWithBucket()
    const team = await newAccount(started)
    const trust = documentOf([
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${ROOT.account.id}:root`] } },
    ])
    await done(started, 'CreateRole', { RoleName: 'guest', AssumeRolePolicyDocument: trust }, team)
    await done(started, 'AttachPolicyToRole', { RoleName: 'guest', PolicyName: 'AliyunOSSReadOnlyAccess' }, team)
    const RoleArn = `acs:ram::${team.account.id}:role/guest`
    assert.equal((await done(started, 'GetRole', { RoleName: 'guest' }, team)).Role.Arn, RoleArn)
    assert.equal(await refused(started, 'GetRole', { RoleName: 'guest' }), '404 EntityNotExist.Role')
    await call(started, { method: 'PUT', bucket: 'theirs', as: team })
    await call(started, { method: 'PUT', bucket: 'theirs', key: 'k', body: 'x', as: team })
    const alice = await new Ram(started).user('alice', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' })
    const guest = await assume(started, alice, { RoleArn })
    assert.equal(await status(started, { method: 'GET', bucket: 'theirs', key: 'k', as: guest }), '200')
    assert.equal(await status(started, { method: 'PUT', bucket: 'theirs', key: 'k', as: guest }), '403 AccessDenied')
    assert.equal(await status(started, { method: 'GET', bucket: BUCKET, as: guest }), '403 AccessDenied')
  })

  test('changes its keys, each change in force in every process when it returns', async () => {
    const started = await startWithBucket()
    const other = await startService({ metadata: started.metadata, clock: () => started.now() })
    const team = await newAccount(started)
    await call(started, { method: 'PUT', bucket: 'theirs', as: team })
    const { AccessKey: second } = await done(started, 'CreateAccountAccessKey', {}, team)
    const rotated = keyOf(second, team.account.id)
    assert.equal(await refused(started, 'CreateAccountAccessKey', {}, { as: team }), '409 LimitExceeded.User.AccessKey')
    const list = (as: AccessKey) => status(other, { method: 'GET', bucket: 'theirs', as })
    assert.deepEqual([await list(team), await list(rotated)], ['200', '200'])
    const old = { UserAccessKeyId: team.accessKeyId }
    await done(started, 'UpdateAccountAccessKey', { ...old, Status: 'Inactive' }, rotated)
    assert.deepEqual([await list(team), await list(rotated)], ['403 InvalidAccessKeyId', '200'])
    await done(started, 'UpdateAccountAccessKey', { ...old, Status: 'Active', AccountId: team.account.id })
    assert.equal(await list(team), '200')
    await done(started, 'DeleteAccountAccessKey', old, rotated)
    assert.equal(await list(team), '403 InvalidAccessKeyId')
    const { AccessKeys } = await done(started, 'ListAccountAccessKeys', {}, rotated)
    assert.deepEqual(
      AccessKeys.AccessKey.map(({ AccessKeyId, LastUsedDate }: Record<string, string>) => [AccessKeyId, LastUsedDate]),
      [[rotated.accessKeyId, '2026-01-05T08:00:00Z']],
    )
  })

  test('is shown, listed in pages, and deleted when it owns nothing', async () => {
    const started = await startWithBucket({ trailMs: 86_400_000 })
    const accounts = [await newAccount(started), await newAccount(started), await newAccount(started)]
    const ids = accounts.map(({ account }) => account.id).sort()
    const [team] = accounts as [AccessKey]
    const first = await done(started, 'ListAccounts', { MaxItems: 2 })
    const rest = await done(started, 'ListAccounts', { MaxItems: 2, Marker: first.Marker })
    const listed = [...first.Accounts.Account, ...rest.Accounts.Account]
    assert.deepEqual(
      listed.map(({ AccountId }) => AccountId),
      ids,
    )
    const AccountId = team.account.id
    const { Account } = await done(started, 'GetAccount', { AccountId })
    assert.deepEqual([Account.DisplayName, Account.CreateDate], ['Team', '2026-01-05T08:00:00Z'])
    await call(started, { method: 'PUT', bucket: 'theirs', as: team })
    assert.equal(await refused(started, 'DeleteAccount', { AccountId }), '409 DeleteConflict.Account.Bucket')
    await call(started, { method: 'DELETE', bucket: 'theirs', as: team })
    await done(started, 'CreateUser', { UserName: 'alice' }, team)
    assert.equal(await refused(started, 'DeleteAccount', { AccountId }), '409 DeleteConflict.Account.Identity')
    await done(started, 'DeleteUser', { UserName: 'alice' }, team)
    await done(started, 'DeleteAccount', { AccountId })
    assert.equal(await status(started, { method: 'GET', as: team }), '403 InvalidAccessKeyId')
    assert.equal(await refused(started, 'GetAccount', { AccountId }), '404 EntityNotExist.Account')
    const { Events } = await done(started, 'LookupEvents', { EventName: 'DeleteAccount' })
    const [deleted] = Events.Event.filter((one: { ErrorCode?: string }) => one.ErrorCode === undefined)
    assert.equal(deleted.Before.account.displayName, 'Team')
    const created = (await done(started, 'LookupEvents', { EventName: 'CreateAccount' })).Events.Event
    assert.equal(created.length, 3)
    assert.deepEqual(Object.values(created[0].After.accessKeys), ['Active'])
    assert.ok(!JSON.stringify(created).includes('ecret'))
  })

  test('is managed by no key but that of the account that administers the server', async () => {
    const started = await startWithBucket()
    const team = await newAccount(started)
    const everything = { Effect: 'Allow', Action: '*', Resource: '*' }
    const alice = await new Ram(started).user('alice', everything)
    const AccountId = team.account.id
    for (const as of [team, alice, OTHER]) {
      for (const operation of ['CreateAccount', 'ListAccounts']) {
        assert.equal(await refused(started, operation, {}, { as }), '403 NoPermission')
      }
      assert.equal(await refused(started, 'DeleteAccount', { AccountId }, { as }), '403 NoPermission')
    }
    for (const as of [alice, OTHER]) {
      for (const operation of ['CreateAccountAccessKey', 'ListAccountAccessKeys']) {
        assert.equal(await refused(started, operation, { AccountId }, { as }), '403 NoPermission')
      }
    }
    const unknown = { AccountId: ROOT.account.id }
    assert.equal(await refused(started, 'ListAccountAccessKeys', unknown), '404 EntityNotExist.Account')
    assert.equal(await refused(started, 'ListAccountAccessKeys', {}, { as: alice }), '403 NoPermission')
  })

  test('learns what its own users may do, and of others only what its buckets decide', async () => {
    const started = await startWithBucket()
    const team = await newAccount(started)
    await done(started, 'CreateUser', { UserName: 'bob' }, team)
    await new Ram(started).user('alice')
    const asked = { Action: 'oss:GetObject', Bucket: BUCKET, Key: 'k' }
    const ofRoot = { ...asked, AccountId: ROOT.account.id }
    assert.equal(
      await refused(started, 'ExplainAccess', { ...ofRoot, UserName: 'alice' }, { as: team }),
      '403 NoPermission',
    )
    assert.equal((await done(started, 'ExplainAccess', { ...asked, UserName: 'bob' }, team)).Decision, 'Deny')
    const ofTeam = { ...asked, AccountId: team.account.id }
    assert.equal((await done(started, 'ExplainAccess', { ...ofTeam, UserName: 'bob' })).Decision, 'Deny')
    assert.equal((await done(started, 'ExplainAccess', { ...ofTeam, Principal: 'account' })).Decision, 'Deny')
  })

  test('learns by no policy of its own which tags the private objects of another account have', async () => {
    const started = await startWithBucket()
    const team = await newAccount(started)
    await done(started, 'CreateUser', { UserName: 'bob' }, team)
    const bob = keyOf((await done(started, 'CreateAccessKey', { UserName: 'bob' }, team)).AccessKey, team.account.id)
    const tagged = (key: string, tag: string) =>
      call(started, { method: 'PUT', bucket: BUCKET, key, headers: { 'x-oss-tagging': tag }, body: 'x' })
    await tagged('blue', 'team=blue')
    await tagged('red', 'team=red')
    const own = (Effect: string, operator: string) => ({
      Effect,
      Action: 'oss:*',
      Resource: '*',
      Condition: { [operator]: { 'oss:ExistingObjectTag/team': 'blue' } },
    })
    for (const statement of [
      own('Deny', 'StringEquals'),
      own('Deny', 'StringNotEquals'),
      own('Allow', 'StringEquals'),
    ]) {
      const given = { UserName: 'bob', PolicyName: 'own', PolicyDocument: { Version: '1', Statement: [statement] } }
      await done(started, 'PutUserPolicy', given, team)
      const answers = await Promise.all(
        ['blue', 'red', 'missing'].map(async (key) => {
          const { status: code, headers, text } = await call(started, { method: 'GET', bucket: BUCKET, key, as: bob })
          const id = headers['x-oss-request-id'] ?? ''
          const { Reason } = await done(started, 'ExplainAccess', { RequestId: id }, team)
          return { code, ec: headers['x-oss-ec'], detail: element(text, 'NoPermissionType'), Reason }
        }),
      )
      assert.deepEqual(answers[1], answers[0])
      assert.deepEqual(answers[2], answers[0])
      assert.deepEqual([answers[0]?.code, answers[0]?.ec], [403, '0003-00000001'])
    }
  })

  test('learns nothing of the rules and tags in a bucket of another account but what its own requests show', async () => {
    const started = await startWithBucket()
    const team = await newAccount(started)
    await done(started, 'CreateUser', { UserName: 'bob' }, team)
    const objects = { Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/*', Principal: [team.account.id] }
    const policy = documentOf([
      { ...objects, Effect: 'Allow', Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } } },
    ])
    await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: undefined }, body: policy })
    await call(started, {
      method: 'PUT',
      bucket: BUCKET,
      key: 'k',
      headers: { 'x-oss-tagging': 'team=blue' },
      body: 'x',
    })
    const ask = (more: object) => ({ Action: 'oss:GetObject', Bucket: BUCKET, Key: 'k', ...more })
    const ofRoot = { AccountId: ROOT.account.id, Principal: 'account' }
    for (const foreign of [ofRoot, { AccountId: OTHER.account.id, Principal: 'account' }, { Principal: 'anonymous' }]) {
      assert.equal(await refused(started, 'ExplainAccess', ask(foreign), { as: team }), '403 NoPermission')
    }
    const elsewhere = { Principal: 'account', Conditions: { 'acs:SourceIp': '10.1.2.3' } }
    const byTeam = { as: team }
    assert.equal(await refused(started, 'ExplainAccess', ask(elsewhere), byTeam), '400 InvalidParameter.Conditions')

    const bare = { Decision: 'Deny', Code: 'AccessDenied' }
    const shown = async (input: object) => {
      const { RequestId: _, ...answer } = await done(started, 'ExplainAccess', ask(input), team)
      return answer
    }
    assert.deepEqual(await shown({ Principal: 'account' }), bare)
    for (const value of ['blue', 'red']) {
      const tagged = { StringEquals: { 'oss:ExistingObjectTag/team': value } }
      const PolicyDocument = documentOf([{ Effect: 'Deny', Action: 'oss:*', Resource: '*', Condition: tagged }])
      await done(started, 'PutUserPolicy', { UserName: 'bob', PolicyName: 'tried', PolicyDocument }, team)
      assert.deepEqual(await shown({ UserName: 'bob' }), bare)
    }
    const asOwner = ask({ AccountId: team.account.id, Principal: 'account' })
    const { Reason } = await done(started, 'ExplainAccess', asOwner)
    assert.deepEqual([Reason.Source, Reason.Unmet[0].Key], ['acl', 'acs:SourceIp'])
  })
})
