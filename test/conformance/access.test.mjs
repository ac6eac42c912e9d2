// Users limited to a prefix, temporary keys and forms, by the official SDK for Node.js against a server of several processes.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Query, signV4 } from '@bindery/protocol'
import { nodeDigests } from '@bindery/server'
import OSS from 'ali-oss'
import { startServer } from '../support/start-server.mjs'
import { refused } from './node/harness.mjs'

const BUCKET = 'conformance-access'
const ACCOUNT = '1000000000000001'
const ROLE_ARN = `acs:ram::${ACCOUNT}:role/uploads`
const STATEMENTS = [
  { Effect: 'Allow', Action: 'oss:*', Resource: `acs:oss:*:*:${BUCKET}/in/*` },
  { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
]

let server
let user

before(async () => {
  server = await startServer({ args: ['--workers', '2', '--buckets', BUCKET] })
  await admin('CreateUser', { UserName: 'uploader' })
  user = (await admin('CreateAccessKey', { UserName: 'uploader' })).AccessKey
  const document = (statements) => ({ Version: '1', Statement: statements })
  await admin('PutUserPolicy', { UserName: 'uploader', PolicyName: 'own', PolicyDocument: document(STATEMENTS) })
  const trust = document([
    { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${ACCOUNT}:user/uploader`] } },
  ])
  await admin('CreateRole', { RoleName: 'uploads', AssumeRolePolicyDocument: trust })
  await admin('PutRolePolicy', { RoleName: 'uploads', PolicyName: 'own', PolicyDocument: document(STATEMENTS) })
})
after(() => server?.stop())

async function admin(operation, input) {
  const key = `admin/v1/${operation}`
  const unsigned = {
    method: 'POST',
    bucket: '-',
    key,
    query: new Query([]),
    headers: { 'content-type': 'application/json' },
  }
  const options = { time: Date.now(), region: server.region, digests: nodeDigests() }
  const { headers } = signV4(unsigned, server, options)
  const response = await fetch(`${server.endpoint}/-/${key}`, { method: 'POST', headers, body: JSON.stringify(input) })
  const answer = await response.json()
  assert.equal(response.status, 200, JSON.stringify(answer))
  return answer
}

function clientOf({ AccessKeyId, AccessKeySecret, SecurityToken }, options = {}) {
  return new OSS({
    endpoint: server.endpoint.replace('127.0.0.1', 'localhost'),
    region: `oss-${server.region}`,
    sldEnable: true,
    bucket: BUCKET,
    accessKeyId: AccessKeyId,
    accessKeySecret: AccessKeySecret,
    stsToken: SecurityToken,
    ...options,
  })
}

async function checkPrefix(client) {
  await client.put('in/a', Buffer.from('hello'))
  assert.equal((await client.get('in/a')).content.toString(), 'hello')
  const parts = await client.multipartUpload('in/parts', Buffer.alloc(300 * 1024, 'x'), { partSize: 100 * 1024 })
  assert.equal(parts.res.status, 200)
  await refused('AccessDenied', client.put('out/a', Buffer.from('x')))
  await refused('AccessDenied', client.get('out/a'))
  await refused('AccessDenied', client.listV2({}))
}

function stsOf({ AccessKeyId, AccessKeySecret }) {
  return new OSS.STS({ accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, endpoint: server.endpoint })
}

for (const options of [{}, { authorizationV4: true }]) {
  const version = options.authorizationV4 ? 'V4' : 'V1'
  test(`ali-oss ${version}: the key of a user writes and reads below its prefix, and nowhere else`, () =>
    checkPrefix(clientOf(user, options)))

  test(`ali-oss ${version}: so does the temporary key of a role`, async () => {
    const { credentials } = await stsOf(user).assumeRole(ROLE_ARN, '', 3600, 'session-1')
    await checkPrefix(clientOf(credentials, options))
  })

  test(`ali-oss ${version}: a session policy narrows the role`, async () => {
    const policy = { Version: '1', Statement: [{ ...STATEMENTS[0], Action: 'oss:GetObject' }] }
    const { credentials } = await stsOf(user).assumeRole(ROLE_ARN, policy, 900, 'session-2')
    const client = clientOf(credentials, options)
    assert.equal((await client.get('in/a')).content.toString(), 'hello')
    await refused('AccessDenied', client.put('in/a', Buffer.from('x')))
  })
}

test('ali-oss: a role that the user may not assume is refused with the code of STS', async () => {
  const rejected = stsOf({ AccessKeyId: server.accessKeyId, AccessKeySecret: server.accessKeySecret })
  await assert.rejects(rejected.assumeRole(ROLE_ARN, '', 3600, 'session-3'), { code: 'NoPermission' })
  await assert.rejects(stsOf(user).assumeRole(ROLE_ARN, '', 1, 'session-3'), {
    code: 'InvalidParameter.DurationSeconds',
  })
})

async function post(fields) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob(['posted'], { type: 'text/plain' }), 'a.txt')
  const response = await fetch(`${server.endpoint}/${BUCKET}/`, { method: 'POST', body: form })
  return `${response.status} ${/<Code>(\w+)/.exec(await response.text())?.[1] ?? ''}`.trim()
}

test('ali-oss: a form signed by calculatePostSignature uploads what its policy allows', async () => {
  const expiration = new Date(Date.now() + 60_000).toISOString()
  const client = clientOf(user)
  const signed = client.calculatePostSignature({
    expiration,
    conditions: [{ bucket: BUCKET }, ['starts-with', '$key', ''], ['content-length-range', 1, 100]],
  })
  assert.equal(await post({ key: 'in/form', ...signed, success_action_status: '201' }), '201')
  assert.equal((await client.get('in/form')).content.toString(), 'posted')
  assert.equal(await post({ key: 'out/form', ...signed }), '403 AccessDenied')
  assert.equal(await post({ key: 'in/form', ...signed, Signature: 'AAAA' }), '403 SignatureDoesNotMatch')
})

test('ali-oss: so does a form signed by signPostObjectPolicyV4', async () => {
  const now = new Date()
  const date = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const client = clientOf(user)
  const credential = `${user.AccessKeyId}/${date.slice(0, 8)}/${server.region}/oss/aliyun_v4_request`
  const terms = {
    'x-oss-signature-version': 'OSS4-HMAC-SHA256',
    'x-oss-credential': credential,
    'x-oss-date': date,
  }
  const policy = {
    expiration: new Date(now.getTime() + 60_000).toISOString(),
    conditions: [{ bucket: BUCKET }, ...Object.entries(terms).map(([name, value]) => ({ [name]: value }))],
  }
  const signature = client.signPostObjectPolicyV4(policy, now)
  const encoded = Buffer.from(JSON.stringify(policy)).toString('base64')
  assert.equal(await post({ key: 'in/v4', ...terms, policy: encoded, 'x-oss-signature': signature }), '204')
  assert.equal((await client.get('in/v4')).content.toString(), 'posted')
})
