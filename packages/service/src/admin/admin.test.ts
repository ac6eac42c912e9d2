import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ADMIN_OPERATIONS } from '@bindery/protocol'
import { adminRequest, BUCKET, call, Ram, startWithBucket } from '../testing/index.js'
import { documentOf } from '../testing/ram.js'
import { ADMIN_HANDLERS } from './handlers/index.js'
import { admin, done, refused } from './testing.js'

const READS_A = { Effect: 'Allow', Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/a/*' }
const READS = documentOf([READS_A])

describe('the admin interface', () => {
  test('a user, its key and its policy are created, and the key then works', async () => {
    const started = await startWithBucket()
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'a/1', body: 'x' })
    const { User } = await done(started, 'CreateUser', { UserName: 'alice', DisplayName: 'Alice', Comments: 'reads' })
    assert.match(User.UserId, /^2\d{17}$/)
    assert.deepEqual(
      { ...User, UserId: '' },
      {
        UserId: '',
        UserName: 'alice',
        DisplayName: 'Alice',
        Comments: 'reads',
        CreateDate: '2026-01-05T08:00:00Z',
      },
    )
    const { AccessKey: key } = await done(started, 'CreateAccessKey', { UserName: 'alice' })
    assert.equal(key.AccessKeySecret.length, 30)
    await done(started, 'CreatePolicy', { PolicyName: 'reads', PolicyDocument: READS })
    await done(started, 'AttachPolicyToUser', { PolicyName: 'reads', UserName: 'alice' })
    const alice = {
      accessKeyId: key.AccessKeyId,
      accessKeySecret: key.AccessKeySecret,
      account: { id: '', displayName: '' },
    }
    assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'a/1', as: alice })).text, 'x')
    const { AccessKeys } = await done(started, 'ListAccessKeys', { UserName: 'alice' })
    assert.deepEqual(AccessKeys.AccessKey, [
      {
        AccessKeyId: key.AccessKeyId,
        Status: 'Active',
        CreateDate: '2026-01-05T08:00:00Z',
        LastUsedDate: '2026-01-05T08:00:00Z',
      },
    ])
    await done(started, 'UpdateAccessKey', { UserName: 'alice', UserAccessKeyId: key.AccessKeyId, Status: 'Inactive' })
    assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'a/1', as: alice })).status, 403)
    await done(started, 'DeleteUser', { UserName: 'alice' })
    assert.equal(await refused(started, 'GetUser', { UserName: 'alice' }), '404 EntityNotExist.User')
  })

  test('groups, roles and policies are created, changed, listed and deleted', async () => {
    const started = await startWithBucket()
    await done(started, 'CreateUser', { UserName: 'alice' })
    await done(started, 'CreateGroup', { GroupName: 'staff' })
    await done(started, 'AddUserToGroup', { GroupName: 'staff', UserName: 'alice' })
    assert.deepEqual((await done(started, 'ListUsersForGroup', { GroupName: 'staff' })).Users.User, [
      { UserName: 'alice' },
    ])
    assert.deepEqual((await done(started, 'ListGroupsForUser', { UserName: 'alice' })).Groups.Group, [
      { GroupName: 'staff' },
    ])
    assert.equal(await refused(started, 'DeleteGroup', { GroupName: 'staff' }), '409 DeleteConflict.Group.User')
    await done(started, 'RemoveUserFromGroup', { GroupName: 'staff', UserName: 'alice' })
    await done(started, 'DeleteGroup', { GroupName: 'staff' })

    const trust = {
      Version: '1',
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: ['acs:ram::1000000000000001:root'] } },
      ],
    }
    const { Role } = await done(started, 'CreateRole', { RoleName: 'reader', AssumeRolePolicyDocument: trust })
    assert.deepEqual([Role.Arn, Role.MaxSessionDuration], ['acs:ram::1000000000000001:role/reader', 3600])
    assert.deepEqual(JSON.parse(Role.AssumeRolePolicyDocument), trust)
    await done(started, 'UpdateRole', { RoleName: 'reader', NewMaxSessionDuration: 7200 })
    assert.equal((await done(started, 'GetRole', { RoleName: 'reader' })).Role.MaxSessionDuration, 7200)

    await done(started, 'PutRolePolicy', { RoleName: 'reader', PolicyName: 'own', PolicyDocument: READS })
    await done(started, 'AttachPolicyToRole', { RoleName: 'reader', PolicyName: 'AliyunOSSReadOnlyAccess' })
    assert.deepEqual((await done(started, 'ListPoliciesForRole', { RoleName: 'reader' })).Policies.Policy, [
      { PolicyName: 'AliyunOSSReadOnlyAccess', PolicyType: 'System' },
      { PolicyName: 'own', PolicyType: 'Inline', PolicyDocument: READS },
    ])
    const entities = await done(started, 'ListEntitiesForPolicy', { PolicyName: 'AliyunOSSReadOnlyAccess' })
    assert.deepEqual(entities.Roles.Role, [{ RoleName: 'reader' }])
    await done(started, 'DetachPolicyFromRole', { RoleName: 'reader', PolicyName: 'AliyunOSSReadOnlyAccess' })
    await done(started, 'DeleteRolePolicy', { RoleName: 'reader', PolicyName: 'own' })
    await done(started, 'DeleteRole', { RoleName: 'reader' })
    assert.deepEqual((await done(started, 'ListRoles')).Roles.Role, [])
  })

  test('a listing is paged by name', async () => {
    const started = await startWithBucket()
    for (const name of ['carol', 'alice', 'bob', 'dave', 'erin']) await done(started, 'CreateUser', { UserName: name })
    const pages: string[][] = []
    for (let Marker: string | undefined; ; ) {
      const page = await done(started, 'ListUsers', { MaxItems: 2, Marker })
      pages.push(page.Users.User.map(({ UserName }: { UserName: string }) => UserName))
      if (!page.IsTruncated) break
      Marker = page.Marker
    }
    assert.deepEqual(pages, [['alice', 'bob'], ['carol', 'dave'], ['erin']])
  })

  test('a user may do what its policies allow about RAM, on the resources that they name', async () => {
    const started = await startWithBucket()
    const ram = new Ram(started)
    const manager = await ram.user('manager', {
      Effect: 'Allow',
      Action: ['ram:CreateUser', 'ram:Get*'],
      Resource: 'acs:ram:*:*:user/dev-*',
    })
    await done(started, 'CreateUser', { UserName: 'dev-1' }, manager)
    await done(started, 'GetUser', { UserName: 'dev-1' }, manager)
    const as = { as: manager }
    assert.equal(await refused(started, 'CreateUser', { UserName: 'ops-1' }, as), '403 NoPermission')
    assert.equal(await refused(started, 'DeleteUser', { UserName: 'dev-1' }, as), '403 NoPermission')
    assert.equal(await refused(started, 'ListUsers', {}, as), '403 NoPermission')
    const { body } = await admin(started, 'DeleteUser', { UserName: 'dev-1' }, as)
    assert.deepEqual(
      [body.AccessDeniedDetail.NoPermissionType, body.AccessDeniedDetail.AuthAction],
      ['ImplicitDeny', 'ram:DeleteUser'],
    )
    await ram.allow('manager', { Effect: 'Deny', Action: '*', Resource: '*' })
    assert.equal(await refused(started, 'GetUser', { UserName: 'dev-1' }, as), '403 NoPermission')
  })

  test('what joins a user to a group, or a policy to an identity, must be allowed on both', async () => {
    const started = await startWithBucket()
    const ram = new Ram(started)
    for (const name of ['dev-1', 'ops-1']) await ram.user(name)
    for (const name of ['dev-all', 'ops-all']) await done(started, 'CreateGroup', { GroupName: name })
    await done(started, 'CreatePolicy', { PolicyName: 'dev-reads', PolicyDocument: READS })
    const manager = await ram.user('manager', {
      Effect: 'Allow',
      Action: 'ram:*',
      Resource: ['user', 'group', 'policy'].map((kind) => `acs:ram:*:*:${kind}/dev-*`),
    })
    const as = { as: manager }
    const joined = (UserName: string, GroupName: string) => ({ UserName, GroupName })
    await done(started, 'AddUserToGroup', joined('dev-1', 'dev-all'), manager)
    await done(started, 'AddUserToGroup', joined('ops-1', 'dev-all'))
    for (const operation of ['AddUserToGroup', 'RemoveUserFromGroup']) {
      assert.equal(await refused(started, operation, joined('dev-1', 'ops-all'), as), '403 NoPermission')
      assert.equal(await refused(started, operation, joined('ops-1', 'dev-all'), as), '403 NoPermission')
    }
    await done(started, 'AttachPolicyToUser', { UserName: 'dev-1', PolicyName: 'dev-reads' }, manager)
    await done(started, 'AttachPolicyToGroup', { GroupName: 'dev-all', PolicyName: 'dev-reads' }, manager)
    await done(started, 'AttachPolicyToUser', { UserName: 'dev-1', PolicyName: 'AliyunOSSReadOnlyAccess' })
    const all = { PolicyName: 'AdministratorAccess' }
    assert.equal(await refused(started, 'AttachPolicyToUser', { UserName: 'dev-1', ...all }, as), '403 NoPermission')
    assert.equal(
      await refused(started, 'AttachPolicyToGroup', { GroupName: 'dev-all', ...all }, as),
      '403 NoPermission',
    )
    assert.equal(await refused(started, 'AttachPolicyToRole', { RoleName: 'dev-1', ...all }, as), '403 NoPermission')
    const held = { UserName: 'dev-1', PolicyName: 'AliyunOSSReadOnlyAccess' }
    assert.equal(await refused(started, 'DetachPolicyFromUser', held, as), '403 NoPermission')
    await ram.allow(
      'manager',
      { Effect: 'Allow', Action: 'ram:*', Resource: '*' },
      { Effect: 'Deny', Action: '*', Resource: 'acs:ram:*:*:policy/AdministratorAccess' },
    )
    assert.equal(await refused(started, 'AttachPolicyToUser', { UserName: 'dev-1', ...all }, as), '403 NoPermission')
    await done(started, 'DetachPolicyFromUser', held, manager)
  })

  test('nothing is done without a valid signature', async () => {
    const started = await startWithBucket()
    assert.equal(await refused(started, 'ListUsers', {}, { as: 'anonymous' }), '403 AccessDenied')
    const stranger = { accessKeyId: 'unknown', accessKeySecret: 's', account: { id: '1', displayName: '1' } }
    assert.equal(await refused(started, 'ListUsers', {}, { as: stranger }), '403 InvalidAccessKeyId')
    const forged = { accessKeyId: 'root', accessKeySecret: 'wrong', account: { id: '1', displayName: '1' } }
    assert.equal(await refused(started, 'ListUsers', {}, { as: forged }), '403 SignatureDoesNotMatch')
  })

  test('what is wrong with a request is reported by parameter', async () => {
    const started = await startWithBucket()
    const faults: (readonly [operation: string, input: object | string, expected: string])[] = [
      ['CreateUser', {}, '400 MissingUserName'],
      ['CreateUser', { UserName: 'a/b' }, '400 InvalidParameter.UserName'],
      ['CreateUser', { UserName: 7 }, '400 InvalidParameter.UserName'],
      ['CreateUser', { UserName: 'x', Colour: 'red' }, '400 InvalidParameter'],
      ['CreateUser', { UserName: 'x', constructor: 'red' }, '400 InvalidParameter'],
      ['CreateUser', '[]', '400 InvalidParameter'],
      ['CreateUser', '{', '400 InvalidParameter'],
      ['CreateUser', JSON.stringify({ UserName: 'x', Comments: 'y'.repeat(70_000) }), '413 RequestEntityTooLarge'],
      ['CreatePolicy', { PolicyName: 'p', PolicyDocument: '{}' }, '400 InvalidParameter.PolicyDocument'],
      ['CreatePolicy', { PolicyName: 'AliyunOSSFullAccess', PolicyDocument: READS }, '409 EntityAlreadyExists.Policy'],
      ['UpdatePolicy', { PolicyName: 'AliyunOSSFullAccess', PolicyDocument: READS }, '400 InvalidParameter.PolicyName'],
      ['CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: READS }, '400 InvalidParameter.PolicyDocument'],
      ['ListUsers', { MaxItems: 0 }, '400 InvalidParameter.MaxItems'],
      ['AttachPolicyToUser', { PolicyName: 'none', UserName: 'bob' }, '404 EntityNotExist.Policy'],
      ['AttachPolicyToUser', { PolicyName: 'none', UserName: 'unknown' }, '404 EntityNotExist.User'],
      ['CreateUser', { UserName: 'bob' }, '409 EntityAlreadyExists.User'],
      ['Reboot', {}, '404 InvalidAction.NotFound'],
      ['constructor', {}, '404 InvalidAction.NotFound'],
    ]
    await done(started, 'CreateUser', { UserName: 'bob' })
    for (const [operation, input, expected] of faults) {
      assert.equal(
        await refused(started, operation, input),
        expected,
        `${operation} ${JSON.stringify(input)}`.slice(0, 100),
      )
    }
    assert.equal(await refused(started, 'ListUsers', {}, { method: 'PUT' }), '405 UnsupportedHTTPMethod')
    const { headers } = await call(started, { ...adminRequest('ListUsers', {}), method: 'PUT' })
    assert.equal(headers.allow, 'POST')
  })

  test('objects below admin/ of a bucket are objects', async () => {
    const started = await startWithBucket()
    const key = '-/admin/v1/ListUsers'
    await call(started, { method: 'PUT', bucket: BUCKET, key, body: 'an object' })
    assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key })).text, 'an object')
  })

  test('every declared operation has a handler', () => {
    assert.deepEqual(Object.keys(ADMIN_HANDLERS).sort(), ADMIN_OPERATIONS.map(({ name }) => name).sort())
  })
})

describe('ExplainAccess', () => {
  async function explained() {
    const started = await startWithBucket()
    const ram = new Ram(started)
    await ram.user('alice', { ...READS_A, Effect: 'Deny', Action: 'oss:DeleteObject' }, READS_A)
    return { started, ram }
  }

  test('a decision names the statement that decided', async () => {
    const { started } = await explained()
    const question = { UserName: 'alice', Action: 'oss:GetObject', Bucket: BUCKET, Key: 'a/1' }
    const allowed = await done(started, 'ExplainAccess', question)
    assert.deepEqual(allowed, {
      Decision: 'Allow',
      Reason: { Source: 'ramPolicy', Policy: 'inline inline', StatementIndex: 1, Statement: READS_A },
      RequestId: allowed.RequestId,
    })
    const denied = await done(started, 'ExplainAccess', { ...question, Action: 'oss:deleteobject' })
    assert.deepEqual(
      [denied.Decision, denied.Code, denied.EC, denied.Reason.StatementIndex],
      ['Deny', 'AccessDenied', '0003-00000201', 0],
    )
    const byDefault = await done(started, 'ExplainAccess', { ...question, Key: 'b/1' })
    assert.deepEqual([byDefault.Decision, byDefault.Reason], ['Deny', { Source: 'acl' }])
  })

  test('an explanation is what a request is answered', async () => {
    const { started, ram } = await explained()
    const policy = documentOf([
      {
        Effect: 'Allow',
        Principal: ['*'],
        Action: 'oss:GetObject',
        Resource: 'acs:oss:*:*:bkt/b/*',
        Condition: { IpAddress: { 'acs:SourceIp': '127.0.0.0/8' } },
      },
    ])
    await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: undefined }, body: policy })
    const alice = await ram.key('alice')
    for (const key of ['a/1', 'b/1', 'c/1']) await call(started, { method: 'PUT', bucket: BUCKET, key, body: 'x' })
    const principals = [
      { as: alice, input: { UserName: 'alice' } },
      { as: 'anonymous' as const, input: { Principal: 'anonymous' } },
      { as: undefined, input: { Principal: 'account' } },
    ]
    for (const { as, input } of principals) {
      for (const Key of ['a/1', 'b/1', 'c/1']) {
        const { status } = await call(started, { method: 'GET', bucket: BUCKET, key: Key, ...(as && { as }) })
        const { Decision } = await done(started, 'ExplainAccess', {
          ...input,
          Action: 'oss:GetObject',
          Bucket: BUCKET,
          Key,
        })
        assert.equal(Decision, status === 200 ? 'Allow' : 'Deny', `${JSON.stringify(input)} ${Key}`)
      }
    }
    const elsewhere = { 'acs:SourceIp': '8.8.8.8' }
    const asked = { Principal: 'anonymous', Action: 'oss:GetObject', Bucket: BUCKET, Key: 'b/1', Conditions: elsewhere }
    assert.equal((await done(started, 'ExplainAccess', asked)).Decision, 'Deny')
  })

  test('a role is explained with the policy of its session', async () => {
    const { started } = await explained()
    const trust = documentOf([
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: ['acs:ram::1000000000000001:root'] } },
    ])
    await done(started, 'CreateRole', { RoleName: 'reader', AssumeRolePolicyDocument: trust })
    await done(started, 'PutRolePolicy', { RoleName: 'reader', PolicyName: 'own', PolicyDocument: READS })
    const question = { RoleName: 'reader', Action: 'oss:GetObject', Bucket: BUCKET, Key: 'a/1' }
    assert.equal((await done(started, 'ExplainAccess', question)).Decision, 'Allow')
    const SessionPolicy = documentOf([{ ...READS_A, Resource: 'acs:oss:*:*:bkt/a/2' }])
    const restricted = await done(started, 'ExplainAccess', { ...question, SessionPolicy })
    assert.deepEqual([restricted.Decision, restricted.Reason.Source], ['Deny', 'sessionPolicy'])
  })

  test('a question that makes no sense is refused', async () => {
    const { started } = await explained()
    const question = { UserName: 'alice', Action: 'oss:GetObject', Bucket: BUCKET, Key: 'a' }
    assert.equal(
      await refused(started, 'ExplainAccess', { ...question, UserName: 'unknown' }),
      '404 EntityNotExist.User',
    )
    assert.equal(
      await refused(started, 'ExplainAccess', { ...question, RoleName: 'r' }),
      '400 InvalidParameter.Principal',
    )
    assert.equal(await refused(started, 'ExplainAccess', { ...question, Bucket: 'none' }), '404 EntityNotExist.Bucket')
    assert.equal(
      await refused(started, 'ExplainAccess', { ...question, Action: 'oss:Fly' }),
      '400 InvalidParameter.Action',
    )
    const unknown = { ...question, Conditions: { 'oss:BucketTag/a': 'b' } }
    assert.equal(await refused(started, 'ExplainAccess', unknown), '400 InvalidParameter.Conditions')
  })
})
