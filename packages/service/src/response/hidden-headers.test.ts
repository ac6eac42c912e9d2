import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, startWithBucket } from '../testing/index.js'

test('answers leave out the headers that a rule hides for their operation, and nothing else', async () => {
  const started = await startWithBucket()
  const ask = (request: object) => call(started, { method: 'PUT', bucket: BUCKET, ...request })
  await ask({ key: 'k', body: 'hello', headers: { 'x-oss-meta-a': '1' } })
  const rule = (operation: string, ...headers: string[]) =>
    `<Rule><Name>n</Name><Filters><Operation>${operation}</Operation></Filters><HideHeaders>${headers.map((one) => `<Header>${one}</Header>`).join('')}</HideHeaders></Rule>`
  const rules = [
    rule('GetObject', 'last-modified', 'x-oss-meta-a', 'Content-Length', 'x-oss-request-id'),
    rule('Put', 'ETag'),
  ]
  const set = await ask({
    query: { responseHeader: '' },
    body: `<ResponseHeaderConfiguration>${rules.join('')}</ResponseHeaderConfiguration>`,
  })
  assert.equal(set.status, 200, set.text)
  const read = await ask({ method: 'GET', key: 'k' })
  assert.deepEqual([read.headers['last-modified'], read.headers['x-oss-meta-a']], [undefined, undefined])
  assert.deepEqual([read.text, read.headers['content-length']], ['hello', '5'])
  assert.ok(read.headers.etag !== undefined && read.headers['x-oss-request-id'] !== undefined)
  const head = await ask({ method: 'HEAD', key: 'k' })
  assert.equal(head.headers['x-oss-meta-a'], '1')
  const written = await ask({ key: 'k', body: 'x' })
  assert.equal(written.headers.etag, undefined)
  assert.ok(written.headers['x-oss-hash-crc64ecma'])
  await ask({ method: 'DELETE', query: { responseHeader: '' } })
  assert.ok((await ask({ method: 'GET', key: 'k' })).headers['last-modified'])
})
