import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExplainedObject } from '@bindery/protocol'
import {
  BUCKET,
  call,
  FULL_PART,
  initiate,
  type StartedService,
  startWithBucket,
  uploadPart,
} from '../../testing/index.js'

async function explain(started: StartedService, key: string, more: Record<string, string> = {}) {
  const query = { 'x-oss-ext-manifest': undefined, ...more }
  const response = await call(started, { method: 'GET', bucket: BUCKET, key, query })
  assert.equal(response.status, 200, response.text)
  return JSON.parse(response.text) as ExplainedObject
}

test('an object names the parts that it consists of, page by page', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  for (const number of [2, 3]) await uploadPart(started, 'k', uploadId, number, FULL_PART)
  await uploadPart(started, 'k', uploadId, 7, 'end')
  const headers = { 'x-oss-complete-all': 'yes' }
  await call(started, { method: 'POST', bucket: BUCKET, key: 'k', query: { uploadId }, headers })
  const first = await explain(started, 'k', { 'max-parts': '2' })
  assert.deepEqual(
    first.parts.map(({ partNumber, offset, size }) => [partNumber, offset, size]),
    [
      [2, 0, 102_400],
      [3, 102_400, 102_400],
    ],
  )
  assert.deepEqual([first.size, first.type, first.partCount], [204_803, 'Multipart', 3])
  const rest = await explain(started, 'k', { 'part-number-marker': String(first.nextPartNumberMarker) })
  const [last, ...none] = rest.parts
  assert.deepEqual([last?.partNumber, last?.offset, last?.size, none.length], [7, 204_800, 3, 0])
  assert.equal(last?.etag, '7F021A1415B86F2D013B2618FB31AE53')
  assert.equal(rest.nextPartNumberMarker, undefined)
})

test('an object that was put at once has no parts, and one that does not exist is reported', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x' })
  const { parts, partCount, size, type } = await explain(started, 'k')
  assert.deepEqual([parts, partCount, size, type], [[], 0, 1, 'Normal'])
  const query = { 'x-oss-ext-manifest': undefined }
  const response = await call(started, { method: 'GET', bucket: BUCKET, key: 'absent', query })
  assert.equal(response.status, 404)
})
