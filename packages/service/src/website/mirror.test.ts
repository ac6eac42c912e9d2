import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { OriginRequest } from '@bindery/protocol'
import { OssError } from '@bindery/protocol'
import { sourceOf, sourceOfPieces } from '../domain/bytes/sources.js'
import type { OriginAnswer, Origins } from '../options.js'
import {
  BUCKET,
  call,
  element,
  OTHER,
  ROOT,
  send,
  setVersioning,
  startWithBucket,
  type TestRequest,
  type TestResponse,
} from '../testing/index.js'

type Answering = (request: OriginRequest) => OriginAnswer | Promise<OriginAnswer>

const answered = (body: string, headers: Record<string, string> = {}, status = 200): OriginAnswer => ({
  kind: 'answered',
  status,
  headers,
  body: sourceOf([Buffer.from(body)]),
  close: () => {},
})

const MD5 = (body: string) => createHash('md5').update(body).digest('base64')
const ORIGIN = '<MirrorURL>http://origin.example/o/</MirrorURL>'
const rule = (redirect: string, condition = '', number = 1) =>
  `<RoutingRule><RuleNumber>${number}</RuleNumber><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>${condition}</Condition><Redirect><RedirectType>Mirror</RedirectType>${redirect}</Redirect></RoutingRule>`

/** A public bucket that mirrors an origin by these rules, and the requests that the origin got. */
async function site(answer: Answering, rules = rule(ORIGIN), rest = '') {
  const made: OriginRequest[] = []
  const origins: Origins = {
    get: async (request) => {
      made.push(request)
      return answer(request)
    },
  }
  const started = await startWithBucket({ origins })
  const ask = (request: object) => call(started, { method: 'PUT', bucket: BUCKET, ...request })
  await ask({ query: { acl: '' }, headers: { 'x-oss-acl': 'public-read' } })
  const body = `<WebsiteConfiguration>${rest}<RoutingRules>${rules}</RoutingRules></WebsiteConfiguration>`
  const set = await ask({ query: { website: '' }, body })
  assert.equal(set.status, 200, set.text)
  const get = (key: string, more: object = {}) =>
    call(started, { method: 'GET', bucket: BUCKET, key, as: 'anonymous', ...more })
  return { started, ask, get, urls: () => made.map(({ url }) => url.href), made }
}

test('a missing object is fetched from its origin once, returned, and stored with the headers of the origin', async () => {
  const headers = { 'content-type': 'text/x', 'cache-control': 'max-age=1', etag: '"own"', 'x-other': 'o' }
  const { get, ask, urls } = await site(() => answered('hello', headers))
  for (const _ of [1, 2]) {
    const answer = await get('a b/ü')
    assert.deepEqual([answer.status, answer.text], [200, 'hello'], answer.text)
    assert.deepEqual([answer.headers['content-type'], answer.headers['cache-control']], ['text/x', 'max-age=1'])
    assert.equal(answer.headers.etag, '"5D41402ABC4B2A76B9719D911017C592"')
    assert.equal(answer.headers['x-oss-tag'], 'MIRROR')
    assert.equal(answer.headers['x-other'], undefined)
  }
  assert.deepEqual(urls(), ['http://origin.example/o/a%20b/%C3%BC'])
  await ask({ key: 'a b/ü', body: 'new' })
  const overwritten = await get('a b/ü')
  assert.deepEqual([overwritten.text, overwritten.headers['x-oss-tag']], ['new', undefined])
})

test('where the origin is, only the account of the bucket sees', async () => {
  for (const size of [5, 2 * 1024 ** 2]) {
    const { get } = await site(() => answered('x'.repeat(size)))
    const tag = async (key: string, more: Partial<TestRequest>) => (await get(key, more)).headers['x-oss-tag']
    for (const [index, as] of (['anonymous', OTHER] as const).entries()) {
      for (const _ of ['arriving', 'stored']) assert.equal(await tag(`k${index}`, { as }), 'MIRROR')
      assert.equal(await tag(`k${index}`, { as, method: 'HEAD' }), 'MIRROR')
    }
    for (const _ of ['arriving', 'stored']) {
      assert.equal(await tag('url', { as: ROOT, signature: 'url' }), 'MIRROR')
      assert.equal(await tag('own', { as: ROOT }), 'MIRROR http://origin.example/o/own')
    }
  }
})

test('a mirrored object is encrypted as its bucket encrypts by default', async () => {
  const { get, ask } = await site(() => answered('hello'))
  const byDefault =
    '<ApplyServerSideEncryptionByDefault><SSEAlgorithm>SM4</SSEAlgorithm></ApplyServerSideEncryptionByDefault>'
  await ask({ query: { encryption: '' }, body: `<ServerSideEncryptionRule>${byDefault}</ServerSideEncryptionRule>` })
  const shown = (answer: TestResponse) => [answer.text, answer.headers['x-oss-server-side-encryption']]
  assert.deepEqual(shown(await get('k')), ['hello', 'SM4'])
  assert.deepEqual(shown(await get('k')), ['hello', 'SM4'])
})

test('a signed read mirrors too, a range is one of the whole object, and a copy is not a mirrored object', async () => {
  const { get, ask, urls } = await site(() => answered('hello'))
  const ranged = await get('k', { as: undefined, headers: { range: 'bytes=1-2' } })
  assert.deepEqual([ranged.status, ranged.text, ranged.headers['content-range']], [206, 'el', 'bytes 1-2/5'])
  await ask({ key: 'copy', headers: { 'x-oss-copy-source': `/${BUCKET}/k` } })
  const copy = await get('copy')
  assert.deepEqual([copy.text, copy.headers['x-oss-tag']], ['hello', undefined])
  assert.equal(urls().length, 1)
})

test('readers of one object that arrive together share one request to the origin', async () => {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const { get, urls } = await site(async () => {
    await held
    return answered('hello')
  })
  const all = Promise.all(['k', 'k', 'k'].map((key) => get(key)))
  setTimeout(release, 20)
  assert.deepEqual(
    (await all).map(({ text }) => text),
    ['hello', 'hello', 'hello'],
  )
  assert.equal(urls().length, 1)
})

test('only a missing object that the client may read is fetched, and by HEAD only where the rule allows it', async () => {
  const { get, ask, urls, started } = await site(() => answered('hello'))
  assert.equal((await get('k', { method: 'HEAD' })).status, 404)
  assert.equal((await get('k', { query: { acl: '' }, as: undefined })).status, 404)
  const version = { versionId: `CAEQ${'A'.repeat(60)}` }
  assert.notEqual((await get('k', { query: version, as: undefined })).status, 200)
  await ask({ key: 'link?', query: { symlink: '' }, headers: { 'x-oss-symlink-target': 'gone' } })
  assert.equal(element((await get('link?')).text, 'Code'), 'SymlinkTargetNotExist')
  await ask({ query: { acl: '' }, headers: { 'x-oss-acl': 'private' } })
  assert.equal((await get('k')).status, 403)
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'k', as: OTHER })).status, 403)
  assert.deepEqual(urls(), [])

  const heads = await site(
    () => answered('hello'),
    rule(`${ORIGIN}<MirrorAllowHeadObject>true</MirrorAllowHeadObject>`),
  )
  const head = await heads.get('k', { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers['content-length']], [200, '5'])
})

test('a rule replaces prefixes and passes the query and headers that it names, and nothing that signs', async () => {
  const headers =
    '<MirrorHeaders><PassAll>true</PassAll><Remove>x-b</Remove><Set><Key>X-Set</Key><Value>s</Value></Set></MirrorHeaders>'
  const replaced = '<ReplaceKeyPrefixWith>q/</ReplaceKeyPrefixWith><EnableReplacePrefix>true</EnableReplacePrefix>'
  const redirect = `<MirrorURL>http://origin.example/</MirrorURL><MirrorPassQueryString>true</MirrorPassQueryString>${replaced}${headers}`
  const { get, made } = await site(() => answered('hello'), rule(redirect, '<KeyPrefixEquals>p/</KeyPrefixEquals>'))
  const sent = { 'x-a': '1', 'x-b': '2', range: 'bytes=0-0', 'x-oss-c': '3', 'if-none-match': 'x', cookie: 'c' }
  const answer = await get('p/k', { signature: 'url', as: undefined, query: { a: '1' }, headers: sent })
  assert.equal(answer.status, 206, answer.text)
  assert.equal(made[0]?.url.href, 'http://origin.example/q/k?a=1')
  const passed = new Map(made[0]?.headers)
  assert.deepEqual(
    ['x-a', 'x-b', 'x-set', 'cookie', 'range', 'x-oss-c', 'if-none-match', 'host'].map((name) => passed.get(name)),
    ['1', undefined, 's', 'c', undefined, undefined, undefined, undefined],
  )
  assert.match(passed.get('user-agent') ?? '', /aliyun-oss-mirror/)
  assert.equal((await get('other')).status, 404)
  assert.equal(made.length, 1)
})

test('without headers that a rule names, an origin learns nothing of the client', async () => {
  const { get, made } = await site(() => answered('hello'))
  await get('k', { query: { a: '1' }, headers: { 'x-a': '1', cookie: 'c' } })
  assert.deepEqual(made[0]?.headers, [['user-agent', 'aliyun-oss-mirror']])
  assert.equal(made[0]?.url.search, '')
})

test('redirections of an origin are followed ten times, and headers go to its own host alone', async () => {
  const headers = '<MirrorHeaders><Set><Key>token</Key><Value>t</Value></Set></MirrorHeaders>'
  const moved = (location: string) => answered('', { location }, 302)
  const one = await site(
    ({ url }) => (url.host === 'origin.example' ? moved('//other.example/x?y') : answered('there')),
    rule(ORIGIN + headers),
  )
  const answer = await one.get('k')
  assert.deepEqual([answer.text, answer.headers['x-oss-tag']], ['there', 'MIRROR'])
  assert.deepEqual(one.urls(), ['http://origin.example/o/k', 'http://other.example/x?y'])
  assert.deepEqual(
    one.made.map(({ headers }) => new Map(headers).get('token')),
    ['t', undefined],
  )

  const endless = await site(() => moved('/again'))
  assert.equal((await endless.get('k')).status, 424)
  assert.equal(endless.urls().length, 11)

  const passing = await site(
    () => moved('http://x/'),
    rule(`${ORIGIN}<MirrorFollowRedirect>false</MirrorFollowRedirect>`),
  )
  const passed = await passing.get('k')
  assert.deepEqual([passed.status, passed.headers.location, passing.urls().length], [302, 'http://x/', 1])
})

const broken = (cause: 'incompleteBody' | 'requestTimeout'): OriginAnswer => ({
  ...(answered('hello') as OriginAnswer & { kind: 'answered' }),
  body: {
    size: 5,
    ready: async () => {},
    read: async () => {
      throw new OssError(cause)
    },
  },
})

test('what an origin does not deliver is a 424 with the reason, and nothing is stored', async () => {
  const CHECKED = rule(`${ORIGIN}<MirrorCheckMd5>true</MirrorCheckMd5>`)
  const cases: readonly (readonly [OriginAnswer, message: string, ec: string | undefined, rules?: string])[] = [
    [{ kind: 'unreachable' }, 'Mirroring failed, please check your mirror configuration', undefined],
    [{ kind: 'forbidden' }, 'Mirroring failed, please check your mirror configuration', '0041-00000108'],
    [answered('', {}, 500), 'Error status : 500 from mirror host, should return 200 OK', '0041-00000101'],
    [answered('', {}, 204), 'Error status : 204 from mirror host, should return 200 OK', '0041-00000101'],
    [broken('incompleteBody'), 'Bytes read is not equal to expected', undefined],
    [broken('requestTimeout'), 'Read body from mirror host failed, please check your mirror host', '0041-00000104'],
    [answered('', { 'content-type': 'x'.repeat(8193) }), 'Meta is too large', undefined],
    [
      answered('hello', { 'content-md5': MD5('other') }),
      'MD5 in header() is not equal to MD5 calculated',
      undefined,
      CHECKED,
    ],
  ]
  for (const [answer, message, ec, rules] of cases) {
    const { get, ask } = await site(() => answer, rules)
    const failed = await get('k')
    assert.deepEqual([failed.status, element(failed.text, 'Code')], [424, 'MirrorFailed'], failed.text)
    assert.deepEqual([element(failed.text, 'Message'), element(failed.text, 'EC')], [message, ec])
    const head = await ask({ method: 'HEAD', key: 'k' })
    assert.equal(head.status, 404)
  }
  const busy = await site(() => ({ kind: 'busy' }))
  assert.equal((await busy.get('k')).status, 503)
})

test('a digest is compared only where the rule demands it and the origin sends one', async () => {
  const CHECKED = rule(`${ORIGIN}<MirrorCheckMd5>true</MirrorCheckMd5>`)
  for (const [md5, rules] of [
    [MD5('hello'), CHECKED],
    [undefined, CHECKED],
    [MD5('other'), rule(ORIGIN)],
  ] as const) {
    const { get } = await site(() => answered('hello', md5 === undefined ? {} : { 'content-md5': md5 }), rules)
    assert.equal((await get('k')).text, 'hello')
  }
})

test('what the origin lacks is missing, and the error page is shown', async () => {
  const missing = await site(() => answered('', {}, 404))
  assert.equal(element((await missing.get('k')).text, 'Code'), 'NoSuchKey')
  const page = '<ErrorDocument><Key>error.html</Key></ErrorDocument>'
  const shown = await site(() => answered('', {}, 404), rule(ORIGIN), page)
  await shown.ask({ key: 'error.html', body: 'sorry' })
  const answer = await shown.get('k')
  assert.deepEqual([answer.status, answer.text], [404, 'sorry'])
})

test('an object that is written while it is being fetched stays', async () => {
  let write = async () => {}
  const { get, ask } = await site(async () => {
    await write()
    return answered('old')
  })
  write = async () => {
    await ask({ key: 'k', body: 'new' })
  }
  assert.equal((await get('k')).text, 'new')
})

test('in a bucket with versions a fetched object is a version of its own', async () => {
  const { get, ask, started } = await site(() => answered('hello'))
  await setVersioning(started, 'Enabled')
  assert.equal((await get('k')).text, 'hello')
  await ask({ method: 'DELETE', key: 'k' })
  const again = await get('k')
  assert.deepEqual([again.status, again.text], [200, 'hello'])
  assert.match(again.headers['x-oss-version-id'] ?? '', /^.{64}$/)
})

test('a server that reaches no origins keeps the rules and does not obey them', async () => {
  const started = await startWithBucket()
  const body = `<WebsiteConfiguration><RoutingRules>${rule(ORIGIN)}</RoutingRules></WebsiteConfiguration>`
  await call(started, { method: 'PUT', bucket: BUCKET, query: { website: '' }, body })
  const answer = await call(started, { method: 'GET', bucket: BUCKET, key: 'k' })
  assert.deepEqual([answer.status, element(answer.text, 'Code')], [404, 'NoSuchKey'])
})

const MIB = 1024 ** 2

/** An answer whose body is made piece by piece. */
const arriving = (pieces: AsyncIterable<Uint8Array>): OriginAnswer => ({
  kind: 'answered',
  status: 200,
  headers: {},
  body: sourceOfPieces(pieces),
  close: () => {},
})

test('a long object is returned while it is fetched, and stored', async () => {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const { started, get, urls } = await site(() =>
    arriving(
      (async function* () {
        yield new Uint8Array(2 * MIB).fill(1)
        await held
        yield new Uint8Array(2 * MIB).fill(2)
      })(),
    ),
  )
  const response = await send(started, { method: 'GET', bucket: BUCKET, key: 'k', as: 'anonymous' })
  assert.equal(response.status, 200)
  const names = response.headers.map(([name]) => name)
  assert.ok(!names.includes('ETag') && names.includes('x-oss-tag'), names.join())
  const body = response.body as AsyncIterable<{ bytes: Uint8Array; release(): void }>
  let received = 0
  for await (const piece of body) {
    received += piece.bytes.length
    piece.release()
    if (received >= 2 * MIB) release()
  }
  assert.equal(received, 4 * MIB)
  const stored = await get('k')
  assert.deepEqual([stored.status, stored.bytes.length, stored.bytes[3 * MIB]], [200, 4 * MIB, 2])
  assert.equal(urls().length, 1)
})

test('a long object that breaks off breaks its answer, and nothing is stored', async () => {
  const { started, get } = await site(() =>
    arriving(
      (async function* () {
        yield new Uint8Array(2 * MIB)
        throw new OssError('incompleteBody')
      })(),
    ),
  )
  const response = await send(started, { method: 'GET', bucket: BUCKET, key: 'k', as: 'anonymous' })
  const read = async () => {
    for await (const piece of response.body as AsyncIterable<{ release(): void }>) piece.release()
  }
  await assert.rejects(read)
  assert.notEqual((await get('k', { method: 'HEAD' })).status, 200)
})

test('a range, and a reader that arrives meanwhile, get what was stored', async () => {
  const { started, get, urls } = await site(() =>
    arriving(
      (async function* () {
        yield new Uint8Array(6 * MIB).fill(7)
      })(),
    ),
  )
  const response = await send(started, { method: 'GET', bucket: BUCKET, key: 'k', as: 'anonymous' })
  const ranged = await get('k', { headers: { range: 'bytes=0-1' } })
  assert.deepEqual([ranged.status, ranged.bytes.length], [206, 2])
  // the first reader has fallen behind, and gets the rest from the store
  let received = 0
  for await (const piece of response.body as AsyncIterable<{ bytes: Uint8Array; release(): void }>) {
    received += piece.bytes.length
    piece.release()
  }
  assert.equal(received, 6 * MIB)
  assert.equal(urls().length, 1)
})
