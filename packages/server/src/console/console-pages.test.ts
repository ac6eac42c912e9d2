import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { ConsolePages } from './console-pages.js'

const pages = new ConsolePages({ region: 'cn-hangzhou', version: '1.2.3' }, ['example.com'])

function get(target: string, more: { method?: string; host?: string; headers?: Record<string, string> } = {}) {
  const { method = 'GET', host = '127.0.0.1:9000', headers = {} } = more
  const body = { size: 0, read: async function* () {} } as never
  const request = { method, scheme: 'http', host, target, headers, remoteAddress: '127.0.0.1', body } as const
  const answer = pages.answer(request)
  const found = Object.fromEntries((answer?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]))
  return { status: answer?.status, headers: found, body: answer?.body as Buffer | undefined }
}

const mainOf = (page: Buffer | undefined) => /src="([^"]+)"/.exec(String(page))?.[1] ?? ''

test('the page loads scripts and styles of the server alone, and its policy allows no others', () => {
  const { status, headers, body } = get('/-/console/')
  assert.equal(status, 200)
  const urls = [...String(body).matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url)
  assert.ok(urls.length >= 3)
  for (const url of urls) assert.match(url ?? '', /^\/-\/console\/[\w.-]+$/)
  assert.doesNotMatch(String(body), /<script(?![^>]*src=)|<style|style=| on\w+=/)
  assert.match(headers['content-security-policy'] ?? '', /default-src 'none'; script-src 'self' /)
  assert.doesNotMatch(headers['content-security-policy'] ?? '', /unsafe-inline|\*|http/)
  assert.deepEqual([headers['x-content-type-options'], headers['cache-control']], ['nosniff', 'no-cache'])
})

test('files whose names have a hash are kept by browsers, and compressed for those that take it', () => {
  const target = mainOf(get('/-/console/').body)
  const plain = get(target)
  assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal(plain.headers['content-type'], 'text/javascript; charset=utf-8')
  const packed = get(target, { headers: { 'accept-encoding': 'br, gzip;q=0.5' } })
  assert.equal(packed.headers['content-encoding'], 'gzip')
  assert.deepEqual(gunzipSync(packed.body ?? ''), plain.body)
  assert.notEqual(packed.headers.etag, plain.headers.etag)
  const refused = get(target, { headers: { 'accept-encoding': 'gzip;q=0' } })
  assert.equal(refused.headers['content-encoding'], undefined)
})

test('a browser that has a file gets it again only if it changed', () => {
  const { etag = '' } = get('/-/console/').headers
  const again = get('/-/console/', { headers: { 'if-none-match': `"other", ${etag}` } })
  assert.deepEqual([again.status, again.body, again.headers['content-length']], [304, undefined, undefined])
  assert.equal(get('/-/console/', { headers: { 'if-none-match': '"other"' } }).status, 200)
})

test('what the console has is at fixed paths, and everything else is left to the object store or missing', () => {
  assert.deepEqual([get('/-/console').status, get('/-/console').headers.location], [308, '/-/console/'])
  assert.deepEqual(JSON.parse(String(get('/-/console/about.json').body)), { region: 'cn-hangzhou', version: '1.2.3' })
  assert.equal(get('/-/console/', { method: 'HEAD' }).body, undefined)
  for (const name of ['index.html.gz', '../package.json', '..%2fpackage.json', 'none.js']) {
    assert.equal(get(`/-/console/${name}`).status, 404, name)
  }
  for (const [target, more] of [
    ['/-/console/', { host: 'bucket.example.com' }],
    ['/-/console/', { method: 'PUT' }],
    ['/-/console/session', { method: 'POST' }],
    ['/-/consoles', {}],
  ] as const) {
    assert.equal(get(target, more).status, undefined, target)
  }
})
