import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import type { AccessKey } from '../access/requester.js'
import { nonceRows } from '../domain/stored/keyspace.js'
import { type StartedService, startService } from '../testing/index.js'
import { ASSUME, ROLE_ARN, rpc, type Sent, send, withRole } from './testing.js'

const MINUTE_MS = 60_000

/** A call as the newer SDKs sign it: in headers, body included. */
function signedInHeaders(
  { accessKeyId, accessKeySecret }: AccessKey,
  { nonce = 'n', leave = [] }: { readonly nonce?: string; readonly leave?: readonly string[] } = {},
): Sent {
  const body = new URLSearchParams({ RoleArn: ROLE_ARN, RoleSessionName: 'job-1' }).toString()
  const headers: Record<string, string> = {
    host: 'sts.cn-hangzhou.aliyuncs.com',
    'content-type': 'application/x-www-form-urlencoded',
    'x-acs-action': 'AssumeRole',
    'x-acs-version': '2015-04-01',
    'x-acs-date': '2026-01-05T08:00:00Z',
    'x-acs-signature-nonce': nonce,
    'x-acs-content-sha256': createHash('sha256').update(body).digest('hex'),
  }
  const names = Object.keys(headers)
    .filter((name) => !leave.includes(name))
    .sort()
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('')
  const canonical = `POST\n/\n\n${lines}\n${names.join(';')}\n${headers['x-acs-content-sha256']}`
  const stringToSign = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`
  const signature = createHmac('sha256', accessKeySecret).update(stringToSign).digest('hex')
  const authorization = `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`
  return {
    method: 'POST',
    host: 'sts.cn-hangzhou.aliyuncs.com',
    target: '/',
    headers: { ...headers, authorization },
    body,
  }
}

async function nonces({ metadata }: StartedService): Promise<number> {
  const { from, to } = nonceRows.all
  return (await metadata.read((reader) => reader.range(from, to, { limit: 90 }))).length
}

describe('the nonce of a call', () => {
  test('is taken once, in every process, whatever the form of the signature', async () => {
    const { started, alice } = await withRole()
    const other = await startService({ metadata: started.metadata, clock: () => started.now() })
    const first = await rpc(started, alice, { ...ASSUME, SignatureNonce: 'once' })
    assert.equal(first.status, 200, first.text)
    for (const process of [started, other]) {
      const { status, json } = await rpc(process, alice, { ...ASSUME, SignatureNonce: 'once' })
      assert.deepEqual([status, json.Code], [400, 'SignatureNonceUsed'])
    }
    const sent = signedInHeaders(alice)
    assert.equal((await send(started, sent)).status, 200)
    for (const process of [started, other]) assert.equal((await send(process, sent)).json.Code, 'SignatureNonceUsed')
    assert.equal((await send(other, signedInHeaders(alice, { nonce: 'm' }))).status, 200)
  })

  test('of two calls at the same moment one is taken', async () => {
    const { started, alice } = await withRole()
    const other = await startService({ metadata: started.metadata, clock: () => started.now() })
    const answers = await Promise.all(
      [started, other, started, other].map((process) => rpc(process, alice, { ...ASSUME, SignatureNonce: 'race' })),
    )
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400, 400])
  })

  test('is remembered while the call would be valid, and deleted afterwards', async () => {
    const { started, alice } = await withRole()
    const at = { ...ASSUME, SignatureNonce: 'kept', Timestamp: new Date(started.now() + 10 * MINUTE_MS).toISOString() }
    assert.equal((await rpc(started, alice, at)).status, 200)
    started.advance(24 * MINUTE_MS)
    await started.service.sweep()
    assert.equal((await rpc(started, alice, at)).json.Code, 'SignatureNonceUsed')
    started.advance(2 * MINUTE_MS)
    assert.equal((await rpc(started, alice, at)).json.Code, 'InvalidTimeStamp.Expired')
    assert.equal(await nonces(started), 1)
    await started.service.sweep()
    assert.equal(await nonces(started), 0)
  })

  test('of a call whose signature does not match is not used up', async () => {
    const { started, alice } = await withRole()
    const forged = { ...alice, accessKeySecret: 'wrong' }
    const own = { ...ASSUME, SignatureNonce: 'mine' }
    assert.equal((await rpc(started, forged, own)).json.Code, 'SignatureDoesNotMatch')
    assert.equal(await nonces(started), 0)
    assert.equal((await rpc(started, alice, own)).status, 200)
  })

  test('must be covered by the signature, as the date and the action must', async () => {
    const { started, alice } = await withRole()
    for (const name of ['host', 'x-acs-date', 'x-acs-signature-nonce', 'x-acs-action', 'x-acs-content-sha256']) {
      assert.equal(
        (await send(started, signedInHeaders(alice, { leave: [name] }))).json.Code,
        'IncompleteSignature',
        name,
      )
    }
  })
})

test('requests of the newer SDKs are signed in headers, body included', async () => {
  const { started, alice } = await withRole()
  const sent = signedInHeaders(alice)
  const { status, json, text } = await send(started, sent)
  assert.equal(status, 200, text)
  assert.match(json.Credentials.AccessKeyId, /^STS\./)
  assert.equal(
    (await send(started, { ...sent, body: `${sent.body}&DurationSeconds=900` })).json.Code,
    'SignatureDoesNotMatch',
  )
})
