import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DomainProofs } from '../../options.js'
import {
  BUCKET,
  call,
  element,
  elements,
  OTHER,
  type StartedService,
  startService,
  startWithBucket,
} from '../../testing/index.js'

const cname = (domain: string, more = '') =>
  `<BucketCnameConfiguration><Cname><Domain>${domain}</Domain>${more}</Cname></BucketCnameConfiguration>`
const HOST = 'files.example'

/** TXT records that a test sets. */
class Records implements DomainProofs {
  readonly texts = new Map<string, string[]>()
  isTrusted(domain: string): boolean {
    return domain.endsWith('.trusted.example')
  }
  async textsOf(name: string): Promise<readonly string[]> {
    return this.texts.get(name) ?? []
  }
}

async function start() {
  const domainProofs = new Records()
  const started = await startService({ domainProofs })
  await call(started, { method: 'PUT', bucket: BUCKET })
  const post = (comp: string, domain: string, more?: string) =>
    call(started, { method: 'POST', bucket: BUCKET, query: { cname: '', comp }, body: cname(domain, more) })
  return { started, post, texts: domainProofs.texts }
}

const codeOf = ({ status, text }: { status: number; text: string }) => [status, element(text, 'Code')]

test('a domain is bound once a TXT record holds its token, which stays the same until it expires', async () => {
  const { started, post, texts } = await start()
  assert.deepEqual(codeOf(await post('add', HOST)), [403, 'NeedVerifyDomainOwnership'])
  const get = () => call(started, { method: 'GET', bucket: BUCKET, query: { cname: HOST, comp: 'token' } })
  assert.deepEqual(codeOf(await get()), [404, 'CnameTokenNotFound'])
  const created = await post('token', 'Files.Example')
  const token = element(created.text, 'Token') ?? ''
  assert.match(token, /^[0-9a-f]{32}$/)
  assert.equal(element(created.text, 'ExpireTime'), 'Thu, 08 Jan 2026 08:00:00 GMT')
  assert.equal(element((await post('token', HOST)).text, 'Token'), token)
  assert.equal((await get()).text, created.text)
  assert.deepEqual(codeOf(await post('add', HOST)), [403, 'NeedVerifyDomainOwnership'])
  texts.set(`_dnsauth.${HOST}`, ['other', token])
  assert.equal((await post('add', HOST)).status, 200)
  const { text } = await call(started, { method: 'GET', bucket: BUCKET, query: { cname: '' } })
  assert.deepEqual(
    ['Bucket', 'Owner', 'Domain', 'LastModified', 'Status'].map((name) => element(text, name)),
    [BUCKET, '1000000000000001', HOST, '2026-01-05T08:00:00.000Z', 'Enabled'],
  )
  assert.deepEqual(codeOf(await post('token', HOST)), [400, 'NoNeedCreateCnameToken'])
})

test('a token that has expired proves nothing', async () => {
  const { started, post, texts } = await start()
  texts.set(`_dnsauth.${HOST}`, [element((await post('token', HOST)).text, 'Token') ?? ''])
  started.advance(3 * 86_400_000)
  assert.deepEqual(codeOf(await post('add', HOST)), [403, 'NeedVerifyDomainOwnership'])
})

test('requests to a bound domain are requests to its bucket, whatever signs them, until it is released', async () => {
  const { started, post } = await start()
  const host = 'a.trusted.example'
  const put = (as?: 'anonymous') =>
    call(started, { method: 'PUT', bucket: BUCKET, key: 'dir/k', host: `${host}:9000`, body: 'x', ...(as && { as }) })
  assert.equal((await put()).status, 404)
  started.advance(1_000)
  assert.equal((await post('add', host)).status, 200)
  assert.equal((await put()).status, 200)
  for (const signature of ['v1', 'v4', 'url'] as const) {
    const got = await call(started, { method: 'GET', bucket: BUCKET, key: 'dir/k', host, signature })
    assert.deepEqual([got.status, got.text], [200, 'x'], signature)
  }
  const listed = await call(started, { method: 'GET', bucket: BUCKET, host: 'A.Trusted.Example.' })
  assert.deepEqual(elements(listed.text, 'Key'), ['dir/k'])
  assert.deepEqual((await put('anonymous')).status, 403)
  // the same name may also be that of the server
  const pathed = await call(started, { method: 'GET', bucket: BUCKET, key: 'dir/k', style: 'path', host })
  assert.equal(pathed.text, 'x')
  assert.equal((await post('delete', host)).status, 200)
  assert.equal((await put()).status, 404)
  assert.equal((await post('delete', host)).status, 200, 'SDKs delete what was never bound')
})

test('a domain belongs to one bucket, and is free when that is deleted', async () => {
  const { started, post } = await start()
  const host = 'a.trusted.example'
  await call(started, { method: 'PUT', bucket: 'other', as: OTHER })
  const take = () =>
    call(started, {
      method: 'POST',
      bucket: 'other',
      as: OTHER,
      query: { cname: '', comp: 'add' },
      body: cname(host),
    })
  await post('add', host)
  assert.deepEqual(codeOf(await take()), [409, 'CnameAlreadyExists'])
  assert.equal((await call(started, { method: 'DELETE', bucket: BUCKET })).status, 204)
  assert.equal((await take()).status, 200)
})

test('a certificate is checked and described, and its private key is not returned', async () => {
  const { post, started } = await start()
  const configured = (inner: string) => `<CertificateConfiguration>${inner}</CertificateConfiguration>`
  const add = (inner: string) => post('add', 'a.trusted.example', configured(inner))
  const whole = `<CertId>493-cn</CertId><Certificate>${CERTIFICATE}</Certificate><PrivateKey>secret</PrivateKey>`
  assert.deepEqual(codeOf(await add('<Certificate>x</Certificate><PrivateKey>y</PrivateKey>')), [
    400,
    'InvalidArgument',
  ])
  assert.deepEqual(codeOf(await add(`<Certificate>${CERTIFICATE}</Certificate>`)), [400, 'InvalidArgument'])
  assert.equal((await add(whole)).status, 200)
  const list = () => call(started, { method: 'GET', bucket: BUCKET, query: { cname: '' } })
  const { text } = await list()
  assert.deepEqual([element(text, 'Type'), element(text, 'CertId')], ['CAS', '493-cn'])
  assert.match(element(text, 'Fingerprint') ?? '', /^([0-9A-F]{2}:){19}[0-9A-F]{2}$/)
  assert.equal(text.includes('secret'), false)
  assert.deepEqual(codeOf(await add(`${whole}<PreviousCertId>other</PreviousCertId>`)), [400, 'InvalidArgument'])
  assert.equal((await add(`${whole}<PreviousCertId>493-cn</PreviousCertId>`)).status, 200)
  const mixed = await add(`${whole}<DeleteCertificate>true</DeleteCertificate>`)
  assert.deepEqual([element(mixed.text, 'Code'), element(mixed.text, 'EC')], ['InvalidArgument', '0018-00000107'])
  assert.equal((await add('<DeleteCertificate>true</DeleteCertificate>')).status, 200)
  assert.equal((await list()).text.includes('<Certificate>'), false)
})

test('a server without a way to prove domains binds none', async () => {
  const started: StartedService = await startWithBucket()
  const query = { cname: '', comp: 'add' }
  const answer = await call(started, { method: 'POST', bucket: BUCKET, query, body: cname(HOST) })
  assert.equal(answer.status, 403)
})

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBjzCCATWgAwIBAgIUdSyTvz7cxaHXawvprgRP0BywKUcwCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRYS50cnVzdGVkLmV4YW1wbGUwIBcNMjYxMTI5MjI0NzQ1WhgP
MjEyNjExMDUyMjQ3NDVaMBwxGjAYBgNVBAMMEWEudHJ1c3RlZC5leGFtcGxlMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+Nd1hoYyDbI6xBTZiSj+nUTEBTE1EaWg
dTBIvDXieyDqC1x8sfH6/d2mH85g5hGYj58OGNqbgD9VEOfkf9mVhaNTMFEwHQYD
VR0OBBYEFNvRqbzUD33ugF4Nihc8AN0VwUfeMB8GA1UdIwQYMBaAFNvRqbzUD33u
gF4Nihc8AN0VwUfeMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIg
NHTvQVWEE6O9N7hrV+7Bczd7CxmHCTte3jsnNw/YWK4CIQC9+R8yb5n3DTIdXZrG
uYpbu4txqM8WwIbmR2o4xScZKA==
-----END CERTIFICATE-----`
