import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nonceRows } from '../domain/stored/keyspace.js'
import {
  adminRequest,
  call,
  Ram,
  type StartedService,
  startService,
  startWithBucket,
  type TestRequest,
} from '../testing/index.js'
import { done, refused } from './testing.js'

const CREATE = adminRequest('CreateUser', { UserName: 'alice' })

async function codeOf(started: StartedService, request: TestRequest): Promise<string> {
  const { status, text } = await call(started, request)
  return `${status} ${JSON.parse(text).Code}`
}

describe('the signature of an admin request', () => {
  test('covers the body: headers that were signed for one open no other', async () => {
    const started = await startWithBucket()
    const seen: Record<string, string>[] = []
    const recording = {
      ...started,
      service: {
        handle: (request: Parameters<StartedService['service']['handle']>[0]) => {
          seen.push({ ...request.headers })
          return started.service.handle(request)
        },
      },
    } as unknown as StartedService
    await done(recording, 'ListUsers')
    const [{ host: _, ...headers } = {}] = seen
    const replaced = { ...adminRequest('ListUsers', '{ }'), as: 'anonymous', headers } as const
    assert.equal(await codeOf(started, replaced), '403 SignatureDoesNotMatch')
    const other = { ...replaced, key: 'admin/v1/ListGroups', body: '{}' }
    assert.equal(await codeOf(started, other), '403 SignatureDoesNotMatch')
    const named = { ...replaced, headers: { ...headers, 'x-oss-content-sha256': 'a'.repeat(64) } }
    assert.equal(await codeOf(started, named), '403 SignatureDoesNotMatch')
    assert.equal((await call(started, { ...replaced, body: '{}' })).status, 200)
  })

  test('is one of V4 in the header with the hash of the body, and the answer states it', async () => {
    const started = await startWithBucket()
    for (const more of [{ signature: 'v1' }, { signature: 'url' }, { signsBody: false }] as const) {
      const { status, text } = await call(started, { ...CREATE, ...more })
      const { Code, Message } = JSON.parse(text)
      assert.deepEqual([status, Code], [400, 'IncompleteSignature'], JSON.stringify(more))
      assert.match(Message, /V4 .* x-oss-content-sha256/)
    }
    assert.equal(await refused(started, 'GetUser', { UserName: 'alice' }), '404 EntityNotExist.User')
  })

  test('is taken once where something changes, in every process, while its time is valid', async () => {
    const started = await startWithBucket()
    const other = await startService({ metadata: started.metadata, clock: () => started.now() })
    await done(started, 'CreateUser', { UserName: 'alice' })
    const signed = adminRequest('CreateAccessKey', { UserName: 'alice' })
    assert.equal((await call(started, signed)).status, 200)
    for (const process of [started, other]) assert.equal(await codeOf(process, signed), '400 SignatureNonceUsed')
    assert.equal((await done(started, 'ListAccessKeys', { UserName: 'alice' })).AccessKeys.AccessKey.length, 1)
    const again = { ...signed, headers: { ...signed.headers, 'x-oss-nonce': 'another' } }
    assert.equal((await call(other, again)).status, 200)
  })

  test('is not remembered where nothing changes, or where it does not match', async () => {
    const started = await startWithBucket()
    const list = adminRequest('ListUsers')
    for (const _ of [1, 2]) assert.equal((await call(started, list)).status, 200)
    const alice = await new Ram(started).user('alice')
    const forged = { ...alice, accessKeySecret: 'wrong' }
    assert.equal(await codeOf(started, { ...CREATE, as: forged }), '403 SignatureDoesNotMatch')
    const { from, to } = nonceRows.all
    assert.equal((await started.metadata.read((reader) => reader.range(from, to, { limit: 9 }))).length, 0)
  })
})
