import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Surface } from './surface.js'
import { SURFACES } from './surfaces.js'
import { BUCKET, call, send, startWithBucket, untouchable } from './testing/index.js'

/** An API that answers the name of the action in the query, and nothing else. */
const toy: Surface = {
  name: 'toy',
  serves: ({ target }) => target.startsWith('/?Action='),
  createHandle:
    ({ options: { region } }) =>
    ({ target }) => ({
      status: 200,
      headers: [['Server', 'Toy']],
      body: Buffer.from(`${target.slice('/?Action='.length)} in ${region}`),
      log: { requestId: 'TOY' },
    }),
}

const start = () => startWithBucket({ surfaces: [toy, ...SURFACES] })

test('a surface gets the requests that it serves, before their paths are taken for buckets', async () => {
  const started = await start()
  const answered = await call(started, { method: 'POST', query: { Action: 'AssumeRole' }, as: 'anonymous' })
  assert.deepEqual([answered.status, answered.headers.server], [200, 'Toy'])
  assert.match(answered.text, /^AssumeRole.* in cn-hangzhou$/)
})

test('all other requests are of the object store', async () => {
  const started = await start()
  await call(started, { method: 'PUT', bucket: BUCKET, key: '?Action=AssumeRole', body: 'x' })
  const read = await call(started, { method: 'GET', bucket: BUCKET, key: '?Action=AssumeRole' })
  assert.deepEqual([read.text, read.headers.server], ['x', 'AliyunOSS'])
})

test('a surface is chosen by the head alone', async () => {
  const body = untouchable()
  await send(await start(), { method: 'POST', query: { Action: 'AssumeRole' }, as: 'anonymous', body })
  assert.equal(body.touched(), false)
})
