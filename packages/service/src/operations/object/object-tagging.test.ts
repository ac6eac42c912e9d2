import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, elements, type StartedService, startWithBucket } from '../../testing/index.js'

const query = { tagging: '' }
const get = (started: StartedService) => call(started, { method: 'GET', bucket: BUCKET, key: 'k', query })
const put = (started: StartedService, tags: string) => {
  const body = `<Tagging><TagSet>${tags}</TagSet></Tagging>`
  return call(started, { method: 'PUT', bucket: BUCKET, key: 'k', query, body })
}
const tag = (key: string, value = 'v') => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`

test('the tags of an object are replaced, answered and deleted, and nothing else of it changes', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x', headers: { 'x-oss-tagging': 'a=1' } })
  const before = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  started.advance(10_000)
  assert.equal((await put(started, tag('k1', 'ü') + tag('k2', ''))).status, 200)
  const { text } = await get(started)
  assert.deepEqual(
    [elements(text, 'Key'), elements(text, 'Value')],
    [
      ['k1', 'k2'],
      ['ü', ''],
    ],
  )
  const after = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  assert.equal(after.headers['x-oss-tagging-count'], '2')
  assert.deepEqual(
    [after.headers.etag, after.headers['last-modified']],
    [before.headers.etag, before.headers['last-modified']],
  )
  assert.equal((await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k', query })).status, 204)
  assert.equal((await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k', query })).status, 204)
  assert.match((await get(started)).text, /<Tagging><TagSet>(<\/TagSet>)<\/Tagging>|<Tagging><TagSet\/><\/Tagging>/)
})

test('tags that OSS does not take, and tags of nothing, are refused', async () => {
  const started = await startWithBucket()
  assert.equal(element((await get(started)).text, 'Code'), 'NoSuchKey')
  assert.equal(element((await put(started, tag('a'))).text, 'Code'), 'NoSuchKey')
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x' })
  const code = async (tags: string) => element((await put(started, tags)).text, 'Code')
  assert.equal(await code(tag('a') + tag('a')), 'InvalidArgument')
  assert.equal(await code(Array.from({ length: 11 }, (_, index) => tag(`k${index}`)).join('')), 'InvalidTag')
  assert.equal(await code(tag('k'.repeat(129))), 'InvalidTag')
  assert.equal(await code(tag('a', 'v'.repeat(257))), 'InvalidTag')
  assert.equal(await code(tag('a*')), 'InvalidTag')
  assert.equal(await code(tag('')), 'InvalidTag')
})
