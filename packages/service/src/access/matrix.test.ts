/** Every declared operation, requested by everyone: a new operation is in this matrix by being declared. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isTakenAtAccessPoint, type Operation, VERSION_ACTIONS } from '@bindery/protocol'
import {
  BUCKET,
  call,
  element,
  OTHER,
  Ram,
  type StartedService,
  send,
  startWithBucket,
  untouchable,
} from '../testing/index.js'
import type { AccessKey } from './requester.js'
import { actionsOf, EVERYTHING, SIGNED, session, written } from './testing/requests.js'

/** `403 AccessDenied`; the body must stay unread. */
async function refused(
  started: StartedService,
  operation: Operation,
  by: { readonly as: AccessKey | 'anonymous'; readonly region?: string; readonly bucket?: string },
): Promise<string> {
  const body = untouchable()
  const hasBody = operation.method === 'PUT' || operation.method === 'POST'
  const { status, log } = await call(started, { ...written(operation), ...by, ...(hasBody && { body }) })
  assert.equal(body.touched(), false, `${operation.name} reads the body of a refused request`)
  assert.equal(log.operation, operation.name)
  return `${status} ${log.code}`
}

/** The code of what a request without a body ends with; undefined if it succeeds. */
async function outcome(
  started: StartedService,
  operation: Operation,
  as?: AccessKey,
  at: { readonly bucket?: string } = {},
): Promise<string | undefined> {
  const { status, log, body } = await send(started, { ...written(operation), ...(as && { as }), ...at })
  // a stream of events never ends by itself
  if (body !== undefined && 'close' in body) await body.close()
  assert.ok(status < 500, `${operation.name}: ${log.cause} ${log.failure}`)
  assert.equal(log.operation, operation.name)
  return log.code
}

describe('every operation', () => {
  test('the owner of the bucket may request it', async () => {
    for (const operation of SIGNED) {
      assert.notEqual(await outcome(await startWithBucket(), operation), 'AccessDenied', operation.name)
    }
  })

  test('a user whose policy allows its actions may request it, and a denial of one of them counts more', async () => {
    for (const operation of SIGNED) {
      const actions = actionsOf(operation)
      assert.ok(actions.length > 0, `${operation.name} needs no action`)
      const started = await startWithBucket()
      const ram = new Ram(started)
      const [first = ''] = operation.permissions
      const user = await ram.user('alice', EVERYTHING, { ...EVERYTHING, Effect: 'Deny', Action: first })
      // what a body names is decided one by one, and answered so
      if (operation.keysInBody !== true) {
        assert.equal(await refused(started, operation, { as: user }), '403 AccessDenied', operation.name)
      }
      await ram.allow('alice', { ...EVERYTHING, Action: actions })
      assert.notEqual(await outcome(started, operation, user), 'AccessDenied', operation.name)
    }
  })

  test('a user without a policy, another account and anonymous requesters are refused before its body is read', async () => {
    const started = await startWithBucket()
    const newcomer = await new Ram(started).user('newcomer')
    for (const operation of SIGNED) {
      assert.equal(await refused(started, operation, { as: newcomer }), '403 AccessDenied', operation.name)
      assert.equal(await refused(started, operation, { as: 'anonymous' }), '403 AccessDenied', operation.name)
      // another account has buckets of its own, and settings
      if (operation.level === 'service' || operation.createsBucket === true) continue
      assert.equal(await refused(started, operation, { as: OTHER }), '403 AccessDenied', operation.name)
    }
  })

  test('the policy of a session restricts it, and an expired token opens nothing', async () => {
    const started = await startWithBucket()
    const key = await session(new Ram(started), started, { ...EVERYTHING, Action: 'oss:GetBucketPolicyStatus' })
    for (const operation of SIGNED) {
      if (operation.permissions.includes('oss:GetBucketPolicyStatus')) continue
      assert.equal(await refused(started, operation, { as: key }), '403 AccessDenied', operation.name)
    }
    started.advance(3_600_001)
    for (const operation of SIGNED) {
      assert.equal(await refused(started, operation, { as: key }), '403 SecurityTokenExpired', operation.name)
    }
  })

  test('a strict server refuses it with the signature of another region', async () => {
    const started = await startWithBucket({ strict: true })
    const newcomer = await new Ram(started).user('newcomer')
    for (const operation of SIGNED) {
      const elsewhere = { as: newcomer, region: 'cn-beijing' }
      assert.equal(await refused(started, operation, elsewhere), '400 InvalidArgument', operation.name)
    }
  })

  test('a version of an object is decided by the actions of versions', async () => {
    const versioned = SIGNED.filter(({ input, permissions: [action] }) => {
      return 'versionId' in input && action !== undefined && VERSION_ACTIONS[action] !== undefined
    })
    const started = await startWithBucket()
    const ram = new Ram(started)
    for (const [index, operation] of versioned.entries()) {
      const user = await ram.user(`user-${index}`, { ...EVERYTHING, Action: actionsOf(operation) })
      const { query, ...rest } = written(operation)
      const named = { ...rest, query: { ...query, versionId: 'null' }, as: user }
      assert.equal((await call(started, named)).log.code, 'AccessDenied', operation.name)
    }
    assert.ok(versioned.length >= 8)
  })

  test('an access point lets through what it and its bucket allow, and nothing that is about the bucket itself', async () => {
    const started = await startWithBucket()
    const body =
      '<CreateAccessPointConfiguration><AccessPointName>point</AccessPointName><NetworkOrigin>internet</NetworkOrigin></CreateAccessPointConfiguration>'
    const { text } = await call(started, { method: 'PUT', bucket: BUCKET, query: { accessPoint: '' }, body })
    const at = { bucket: element(text, 'Alias') ?? '' }
    const ram = new Ram(started)
    const objects = [`acs:oss:*:*:${BUCKET}`, `acs:oss:*:*:${BUCKET}/*`]
    const ofBucket = await ram.user('of-bucket', { ...EVERYTHING, Resource: objects })
    const ofBoth = await ram.user('of-both', { ...EVERYTHING, Resource: [...objects, 'acs:oss:*:*:accesspoint/*'] })
    for (const operation of SIGNED.filter(({ level }) => level !== 'service')) {
      const expected = isTakenAtAccessPoint(operation) ? '403 AccessDenied' : '405 MethodNotAllowed'
      // what a body names is decided one by one, and answered so
      if (operation.keysInBody !== true) {
        assert.equal(await refused(started, operation, { as: ofBucket, ...at }), expected, operation.name)
      }
      assert.equal(await refused(started, operation, { as: 'anonymous', ...at }), expected, operation.name)
      if (!isTakenAtAccessPoint(operation)) continue
      assert.notEqual(await outcome(started, operation, ofBoth, at), 'AccessDenied', operation.name)
    }
  })
})
