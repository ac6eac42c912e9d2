import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  elements,
  initiate,
  type StartedService,
  startWithBucket,
  type TestRequest,
  type TestResponse,
} from '../../testing/index.js'

const request = (started: StartedService, method: string, key: string, rest: Partial<TestRequest> = {}) =>
  call(started, { method, bucket: BUCKET, key, ...rest })

function link(started: StartedService, key: string, target: string, headers: Record<string, string> = {}) {
  const query = { symlink: undefined }
  return request(started, 'PUT', key, { query, headers: { 'x-oss-symlink-target': target, ...headers } })
}

const codeOf = ({ text, headers }: TestResponse) =>
  element(text === '' ? Buffer.from(headers['x-oss-err'] ?? '', 'base64').toString() : text, 'Code')

async function startWithTarget(): Promise<StartedService> {
  const started = await startWithBucket()
  await request(started, 'PUT', 'dir/target', {
    body: '0123456789',
    headers: { 'content-type': 'text/plain', 'x-oss-meta-of': 'target', 'x-oss-tagging': 'a=b' },
  })
  started.advance(5_000)
  const made = await link(started, 'link', 'dir%2Ftarget', { 'x-oss-meta-of': 'link', 'content-type': 'image/png' })
  assert.equal(made.status, 200)
  return started
}

test('reads through a symlink show the bytes of its target, and its own metadata', async () => {
  const started = await startWithTarget()
  const target = (await request(started, 'HEAD', 'dir/target')).headers
  for (const method of ['GET', 'HEAD']) {
    const { status, headers, text } = await request(started, method, 'link')
    assert.deepEqual([status, text], [200, method === 'GET' ? '0123456789' : ''])
    for (const name of ['etag', 'content-length', 'content-md5', 'x-oss-hash-crc64ecma']) {
      assert.equal(headers[name], target[name], name)
    }
    assert.equal(headers['x-oss-object-type'], 'Symlink')
    assert.equal(headers['content-type'], 'image/png')
    assert.equal(headers['x-oss-meta-of'], 'link')
    assert.equal(headers['x-oss-tagging-count'], undefined)
    assert.equal(headers['last-modified'], 'Mon, 05 Jan 2026 08:00:05 GMT')
  }
  const ranged = await request(started, 'GET', 'link', { headers: { range: 'bytes=2-4' } })
  assert.deepEqual([ranged.status, ranged.text], [206, '234'])
  started.advance(5_000)
  await request(started, 'PUT', 'dir/target', { body: 'new' })
  const { headers } = await request(started, 'HEAD', 'link')
  assert.deepEqual([headers['content-length'], headers['last-modified']], ['3', 'Mon, 05 Jan 2026 08:00:10 GMT'])
  const unmodified = await request(started, 'GET', 'link', { headers: { 'if-none-match': headers.etag ?? '' } })
  assert.equal(unmodified.status, 304)
})

test('GetSymlink, GetObjectMeta and listings show the symlink itself', async () => {
  const started = await startWithTarget()
  const found = await request(started, 'GET', 'link', { query: { symlink: undefined } })
  assert.equal(found.status, 200)
  assert.equal(found.headers['x-oss-symlink-target'], 'dir%2Ftarget')
  assert.equal(found.headers['content-length'], '0')
  assert.equal(found.headers['x-oss-meta-of'], 'link')
  const meta = await request(started, 'HEAD', 'link', { query: { objectMeta: undefined } })
  assert.deepEqual([meta.headers['content-length'], meta.headers.etag], ['0', found.headers.etag])
  const list = await call(started, { method: 'GET', bucket: BUCKET })
  assert.deepEqual(elements(list.text, 'Type'), ['Normal', 'Symlink'])
  assert.deepEqual(elements(list.text, 'Size'), ['10', '0'])
  const normal = await request(started, 'GET', 'dir/target', { query: { symlink: undefined } })
  assert.deepEqual([normal.status, codeOf(normal), normal.headers['x-oss-ec']], [400, 'NotSymlink', '0043-00000101'])
  const missing = await request(started, 'GET', 'none', { query: { symlink: undefined } })
  assert.deepEqual([missing.status, codeOf(missing)], [404, 'NoSuchKey'])
})

test('a target that is missing, or a symlink itself, is an error of the read, not of the symlink', async () => {
  const started = await startWithTarget()
  await link(started, 'dangling', 'none')
  await link(started, 'again', 'link')
  await link(started, 'loop', 'loop')
  for (const method of ['GET', 'HEAD']) {
    const dangling = await request(started, method, 'dangling')
    assert.deepEqual([dangling.status, codeOf(dangling)], [404, 'SymlinkTargetNotExist'])
    assert.equal(dangling.headers['x-oss-ec'], '0026-00000012')
    for (const key of ['again', 'loop']) {
      const refused = await request(started, method, key)
      assert.deepEqual([refused.status, codeOf(refused)], [400, 'InvalidTargetType'])
    }
  }
})

test('a copy of a symlink is a symlink, and a part cannot be a copy of one', async () => {
  const started = await startWithTarget()
  const source = { 'x-oss-copy-source': `/${BUCKET}/link` }
  assert.equal((await request(started, 'PUT', 'copy', { headers: source })).status, 200)
  await request(started, 'DELETE', 'link')
  while ((await started.service.sweep()).freed > 0);
  const { headers, text } = await request(started, 'GET', 'copy')
  assert.deepEqual([headers['x-oss-object-type'], text], ['Symlink', '0123456789'])
  const uploadId = await initiate(started, 'upload')
  const query = { partNumber: '1', uploadId }
  const part = await request(started, 'PUT', 'upload', { query, headers: { 'x-oss-copy-source': `/${BUCKET}/copy` } })
  assert.equal(codeOf(part), 'InvalidTargetType')
})

test('forbid-overwrite holds for symlinks, and a put replaces one', async () => {
  const started = await startWithTarget()
  const kept = await link(started, 'link', 'other', { 'x-oss-forbid-overwrite': 'true' })
  assert.deepEqual([kept.status, codeOf(kept)], [409, 'FileAlreadyExists'])
  await request(started, 'PUT', 'link', { body: 'put' })
  const { headers, text } = await request(started, 'GET', 'link')
  assert.deepEqual([headers['x-oss-object-type'], text], ['Normal', 'put'])
})

test('a read through a symlink needs the permission to read its target', async () => {
  const started = await startWithTarget()
  const open = { 'x-oss-object-acl': 'public-read' }
  await link(started, 'open', 'dir%2Ftarget', open)
  const denied = await request(started, 'GET', 'open', { as: 'anonymous' })
  assert.deepEqual([denied.status, codeOf(denied)], [403, 'AccessDenied'])
  await request(started, 'PUT', 'dir/target', { query: { acl: undefined }, headers: open })
  assert.equal((await request(started, 'GET', 'open', { as: 'anonymous' })).text, '0123456789')
})
