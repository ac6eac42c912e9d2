import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, startWithBucket } from '../testing/index.js'

const INDEX = '<IndexDocument><Suffix>index.html</Suffix></IndexDocument>'
const folders = (type: number) =>
  `<IndexDocument><Suffix>index.html</Suffix><SupportSubDir>true</SupportSubDir><Type>${type}</Type></IndexDocument>`
const error = (status: number) =>
  `<ErrorDocument><Key>error.html</Key><HttpStatus>${status}</HttpStatus></ErrorDocument>`
const rule = (redirect: string, condition = '', number = 1) =>
  `<RoutingRule><RuleNumber>${number}</RuleNumber><Condition>${condition}</Condition><Redirect><RedirectType>External</RedirectType>${redirect}</Redirect></RoutingRule>`
const code = (status: number) => `<HttpErrorCodeReturnedEquals>${status}</HttpErrorCodeReturnedEquals>`
const prefix = (text: string) => `<KeyPrefixEquals>${text}</KeyPrefixEquals>`
const routing = (...rules: string[]) => `<RoutingRules>${rules.join('')}</RoutingRules>`

interface Visit {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly query?: Record<string, string>
  readonly style?: 'host' | 'path'
  readonly signature?: 'v4' | 'url'
}

/** A public bucket with some pages and a website. */
async function site(configuration: string, acl = 'public-read') {
  const started = await startWithBucket()
  const ask = (request: object) => call(started, { method: 'PUT', bucket: BUCKET, ...request })
  await ask({ query: { acl: '' }, headers: { 'x-oss-acl': acl } })
  for (const key of ['index.html', 'a/index.html', 'a b/index.html', 'error.html', 'page']) {
    await ask({ key, body: `${key}!`, headers: { 'content-type': 'text/html' } })
  }
  await ask({ key: 'secret', body: 's', headers: { 'x-oss-object-acl': 'private' } })
  const set = await ask({
    query: { website: '' },
    body: `<WebsiteConfiguration>${configuration}</WebsiteConfiguration>`,
  })
  assert.equal(set.status, 200, set.text)
  const visit = async (key: string, { signature, ...visit }: Visit = {}) => {
    const answer = await call(started, {
      method: 'GET',
      bucket: BUCKET,
      ...(key !== '' && { key }),
      ...(signature === undefined ? { as: 'anonymous' } : { signature }),
      ...visit,
    })
    return answer
  }
  /** Status, and the page, the place that it leads to or the code of the error. */
  const see = async (key: string, options: Visit = {}) => {
    const { status, text, headers } = await visit(key, options)
    return [status, headers.location ?? element(text, 'Code') ?? text]
  }
  return { visit, see, started }
}

test('the root is the index page for anonymous reads alone, by GET and HEAD', async () => {
  const { visit, see } = await site(INDEX)
  const page = await visit('')
  assert.deepEqual([page.status, page.text, page.headers['content-type']], [200, 'index.html!', 'text/html'])
  assert.equal((await visit('', { style: 'path' })).text, 'index.html!')
  const head = await visit('', { method: 'HEAD' })
  assert.deepEqual([head.status, head.text, head.headers['content-length']], [200, '', '11'])
  assert.match((await visit('', { signature: 'v4' })).text, /<ListBucketResult>/)
  assert.deepEqual(await see('', { headers: { range: 'bytes=0-4' } }), [206, 'index'])
  assert.deepEqual(await see('a/'), [200, 'index.html!'], 'without folders every folder has the page of the root')
})

test('a signed read of a missing folder shows the index page, and of anything else that is missing its error', async () => {
  const { see } = await site(INDEX + error(404))
  assert.deepEqual(await see('missing/', { signature: 'v4' }), [200, 'index.html!'])
  assert.deepEqual(await see('missing', { signature: 'v4' }), [404, 'NoSuchKey'])
  const head = await see('missing/', { signature: 'v4', method: 'HEAD' })
  assert.equal(head[0], 404, 'tools look for folders by HEAD')
})

test('a folder has its own index page, and a name without its slash leads there, fails, or shows it', async () => {
  for (const [type, expected] of [
    [0, [302, '/a/']],
    [1, [404, 'NoSuchKey']],
    [2, [200, 'a/index.html!']],
  ] as const) {
    const { see } = await site(folders(type))
    assert.deepEqual(await see('a/'), [200, 'a/index.html!'])
    assert.deepEqual(await see('a'), expected)
    assert.deepEqual(await see('page'), [200, 'page!'])
    assert.deepEqual(await see('none'), [404, 'NoSuchKey'])
    assert.deepEqual(await see('none/'), [404, 'NoSuchKey'])
  }
  const { see } = await site(folders(0))
  assert.deepEqual(await see('a b'), [302, '/a%20b/'])
  assert.deepEqual(await see('a', { style: 'path' }), [302, `/${BUCKET}/a/`])
})

test('a missing page shows the error page with its status, whole, whatever the request was', async () => {
  for (const status of [404, 200]) {
    const { see, visit } = await site(INDEX + error(status))
    assert.deepEqual(await see('none'), [status, 'error.html!'])
    assert.deepEqual(await see('none', { headers: { range: 'bytes=0-1', 'if-none-match': '*' } }), [
      status,
      'error.html!',
    ])
    const head = await visit('none', { method: 'HEAD' })
    assert.deepEqual([head.status, head.text, head.headers['content-type']], [status, '', 'text/html'])
    assert.deepEqual(await see('none', { signature: 'v4' }), [404, 'NoSuchKey'])
    assert.deepEqual(await see('none', { signature: 'url' }), [404, 'NoSuchKey'])
  }
  const { see } = await site('<ErrorDocument><Key>gone.html</Key></ErrorDocument>')
  assert.deepEqual(await see('none'), [404, 'NoSuchKey'], 'an error page that is missing itself')
})

test('pages are read with the rights of the visitor', async () => {
  const { see } = await site(INDEX + error(404), 'private')
  assert.deepEqual(await see(''), [403, 'AccessDenied'])
  assert.deepEqual(await see('none'), [403, 'AccessDenied'])
  const open = await site(error(404))
  assert.deepEqual(await open.see('secret'), [403, 'AccessDenied'])
})

test('a rule without a status acts before the object is looked at, one with a status after it failed', async () => {
  const { see } = await site(
    routing(
      rule('<HostName>h.example</HostName>', prefix('page')),
      rule('<ReplaceKeyWith>denied</ReplaceKeyWith>', code(403), 2),
      rule('<ReplaceKeyWith>missing</ReplaceKeyWith>', code(404), 3),
    ) + error(404),
  )
  assert.deepEqual(await see('page'), [301, 'http://h.example/page'])
  assert.deepEqual(await see('index.html'), [200, 'index.html!'])
  assert.deepEqual(await see('secret'), [301, `http://${BUCKET}.oss-cn-hangzhou.aliyuncs.com/denied`])
  assert.deepEqual(await see('none'), [301, `http://${BUCKET}.oss-cn-hangzhou.aliyuncs.com/missing`])
  assert.deepEqual(await see('none', { method: 'HEAD' }), [
    301,
    `http://${BUCKET}.oss-cn-hangzhou.aliyuncs.com/missing`,
  ])
  assert.deepEqual(await see('page', { signature: 'v4' }), [200, 'page!'], 'a signed call is not a visit')
  assert.deepEqual(await see('none', { signature: 'v4' }), [404, 'NoSuchKey'])
  assert.deepEqual((await see('none', { signature: 'url' }))[0], 301)
})

test('rules are tried by their numbers, and all conditions of one must hold', async () => {
  const { see } = await site(
    routing(
      rule('<ReplaceKeyWith>second</ReplaceKeyWith>', code(404), 20),
      rule(
        '<ReplaceKeyWith>first</ReplaceKeyWith>',
        `${prefix('x/')}<KeySuffixEquals>.png</KeySuffixEquals>${code(404)}<IncludeHeader><Key>Accept</Key><Equals>image/png</Equals></IncludeHeader>`,
        3,
      ),
    ),
  )
  const base = `http://${BUCKET}.oss-cn-hangzhou.aliyuncs.com/`
  const headers = { accept: 'image/png' }
  assert.deepEqual(await see('x/1.png', { headers }), [301, `${base}first`])
  for (const [key, sent] of [
    ['x/1.png', {}],
    ['x/1.png', { accept: 'image/gif' }],
    ['x/1.gif', headers],
    ['y/1.png', headers],
  ] as const) {
    assert.deepEqual(await see(key, { headers: sent }), [301, `${base}second`], key)
  }
})

test('a redirection replaces key, prefix, host and protocol, encodes the key, and keeps the query where that is set', async () => {
  const cases = [
    [
      '<Protocol>https</Protocol><HostName>www.test.com</HostName><ReplaceKeyPrefixWith>def/</ReplaceKeyPrefixWith><EnableReplacePrefix>true</EnableReplacePrefix>',
      'https://www.test.com/def/te%20st.txt',
    ],
    [
      '<HostName>h</HostName><EnableReplacePrefix>true</EnableReplacePrefix><ReplaceKeyPrefixWith></ReplaceKeyPrefixWith>',
      'http://h/te%20st.txt',
    ],
    [
      '<HostName>h</HostName><EnableReplacePrefix>false</EnableReplacePrefix><ReplaceKeyPrefixWith>x</ReplaceKeyPrefixWith>',
      'http://h/abc/te%20st.txt',
    ],
    [
      `<HostName>h</HostName><ReplaceKeyWith>p/\${key}.s</ReplaceKeyWith><PassQueryString>true</PassQueryString>`,
      'http://h/p/abc/te%20st.txt.s?a=1',
    ],
    ['<HostName>h</HostName><PassQueryString>false</PassQueryString>', 'http://h/abc/te%20st.txt'],
  ] as const
  for (const [redirect, expected] of cases) {
    const { see } = await site(routing(rule(redirect, prefix('abc/') + code(404))))
    assert.deepEqual(await see('abc/te st.txt', { query: { a: '1' } }), [301, expected], redirect)
  }
  for (const status of [302, 307]) {
    const { see } = await site(
      routing(rule(`<HttpRedirectCode>${status}</HttpRedirectCode><ReplaceKeyWith>k</ReplaceKeyWith>`, code(404))),
    )
    assert.deepEqual(await see('none', { style: 'path' }), [status, `http://127.0.0.1/${BUCKET}/k`])
  }
})
