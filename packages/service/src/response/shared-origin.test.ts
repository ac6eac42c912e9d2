import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, startWithBucket } from '../testing/index.js'

/** A public page, script and picture, as a browser requests them. */
async function pages() {
  const started = await startWithBucket()
  const types = {
    'page.html': 'text/html; charset=utf-8',
    'sw.js': 'text/javascript',
    'i.png': 'image/png',
    'i.svg': 'image/svg+xml',
  }
  for (const [key, type] of Object.entries(types)) {
    const headers = { 'content-type': type, 'x-oss-object-acl': 'public-read' }
    await call(started, { method: 'PUT', bucket: BUCKET, key, body: 'x', headers })
  }
  return (key: string, style: 'path' | 'host', headers: Record<string, string>) =>
    call(started, { method: 'GET', bucket: BUCKET, key, style, headers, as: 'anonymous' })
}

const BROWSER = { accept: 'text/html,application/xhtml+xml' }

test('a page below a path has an origin of its own in a browser, and one at the host of its bucket keeps that', async () => {
  const open = await pages()
  const policyOf = async (key: string, style: 'path' | 'host', headers: Record<string, string> = BROWSER) =>
    (await open(key, style, headers)).headers['content-security-policy']
  assert.equal(await policyOf('page.html', 'path'), 'sandbox')
  assert.equal(await policyOf('i.svg', 'path'), 'sandbox')
  assert.equal(await policyOf('i.png', 'path'), undefined)
  assert.equal(await policyOf('page.html', 'host'), undefined)
  assert.equal(await policyOf('page.html', 'path', {}), undefined, 'an SDK shows no page')
})

test('no object below a path becomes a service worker, and one at the host of its bucket may', async () => {
  const open = await pages()
  const worker = { 'service-worker': 'script' }
  const refused = await open('sw.js', 'path', worker)
  assert.equal(refused.status, 403)
  assert.equal(element(refused.text, 'Code'), 'AccessDenied')
  assert.equal((await open('sw.js', 'host', worker)).status, 200)
})
