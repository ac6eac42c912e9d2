import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  OTHER,
  ROOT,
  type StartedService,
  startWithBucket,
  type TestRequest,
} from '../testing/index.js'

async function set(started: StartedService, subresource: string, body: string, bucket = BUCKET): Promise<void> {
  const { status, text } = await call(started, { method: 'PUT', bucket, query: { [subresource]: '' }, body })
  assert.equal(status, 200, text)
}

async function withObject(acl = 'public-read-write'): Promise<StartedService> {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, query: { acl: '' }, headers: { 'x-oss-acl': acl } })
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'content' })
  return started
}

async function ask(started: StartedService, more: Partial<TestRequest>): Promise<string> {
  const { status, text } = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', ...more })
  return status < 300 ? 'ok' : `${element(text, 'Code')} ${element(text, 'EC')}`
}

const from = (referer: string, as: TestRequest['as'] = 'anonymous') => ({ as, headers: { referer } })
const referers = (entries: readonly string[], more = '', empty = true) =>
  `<RefererConfiguration><AllowEmptyReferer>${empty}</AllowEmptyReferer>${more}<RefererList>${entries.map((entry) => `<Referer>${entry}</Referer>`).join('')}</RefererList></RefererConfiguration>`

test('a page that is not listed may not refer to an object, unless its request has an Authorization header', async () => {
  const started = await withObject()
  await set(started, 'referer', referers(['http://www.a.com', 'https://*.b.com/x?'], '', false))
  assert.equal(await ask(started, { as: 'anonymous' }), 'AccessDenied 0003-00000501')
  assert.equal(await ask(started, { signature: 'url' }), 'AccessDenied 0003-00000501')
  assert.equal(await ask(started, from('http://www.c.com')), 'AccessDenied 0003-00000503')
  assert.equal(
    await ask(started, { ...from('http://www.c.com', ROOT), signature: 'url' }),
    'AccessDenied 0003-00000503',
  )
  assert.equal(await ask(started, from('http://www.c.com', ROOT)), 'ok')
  assert.equal(await ask(started, from('http://www.a.com/page')), 'ok')
  assert.equal(await ask(started, from('https://www.b.com/xy')), 'ok')
  assert.equal(
    await ask(started, { method: 'PUT', body: 'x', ...from('http://www.c.com') }),
    'AccessDenied 0003-00000503',
  )
  await set(started, 'referer', referers([]))
  assert.equal(await ask(started, from('http://www.c.com')), 'ok')
})

test('a blacklisted page is refused before the list of allowed pages is checked', async () => {
  const started = await withObject()
  const blacklist = '<RefererBlacklist><Referer>http://www.a.com/bad</Referer></RefererBlacklist>'
  await set(started, 'referer', referers(['http://www.a.com'], blacklist))
  assert.equal(await ask(started, from('http://www.a.com/bad/page')), 'AccessDenied 0003-00000502')
  assert.equal(await ask(started, from('http://www.a.com/good')), 'ok')
  assert.equal(await ask(started, { as: 'anonymous' }), 'ok')
})

test('the query of a Referer counts unless the bucket cuts it', async () => {
  const started = await withObject()
  const page = from('http://a.com/?u=http://b.com')
  const cut = (value: boolean) => `<AllowTruncateQueryString>${value}</AllowTruncateQueryString>`
  await set(started, 'referer', referers(['http://*b.com'], cut(true)))
  assert.equal(await ask(started, page), 'AccessDenied 0003-00000503')
  await set(started, 'referer', referers(['http://*b.com'], cut(false)))
  assert.equal(await ask(started, page), 'ok')
})

test('requesters of other accounts must accept the charges where the bucket requires it, and the response confirms them', async () => {
  const started = await withObject()
  await set(
    started,
    'requestPayment',
    '<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>',
  )
  assert.equal(await ask(started, { as: 'anonymous' }), 'AccessDenied 0003-00000701')
  assert.equal(await ask(started, { as: OTHER, signature: 'url' }), 'AccessDenied 0003-00000702')
  assert.equal(await ask(started, { as: OTHER }), 'AccessDenied 0003-00000703')
  assert.equal(
    await ask(started, { as: OTHER, headers: { 'x-oss-request-payer': 'bucketOwner' } }),
    'AccessDenied 0003-00000703',
  )
  const query = { 'x-oss-request-payer': 'requester' }
  assert.equal(await ask(started, { as: OTHER, signature: 'url', query }), 'ok')
  const pay = { 'x-oss-request-payer': 'requester' }
  const payed = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', as: OTHER, headers: pay })
  assert.deepEqual([payed.status, payed.headers['x-oss-request-charged']], [200, 'requester'])
  const own = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', headers: pay })
  assert.deepEqual([own.status, own.headers['x-oss-request-charged']], [200, undefined])
})

test('paying opens nothing that is closed, and the source of a copy is paid for as well', async () => {
  const started = await withObject('private')
  await set(
    started,
    'requestPayment',
    '<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>',
  )
  const pay = { 'x-oss-request-payer': 'requester' }
  assert.equal(await ask(started, { as: OTHER, headers: pay }), 'AccessDenied 0003-00000001')
  await call(started, { method: 'PUT', bucket: BUCKET, query: { acl: '' }, headers: { 'x-oss-acl': 'public-read' } })
  await call(started, { method: 'PUT', bucket: 'theirs', as: OTHER })
  const copy = (headers: Record<string, string>) =>
    ask(started, {
      method: 'PUT',
      bucket: 'theirs',
      as: OTHER,
      headers: { 'x-oss-copy-source': `/${BUCKET}/k`, ...headers },
    })
  assert.equal(await copy({}), 'AccessDenied 0003-00000703')
  assert.equal(await copy(pay), 'ok')
})

const statement = (effect: string, action: string, principal: string, more = '') =>
  `{"Effect":"${effect}","Action":["${action}"],"Principal":["${principal}"],"Resource":["acs:oss:*:*:${BUCKET}","acs:oss:*:*:${BUCKET}/*"]${more}}`
const policy = (...statements: string[]) => `{"Version":"1","Statement":[${statements.join(',')}]}`

test('a policy that is set on a bucket applies from the next request on', async () => {
  const started = await withObject('private')
  assert.equal(await ask(started, { as: OTHER }), 'AccessDenied 0003-00000001')
  await set(started, 'policy', policy(statement('Allow', 'oss:GetObject', OTHER.account.id)))
  assert.equal(await ask(started, { as: OTHER }), 'ok')
  assert.equal(await ask(started, { as: 'anonymous' }), 'AccessDenied 0003-00000001')
  await set(started, 'policy', policy(statement('Deny', 'oss:GetObject', ROOT.account.id)))
  assert.equal(await ask(started, {}), 'AccessDenied 0003-00000201')
  await call(started, { method: 'DELETE', bucket: BUCKET, query: { policy: '' } })
  assert.equal(await ask(started, {}), 'ok')
})

test('a policy that depends on the tags of the bucket is evaluated with the current ones', async () => {
  const started = await withObject('private')
  const condition = ',"Condition":{"StringEquals":{"oss:BucketTag/open":["yes"]}}'
  await set(started, 'policy', policy(statement('Allow', 'oss:GetObject', OTHER.account.id, condition)))
  assert.equal(await ask(started, { as: OTHER }), 'AccessDenied 0003-00000001')
  await set(started, 'tagging', '<Tagging><TagSet><Tag><Key>open</Key><Value>yes</Value></Tag></TagSet></Tagging>')
  assert.equal(await ask(started, { as: OTHER }), 'ok')
})

test('ACLs that open something to everyone are overridden while the bucket or its account blocks public access', async () => {
  const started = await withObject('public-read')
  const block = (value: boolean) =>
    `<PublicAccessBlockConfiguration><BlockPublicAccess>${value}</BlockPublicAccess></PublicAccessBlockConfiguration>`
  await set(started, 'publicAccessBlock', block(true))
  assert.equal(await ask(started, { as: 'anonymous' }), 'AccessDenied 0003-00000001')
  assert.equal(await ask(started, { signature: 'url' }), 'ok')
  await set(started, 'publicAccessBlock', block(false))
  assert.equal(await ask(started, { as: 'anonymous' }), 'ok')
  await call(started, { method: 'PUT', query: { publicAccessBlock: '' }, body: block(true) })
  assert.equal(await ask(started, { as: 'anonymous' }), 'AccessDenied 0003-00000001')
})
