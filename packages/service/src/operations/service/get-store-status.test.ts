import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoreStatus } from '@bindery/protocol'
import {
  BUCKET,
  call,
  FULL_PART,
  initiate,
  OTHER,
  type StartedService,
  startWithBucket,
  type TestRequest,
  uploadPart,
} from '../../testing/index.js'

function ask(started: StartedService, more: Partial<TestRequest> = {}) {
  return call(started, { method: 'GET', query: { 'x-oss-ext-status': undefined }, ...more })
}

async function status(started: StartedService): Promise<StoreStatus> {
  return JSON.parse((await ask(started)).text)
}

async function sweep(started: StartedService): Promise<void> {
  while ((await started.service.sweep()).more);
}

test('the usage of incomplete uploads is reported for each bucket of the requester, next to its objects', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: 'empty' })
  await call(started, { method: 'PUT', bucket: 'theirs', as: OTHER })
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'object', body: 'hello' })
  const uploadId = await initiate(started, 'k')
  for (const partNumber of [1, 2]) await uploadPart(started, 'k', uploadId, partNumber)
  assert.deepEqual((await status(started)).buckets, [
    { name: BUCKET, objects: 1, objectBytes: 5, uploads: 1, parts: 2, partBytes: 204_800 },
    { name: 'empty', objects: 0, objectBytes: 0, uploads: 0, parts: 0, partBytes: 0 },
  ])
})

test('unlinked data are reported with their bytes until they have been freed', async () => {
  const started = await startWithBucket()
  const nothing = { rows: 0, byKind: { blob: 0, manifest: 0, rows: 0 }, bytes: 0, rowsUnsized: 0, isTruncated: false }
  assert.deepEqual((await status(started)).garbage, nothing)
  const uploadId = await initiate(started, 'k')
  for (const partNumber of [1, 1, 2]) await uploadPart(started, 'k', uploadId, partNumber)
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'object', body: 'hello' })
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'object' })
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k', query: { uploadId } })
  assert.deepEqual((await status(started)).garbage, {
    ...nothing,
    rows: 3,
    byKind: { blob: 2, manifest: 0, rows: 1 },
    bytes: 3 * FULL_PART.length + 5,
  })
  await sweep(started)
  assert.deepEqual((await status(started)).garbage, nothing)
})

test('only signed requests are answered', async () => {
  const started = await startWithBucket()
  assert.equal((await ask(started, { as: 'anonymous' })).status, 403)
  assert.equal((await ask(started, { signature: 'v1' })).status, 200)
})
