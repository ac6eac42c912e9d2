import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AccessKey } from '../access/requester.js'
import {
  adminRequest,
  BUCKET,
  call,
  OTHER,
  Ram,
  type StartedService,
  startWithBucket,
  type TestRequest,
} from '../testing/index.js'
import { documentOf } from '../testing/ram.js'
import { done, refused } from './testing.js'

const DENIES = { Effect: 'Deny', Action: 'oss:DeleteObject', Resource: 'acs:oss:*:*:bkt/*' }
const READS_FROM_10 = {
  Effect: 'Allow',
  Action: 'oss:GetObject',
  Resource: 'acs:oss:*:*:bkt/*',
  Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } },
}

/** The id of a request that must be refused. */
async function refusal(started: StartedService, request: TestRequest, status = 403): Promise<string> {
  const response = await call(started, request)
  assert.equal(response.status, status, response.text)
  return response.headers['x-oss-request-id'] ?? response.headers['x-acs-request-id'] ?? ''
}

async function explained(started: StartedService, RequestId: string, as?: AccessKey) {
  return done(started, 'ExplainAccess', { RequestId }, as)
}

async function setPolicy(started: StartedService, ...statements: Parameters<typeof documentOf>[0][]): Promise<void> {
  const body = documentOf(statements.flat())
  assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: undefined }, body })).status, 200)
}

describe('the explanation of a refused request', () => {
  test('names the statement of a policy that denied, also after the policy was changed', async () => {
    const started = await startWithBucket()
    const ram = new Ram(started)
    const alice = await ram.user('alice', READS_FROM_10, DENIES)
    const request = { method: 'DELETE', bucket: BUCKET, key: 'k', as: alice }
    const id = await refusal(started, request)
    await ram.allow('alice', READS_FROM_10)
    const { RequestId: _, ...explanation } = await explained(started, id)
    assert.deepEqual(explanation, {
      Decision: 'Deny',
      Code: 'AccessDenied',
      EC: '0003-00000201',
      Reason: { Source: 'ramPolicy', Policy: 'inline inline', StatementIndex: 1, Statement: DENIES },
      Request: {
        RequestId: id,
        EventTime: '2026-01-05T08:00:00.000Z',
        EventName: 'DeleteObject',
        Action: 'oss:DeleteObject',
        UserIdentity: { AccountId: ram.account, AccessKeyId: alice.accessKeyId, UserName: 'alice' },
        SourceIpAddress: '127.0.0.1',
        Bucket: BUCKET,
        Key: 'k',
      },
    })
  })

  test('names the conditions that kept policies from allowing it', async () => {
    const started = await startWithBucket()
    const alice = await new Ram(started).user('alice', READS_FROM_10)
    await setPolicy(started, [
      { ...READS_FROM_10, Principal: ['*'], Condition: { Bool: { 'acs:SecureTransport': 'true' } } },
    ])
    const id = await refusal(started, { method: 'GET', bucket: BUCKET, key: 'k', as: alice })
    assert.deepEqual((await explained(started, id)).Reason, {
      Source: 'acl',
      Unmet: [
        { Source: 'ramPolicy', Policy: 'inline inline', StatementIndex: 0, Operator: 'IpAddress', Key: 'acs:SourceIp' },
        { Source: 'bucketPolicy', StatementIndex: 0, Operator: 'Bool', Key: 'acs:SecureTransport' },
      ],
    })
  })

  test('names the block of public access that overrides an ACL or a policy', async () => {
    const started = await startWithBucket()
    const blocked =
      '<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>'
    await call(started, { method: 'PUT', bucket: BUCKET, headers: { 'x-oss-acl': 'public-read' } })
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x' })
    await setPolicy(started, [{ Effect: 'Allow', Principal: ['*'], Action: 'oss:ListObjects', Resource: '*' }])
    await call(started, { method: 'PUT', bucket: BUCKET, query: { publicAccessBlock: undefined }, body: blocked })
    for (const request of [{ key: 'k' }, {}]) {
      const id = await refusal(started, { method: 'GET', bucket: BUCKET, ...request, as: 'anonymous' })
      assert.equal((await explained(started, id)).Reason.Source, 'publicAccessBlock')
    }
    const id = await refusal(started, { method: 'PUT', bucket: BUCKET, key: 'k', as: 'anonymous' })
    assert.equal((await explained(started, id)).Reason.Source, 'acl')
  })

  test('names the cause of a signature that was refused, whatever the interface', async () => {
    const started = await startWithBucket()
    const forged = { accessKeyId: 'root', accessKeySecret: 'wrong', account: { id: '1', displayName: '1' } }
    const causes: (readonly [request: TestRequest, cause: string, status?: number])[] = [
      [{ method: 'GET', bucket: BUCKET, key: 'k', as: forged }, 'signatureDoesNotMatch'],
      [{ method: 'GET', bucket: BUCKET, as: forged }, 'signatureV4DoesNotMatch'],
      [
        { method: 'GET', bucket: BUCKET, as: 'anonymous', headers: { authorization: 'OSS root:' } },
        'signatureEmpty',
        400,
      ],
      [{ ...adminRequest('ListUsers'), as: forged }, 'signatureV4DoesNotMatch'],
      [
        {
          method: 'GET',
          as: 'anonymous',
          query: {
            Action: 'GetCallerIdentity',
            Version: '2015-04-01',
            AccessKeyId: 'unknown',
            Signature: 'x',
            SignatureNonce: '1',
            SignatureMethod: 'HMAC-SHA1',
          },
        },
        'accessKeyUnknown',
        404,
      ],
    ]
    for (const [request, cause, status] of causes) {
      const signature = cause === 'signatureDoesNotMatch' ? ({ signature: 'v1' } as const) : {}
      const id = await refusal(started, { ...request, ...signature }, status)
      const { Reason } = await explained(started, id)
      assert.deepEqual(Reason, { Source: 'request', Cause: cause })
    }
  })

  test('names the statement that denied the management of users', async () => {
    const started = await startWithBucket()
    const statement = { Effect: 'Deny', Action: 'ram:*', Resource: '*' }
    const alice = await new Ram(started).user('alice', { ...statement, Effect: 'Allow' }, statement)
    const request = { ...adminRequest('ListUsers'), as: alice }
    const { Reason, Request } = await explained(started, await refusal(started, request))
    assert.deepEqual(Reason.Statement, statement)
    assert.deepEqual([Reason.Source, Request.Action, Request.EventName], ['ramPolicy', 'ram:ListUsers', 'ListUsers'])
  })

  test('is for the accounts that it concerns, and shows each its own policies', async () => {
    const started = await startWithBucket()
    await call(started, { method: 'PUT', bucket: 'theirs', as: OTHER })
    const statement = { Effect: 'Deny', Principal: ['1000000000000001'], Action: 'oss:*', Resource: '*' }
    const body = documentOf([statement])
    await call(started, { method: 'PUT', bucket: 'theirs', query: { policy: undefined }, as: OTHER, body })
    const alice = await new Ram(started).user('alice', { Effect: 'Allow', Action: '*', Resource: '*' })
    const byRoot = await refusal(started, { method: 'GET', bucket: 'theirs' })
    const byAlice = await refusal(started, { method: 'GET', bucket: 'theirs', as: alice })
    assert.deepEqual((await explained(started, byRoot, OTHER)).Reason.Statement, statement)
    assert.deepEqual((await explained(started, byAlice, OTHER)).Reason, { Source: 'acl' })
    const inOwn = await refusal(started, { method: 'GET', bucket: BUCKET, as: OTHER })
    assert.equal((await explained(started, inOwn, OTHER)).Reason.Source, 'acl')
    const anonymous = await refusal(started, { method: 'GET', bucket: BUCKET, as: 'anonymous' })
    const asOther = { as: OTHER }
    assert.equal(
      await refused(started, 'ExplainAccess', { RequestId: anonymous }, asOther),
      '404 EntityNotExist.Request',
    )
    assert.equal((await explained(started, anonymous)).Reason.Source, 'acl')
  })

  test('requests of strangers do not displace those of known keys', async () => {
    const started = await startWithBucket()
    const alice = await new Ram(started).user('alice')
    const first = await refusal(started, { method: 'GET', bucket: BUCKET, as: alice })
    const stranger = await refusal(started, { method: 'GET', bucket: BUCKET, as: 'anonymous' })
    for (let one = 0; one < 1_000; one += 1) await refusal(started, { method: 'GET', bucket: BUCKET, as: 'anonymous' })
    assert.equal((await explained(started, first)).Decision, 'Deny')
    assert.equal(await refused(started, 'ExplainAccess', { RequestId: stranger }), '404 EntityNotExist.Request')
  })

  test('needs the id of a request that was refused, and nothing else', async () => {
    const started = await startWithBucket()
    const answered = await call(started, { method: 'GET', bucket: BUCKET })
    const RequestId = answered.headers['x-oss-request-id']
    assert.equal(await refused(started, 'ExplainAccess', { RequestId }), '404 EntityNotExist.Request')
    assert.equal(await refused(started, 'ExplainAccess', { RequestId: 'x' }), '400 InvalidParameter.RequestId')
    assert.equal(await refused(started, 'ExplainAccess', { RequestId, Bucket: BUCKET }), '400 InvalidParameter.Bucket')
    assert.equal(await refused(started, 'ExplainAccess', {}), '400 MissingUserName')
  })

  test('a bucket of another account is explained without the rule that decides', async () => {
    const started = await startWithBucket()
    await setPolicy(started, [{ Effect: 'Deny', Principal: ['1000000000000002'], Action: 'oss:*', Resource: '*' }])
    const question = { Principal: 'account', Action: 'oss:GetObject', Bucket: BUCKET, Key: 'k' }
    const { RequestId: _, ...answer } = await done(started, 'ExplainAccess', question, OTHER)
    assert.deepEqual(answer, { Decision: 'Deny', Code: 'AccessDenied' })
  })
})
