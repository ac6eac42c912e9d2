import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { AccessKey } from '../access/requester.js'
import { BUCKET, element, ROOT, type StartedService, s3 } from '../testing/index.js'
import { documentOf } from '../testing/ram.js'
import { READS_A, send, withRole } from './testing.js'

const HOST = '127.0.0.1:9000'
const ROLE = 'arn:aws:iam::1000000000000001:role/reader'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** A request of the query protocol, signed as botocore signs it: without a header for the hash of the body. */
async function sts(
  started: StartedService,
  as: AccessKey,
  parameters: Readonly<Record<string, string>>,
  forged: Readonly<Record<string, string>> = {},
) {
  const form = (own: Readonly<Record<string, string>>) =>
    new URLSearchParams({ Version: '2011-06-15', ...own }).toString()
  const body = form(parameters)
  const date = new Date(started.now()).toISOString().replace(/[-:]|\.\d+/g, '')
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host: HOST,
    'x-amz-date': date,
    ...(as.session && { 'x-amz-security-token': as.session.securityToken }),
  }
  const names = Object.keys(headers).sort()
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('')
  const canonical = `POST\n/\n\n${lines}\n${names.join(';')}\n${sha256(body)}`
  const scope = `${date.slice(0, 8)}/us-east-1/sts/aws4_request`
  let key = Buffer.from(`AWS4${as.accessKeySecret}`)
  for (const item of scope.split('/')) key = createHmac('sha256', key).update(item).digest()
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`
  const signature = createHmac('sha256', key).update(text).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${as.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  const sent = { ...headers, authorization }
  return send(started, {
    method: 'POST',
    host: HOST,
    target: '/',
    headers: sent,
    body: form({ ...parameters, ...forged }),
  })
}

const ASSUME = { Action: 'AssumeRole', RoleArn: ROLE, RoleSessionName: 'job-1' }
const refusal = async (answer: ReturnType<typeof sts>) => {
  const { status, text, log } = await answer
  assert.equal(element(text, 'Code'), log.code, text)
  return `${status} ${log.code}`
}

function keyOf({ text }: { readonly text: string }): AccessKey {
  const read = (name: string) => element(text, name) ?? assert.fail(text)
  return {
    accessKeyId: read('AccessKeyId'),
    accessKeySecret: read('SecretAccessKey'),
    account: ROOT.account,
    session: { securityToken: read('SessionToken'), expiresAt: Date.parse(read('Expiration')) },
  }
}

/** Reads an object by S3. */
function get(started: StartedService, key: string, as: AccessKey) {
  const headers: Record<string, string> = as.session ? { 'x-amz-security-token': as.session.securityToken } : {}
  return s3(started, { method: 'GET', bucket: BUCKET, key, as, headers })
}

test('a role is assumed in the form of AWS, and its key reads by S3 what the role and the policy of its session may', async () => {
  const { started, alice } = await withRole()
  const done = await sts(started, alice, { ...ASSUME, DurationSeconds: '900' })
  assert.equal(done.status, 200, done.text)
  assert.match(done.text, /<AssumeRoleResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/">/)
  assert.equal(element(done.text, 'Arn'), 'arn:aws:sts::1000000000000001:assumed-role/reader/job-1')
  const key = keyOf(done)
  assert.equal((await get(started, 'a/1', key)).text, 'a/1')
  const { session: _, ...bare } = key
  assert.equal((await get(started, 'a/1', bare)).status, 403)
  const narrow = keyOf(await sts(started, alice, { ...ASSUME, Policy: documentOf([READS_A]) }))
  assert.deepEqual([(await get(started, 'a/1', narrow)).status, (await get(started, 'b/1', narrow)).status], [200, 403])
  started.advance(900_001)
  const late = await get(started, 'a/1', key)
  assert.deepEqual([late.status, element(late.text, 'Code')], [400, 'ExpiredToken'])
})

test('each key reads its own identity', async () => {
  const { started, alice } = await withRole()
  const arn = async (as: AccessKey) => element((await sts(started, as, { Action: 'GetCallerIdentity' })).text, 'Arn')
  assert.equal(await arn(ROOT), 'arn:aws:iam::1000000000000001:root')
  assert.equal(await arn(alice), 'arn:aws:iam::1000000000000001:user/alice')
  const key = keyOf(await sts(started, alice, ASSUME))
  assert.equal(await arn(key), 'arn:aws:sts::1000000000000001:assumed-role/reader/job-1')
})

test('what is wrong with a request has the codes of AWS', async () => {
  const { started, ram, alice } = await withRole()
  const bob = await ram.user('bob')
  const changed = (more: Record<string, string>) => refusal(sts(started, alice, { ...ASSUME, ...more }))
  assert.equal(await refusal(sts(started, ROOT, ASSUME)), '403 AccessDenied')
  assert.equal(await refusal(sts(started, bob, ASSUME)), '403 AccessDenied')
  assert.equal(await changed({ RoleArn: 'arn:aws:iam::1000000000000001:role/missing' }), '403 AccessDenied')
  assert.equal(await changed({ RoleArn: 'role' }), '400 ValidationError')
  assert.equal(await changed({ RoleSessionName: '?' }), '400 ValidationError')
  assert.equal(await changed({ DurationSeconds: '1' }), '400 ValidationError')
  assert.equal(await changed({ Policy: '{' }), '400 MalformedPolicyDocument')
  assert.equal(await changed({ Action: 'GetSessionToken' }), '400 InvalidAction')
  const forged = sts(started, alice, ASSUME, { RoleSessionName: 'other' })
  assert.equal(await refusal(forged), '403 SignatureDoesNotMatch')
  const unknown = { ...alice, accessKeyId: 'unknown' }
  assert.equal(await refusal(sts(started, unknown, ASSUME)), '403 InvalidClientTokenId')
})
