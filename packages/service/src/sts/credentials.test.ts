import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createIdentity, setInlinePolicy } from '../domain/ram/identities.js'
import { sourceOf } from '../domain/testing.js'
import { BUCKET, call, Ram, ROOT, type StartedService, startWithBucket } from '../testing/index.js'
import { documentOf } from '../testing/ram.js'

const INSTANCE = '/-/latest/meta-data/ram/security-credentials/'
const READS = { Effect: 'Allow', Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/a/*' }

async function start({ needsToken = false } = {}): Promise<StartedService> {
  const serves = (address: string) => address === '127.0.0.1'
  const instanceRole = { account: ROOT.account.id, role: 'reader', serves, needsToken }
  const started = await startWithBucket({ instanceRole })
  const { domain, account } = new Ram(started)
  const name = { account, kind: 'role', name: 'reader' } as const
  await createIdentity(domain, name, { kind: 'role', comments: '', trust: '{}', sessionSecondsMax: 3_600 })
  await setInlinePolicy(domain, name, 'own', documentOf([READS]))
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'a/1', body: 'x' })
  return started
}

interface From {
  readonly method?: string
  readonly host?: string
  readonly remoteAddress?: string
  readonly headers?: Readonly<Record<string, string>>
}

async function fetched({ service }: StartedService, target: string, from: From = {}) {
  const { method = 'GET', host = '127.0.0.1:9000', remoteAddress = '127.0.0.1', headers = {} } = from
  const request = { method, scheme: 'http', host, target, headers, remoteAddress, body: sourceOf('') } as const
  const { status, body, log } = await service.handle(request)
  assert.ok(body instanceof Uint8Array)
  return { status, text: Buffer.from(body).toString(), log }
}

test('a program at an allowed address gets keys of the role, by a URI and as on an instance', async () => {
  const started = await start()
  assert.equal((await fetched(started, INSTANCE)).text, 'reader')
  for (const target of ['/-/credentials', `${INSTANCE}reader`]) {
    const { status, text, log } = await fetched(started, target)
    assert.deepEqual([status, log.operation], [200, 'GetCredentials'])
    const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration, Code, StatusCode } = JSON.parse(text)
    assert.deepEqual([Code, Expiration], ['Success', '2026-01-05T09:00:00Z'])
    assert.equal(StatusCode, target === '/-/credentials' ? '200' : undefined)
    const session = { securityToken: SecurityToken, expiresAt: 0 }
    const as = { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, account: ROOT.account, session }
    assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'a/1', as })).text, 'x')
    assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, key: 'a/1', body: 'y', as })).status, 403)
  }
  assert.equal((await fetched(started, `${INSTANCE}other`)).status, 404)
})

test('a token of the hardened form is handed out for its time, and one that is sent must be valid', async () => {
  const started = await start()
  const seconds = (text: string) => ({ 'x-aliyun-ecs-metadata-token-ttl-seconds': text })
  const put = (headers: Record<string, string>, more: From = {}) =>
    fetched(started, '/-/latest/api/token', { method: 'PUT', headers, ...more })
  const { status, text: token } = await put(seconds('60'))
  assert.equal(status, 200)
  const sent = (value: string) => ({ headers: { 'x-aliyun-ecs-metadata-token': value } })
  assert.equal((await fetched(started, INSTANCE, sent(token))).text, 'reader')
  assert.equal(JSON.parse((await fetched(started, `${INSTANCE}reader`, sent(token))).text).Code, 'Success')
  for (const wrong of ['', 'x', `${token}A`, token.slice(0, -8)]) {
    assert.equal((await fetched(started, `${INSTANCE}reader`, sent(wrong))).status, 403, wrong)
  }
  for (const headers of [{}, seconds('0'), seconds('21601'), seconds('x')]) {
    assert.equal((await put(headers)).status, 404)
  }
  assert.equal((await fetched(started, '/-/latest/api/token', { headers: seconds('60') })).status, 404)
  assert.equal((await put(seconds('60'), { remoteAddress: '192.0.2.1' })).status, 403)
  started.advance(60_001)
  assert.equal((await fetched(started, INSTANCE, sent(token))).status, 403)
})

test('where a token is needed, nothing is shown without one', async () => {
  const started = await start({ needsToken: true })
  const targets = ['/-/credentials', INSTANCE, `${INSTANCE}reader`]
  for (const target of targets) {
    const { status, text } = await fetched(started, target)
    assert.equal(status, 403)
    assert.match(text, /--instance-token optional/)
    assert.doesNotMatch(text, /AccessKeySecret|^reader/)
  }
  const headers = { 'x-aliyun-ecs-metadata-token-ttl-seconds': '60' }
  const { text: token } = await fetched(started, '/-/latest/api/token', { method: 'PUT', headers })
  for (const target of targets) {
    const sent = { headers: { 'x-aliyun-ecs-metadata-token': token } }
    assert.equal((await fetched(started, target, sent)).status, 200)
  }
})

const PROXY_HEADERS = [
  'via',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
  'true-client-ip',
  'cf-connecting-ip',
]

test('no keys are handed out to other addresses, through a proxy, or under the name of another site', async () => {
  const started = await start()
  const others: readonly From[] = [
    { remoteAddress: '192.0.2.1' },
    ...PROXY_HEADERS.map((name) => ({ headers: { [name]: '192.0.2.1' } })),
    { host: 'rebound.example:9000' },
    { headers: { origin: 'http://other.example' } },
    { headers: { origin: 'null' } },
    { headers: { 'sec-fetch-site': 'cross-site' } },
    { headers: { 'sec-fetch-site': 'same-site' } },
  ]
  for (const from of others) {
    for (const target of ['/-/credentials', INSTANCE, `${INSTANCE}reader`]) {
      const { status, text } = await fetched(started, target, from)
      assert.ok(status >= 400 && !text.includes('AccessKeySecret'), `${status} ${text}`)
    }
  }
})

test('a page of the server itself, and one that its user opens, is not another site', async () => {
  const started = await start()
  for (const headers of [
    { origin: 'http://127.0.0.1:9000', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ]) {
    assert.equal((await fetched(started, INSTANCE, { headers })).text, 'reader')
  }
})

test('without a role the paths are like any other', async () => {
  const started = await startWithBucket()
  const { status, text } = await fetched(started, '/-/credentials')
  assert.ok(status >= 400 && !text.includes('AccessKeySecret'))
})
