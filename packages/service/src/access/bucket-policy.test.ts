import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  OTHER,
  type StartedService,
  startWithBucket,
  type TestRequest,
  type TestResponse,
} from '../testing/index.js'

const OTHER_ID = '1000000000000002'

async function setPolicy(started: StartedService, ...statements: object[]): Promise<void> {
  const body = JSON.stringify({ Version: '1', Statement: statements })
  const response = await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: '' }, body })
  assert.equal(response.status, 200, response.text)
}

async function startWithObject(): Promise<StartedService> {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'bytes' })
  return started
}

function get(started: StartedService, request: Partial<TestRequest> = {}): Promise<TestResponse> {
  return call(started, { method: 'GET', bucket: BUCKET, key: 'k', ...request })
}

const anyone = (action: string, path: string) => ({
  Effect: 'Allow',
  Principal: ['*'],
  Action: action,
  Resource: [`acs:oss:*:*:${path}`],
})

test('a bucket policy is in force as soon as it is set, and no longer than it is', async () => {
  const started = await startWithObject()
  assert.equal((await get(started, { as: 'anonymous' })).status, 403)
  await setPolicy(started, anyone('oss:GetObject', `${BUCKET}/*`), anyone('oss:ListObjects', BUCKET))
  assert.equal((await get(started, { as: 'anonymous' })).text, 'bytes')
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, as: 'anonymous' })).status, 200)
  assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, key: 'new', body: 'x', as: OTHER })).status, 403)
  await call(started, { method: 'DELETE', bucket: BUCKET, query: { policy: '' } })
  assert.equal((await get(started, { as: 'anonymous' })).status, 403)
})

test('a policy may shut the owner out, until the condition no longer holds', async () => {
  const started = await startWithObject()
  const deny = { Effect: 'Deny', Principal: ['*'], Action: 'oss:*', Resource: '*' }
  await setPolicy(started, { ...deny, Condition: { Bool: { 'acs:SecureTransport': 'false' } } })
  const refused = await get(started)
  assert.equal(element(refused.text, 'Message'), 'Access denied by bucket policy.')
  assert.equal(refused.headers['x-oss-ec'], '0003-00000201')
  assert.equal((await get(started, { scheme: 'https' })).status, 200)
})

test('a copy needs to read its source, by the rules of the bucket of the source', async () => {
  const started = await startWithObject()
  await call(started, { method: 'PUT', bucket: 'theirs', as: OTHER })
  const copy = () =>
    call(started, {
      method: 'PUT',
      bucket: 'theirs',
      key: 'copy',
      as: OTHER,
      headers: { 'x-oss-copy-source': `/${BUCKET}/k` },
    })
  assert.equal((await copy()).status, 403)
  await setPolicy(started, { ...anyone('oss:GetObject', `${BUCKET}/*`), Principal: [OTHER_ID] })
  assert.equal((await copy()).status, 200)
})

test('each object of a bulk delete is judged by the policy, and one that is denied keeps all', async () => {
  const started = await startWithObject()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'home/a', body: 'x' })
  await setPolicy(started, { ...anyone('oss:DeleteObject', `${BUCKET}/home/*`), Principal: [OTHER_ID] })
  const remove = (...keys: string[]) => {
    const body = `<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
    return call(started, { method: 'POST', bucket: BUCKET, query: { delete: '' }, body, headers, as: OTHER })
  }
  assert.equal((await remove('home/a', 'k')).status, 403)
  assert.equal((await get(started, { key: 'home/a' })).status, 200)
  assert.equal((await remove('home/a')).status, 200)
  assert.equal((await get(started, { key: 'home/a' })).status, 404)
})

test('conditions about tags look at the object and at its bucket', async () => {
  const started = await startWithObject()
  const headers = { 'x-oss-tagging': 'team=blue' }
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'tagged', body: 'x', headers })
  const tags = '<Tagging><TagSet><Tag><Key>stage</Key><Value>live</Value></Tag></TagSet></Tagging>'
  await setPolicy(
    started,
    {
      ...anyone('oss:DeleteObject', `${BUCKET}/*`),
      Condition: { StringEquals: { 'oss:ExistingObjectTag/team': 'blue' } },
    },
    {
      ...anyone('oss:GetObject', `${BUCKET}/*`),
      Condition: { StringEquals: { 'oss:BucketTag/stage': 'live' } },
    },
  )
  const remove = (key: string) => call(started, { method: 'DELETE', bucket: BUCKET, key, as: 'anonymous' })
  assert.equal((await remove('k')).status, 403)
  assert.equal((await get(started, { as: 'anonymous' })).status, 403)
  await call(started, { method: 'PUT', bucket: BUCKET, query: { tagging: '' }, body: tags })
  assert.equal((await get(started, { as: 'anonymous' })).status, 200)
  assert.equal((await remove('tagged')).status, 204)
})

test('the log line of a refusal names the action and the statement that denied it; the client only gets the cause', async () => {
  const started = await startWithObject()
  await setPolicy(started, anyone('oss:GetObject', `${BUCKET}/*`), {
    ...anyone('oss:GetObject', `${BUCKET}/hidden/*`),
    Effect: 'Deny',
  })
  const hidden = await get(started, { key: 'hidden/a', as: OTHER })
  assert.deepEqual(
    { ...hidden.log.refusal },
    { action: 'oss:GetObject', by: 'bucketPolicy', at: undefined, policy: undefined, statement: 1, unmet: undefined },
  )
  assert.ok(!hidden.text.includes('bucketPolicy'))
  const put = await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x', as: OTHER })
  assert.deepEqual([put.log.refusal?.action, put.log.refusal?.by], ['oss:PutObject', 'acl'])
  assert.equal((await get(started, { as: OTHER })).log.refusal, undefined)
})
