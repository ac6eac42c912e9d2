/** Every operation of S3, requested by everyone, as matrix.test.ts does with those of OSS. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { percentEncode } from '@bindery/bytes'
import { type Operation, s3Operations } from '@bindery/protocol'
import { OTHER, Ram, type S3Request, type StartedService, s3, startWithBucket, untouchable } from '../testing/index.js'
import type { AccessKey } from './requester.js'
import { actionsOf, EVERYTHING, session, written } from './testing/requests.js'

/** Preflights are open; forms have tests of their own. */
const SIGNED: readonly Operation[] = Object.values<Operation>(s3Operations).filter(
  ({ name }) => name !== 'OptionsObject' && name !== 'PostObject',
)

/** The shortest request that is this operation. */
function requestOf(operation: Operation): S3Request {
  const { method, bucket, key, query, headers } = written(operation)
  const named = Object.entries(headers).map(([name, value]) => [name.replace(/^x-oss-/, 'x-amz-'), value])
  const pairs = Object.entries(query).map(([name, value = '']) => `${name}=${percentEncode(value)}`)
  const inQuery = pairs.length === 0 ? {} : { query: pairs.join('&') }
  return { method, ...(bucket && { bucket }), ...(key && { key }), ...inQuery, headers: Object.fromEntries(named) }
}

/** `403 AccessDenied`; the body must stay unread. */
async function refused(started: StartedService, operation: Operation, as: AccessKey | 'anonymous'): Promise<string> {
  const body = untouchable()
  const hasBody = operation.method === 'PUT' || operation.method === 'POST'
  // a request without a signature shows its protocol by a header of S3
  const request = requestOf(operation)
  const headers = as === 'anonymous' ? { ...request.headers, 'x-amz-date': '20260105T080000Z' } : request.headers
  const { status, log } = await s3(started, { ...request, ...(headers && { headers }), as, ...(hasBody && { body }) })
  assert.equal(body.touched(), false, `${operation.name} reads the body of a refused request`)
  assert.equal(log.operation, operation.name)
  return `${status} ${log.code}`
}

describe('every operation of S3', () => {
  test('a user whose policy allows its actions may request it, and a denial of one of them counts more', async () => {
    for (const operation of SIGNED) {
      const started = await startWithBucket()
      const ram = new Ram(started)
      const [first = ''] = operation.permissions
      assert.notEqual(first, '', `${operation.name} needs no action`)
      const user = await ram.user('alice', EVERYTHING, { ...EVERYTHING, Effect: 'Deny', Action: first })
      // what a body names is decided one by one, and answered so
      if (operation.keysInBody !== true) {
        assert.equal(await refused(started, operation, user), '403 AccessDenied', operation.name)
      }
      // who may not list keys gets no other answer about a missing one
      await ram.allow('alice', { ...EVERYTHING, Action: [...actionsOf(operation), 'oss:ListObjects'] })
      const { status, log } = await s3(started, { ...requestOf(operation), as: user })
      assert.ok(status < 500 || log.code === 'NotImplemented', `${operation.name}: ${log.cause} ${log.failure}`)
      assert.equal(log.operation, operation.name)
      assert.notEqual(log.code, 'AccessDenied', operation.name)
    }
  })

  test('a user without a policy, another account and anonymous requesters are refused before its body is read', async () => {
    const started = await startWithBucket()
    const newcomer = await new Ram(started).user('newcomer')
    for (const operation of SIGNED) {
      assert.equal(await refused(started, operation, newcomer), '403 AccessDenied', operation.name)
      assert.equal(await refused(started, operation, 'anonymous'), '403 AccessDenied', operation.name)
      // another account has buckets of its own
      if (operation.level === 'service' || operation.createsBucket === true) continue
      assert.equal(await refused(started, operation, OTHER), '403 AccessDenied', operation.name)
    }
  })

  test('the policy of a session restricts it, and an expired token opens nothing', async () => {
    const started = await startWithBucket()
    const key = await session(new Ram(started), started, { ...EVERYTHING, Action: 'oss:GetBucketPolicyStatus' })
    for (const operation of SIGNED) {
      if (operation.permissions.includes('oss:GetBucketPolicyStatus')) continue
      assert.equal(await refused(started, operation, key), '403 AccessDenied', operation.name)
    }
    started.advance(3_600_001)
    for (const operation of SIGNED)
      assert.equal(await refused(started, operation, key), '400 SecurityTokenExpired', operation.name)
  })

  test('each header that sets something besides the main purpose needs the action of setting it', () => {
    const setting = {
      'x-amz-acl': 'oss:PutObjectAcl',
      'x-amz-grant-read': 'oss:PutObjectAcl',
      'x-amz-tagging': 'oss:PutObjectTagging',
      'x-amz-object-lock-mode': 'oss:PutObjectRetention',
      'x-amz-object-lock-legal-hold': 'oss:PutObjectLegalHold',
      'x-amz-bypass-governance-retention': 'oss:BypassGovernanceRetention',
    }
    for (const { name, level, permissions, permissionsWith = {}, input, keysInBody } of [
      ...SIGNED,
      s3Operations.PostObject as Operation,
    ]) {
      if (level !== 'object' && name !== 'PostObject' && keysInBody !== true) continue
      const sent = Object.values(input).map((field) => String(field.name).toLowerCase())
      for (const [header, action] of Object.entries(setting)) {
        if (!sent.includes(header) || permissions.some((one) => one === action)) continue
        assert.equal(permissionsWith[header], action, `${name} ${header}`)
      }
    }
  })
})
