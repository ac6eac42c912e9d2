import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExplainedUpload } from '@bindery/protocol'
import { audit } from '../../maintenance/audit.js'
import {
  BUCKET,
  call,
  complete,
  element,
  FULL_PART,
  initiate,
  type StartedService,
  startWithBucket,
  uploadPart,
} from '../../testing/index.js'

const FULL_CRC = (part: { headers: Readonly<Record<string, string>> }) => part.headers['x-oss-hash-crc64ecma']

function begin(started: StartedService, when: string, headers: Record<string, string> = {}, query = {}) {
  return initiate(started, 'k', { headers: { 'x-oss-ext-auto-complete': when, ...headers }, query })
}

async function stored(started: StartedService): Promise<number | undefined> {
  const { status, headers } = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  return status === 200 ? Number(headers['content-length']) : undefined
}

async function explain(started: StartedService, uploadId: string): Promise<ExplainedUpload> {
  const query = { uploadId, 'x-oss-ext-parts-map': '' }
  return JSON.parse((await call(started, { method: 'GET', bucket: BUCKET, key: 'k', query })).text)
}

test('an upload of a number of parts is an object as soon as its last part is answered, in whatever order they came', async () => {
  const started = await startWithBucket()
  const uploadId = await begin(started, 'parts=3')
  for (const partNumber of [3, 1]) await uploadPart(started, 'k', uploadId, partNumber)
  assert.equal(await stored(started), undefined)
  assert.equal((await uploadPart(started, 'k', uploadId, 2)).status, 200)
  assert.equal(await stored(started), 3 * FULL_PART.length)
  assert.equal((await uploadPart(started, 'k', uploadId, 4)).status, 404)
})

test('parts that arrive at the same time complete their upload once', async () => {
  const started = await startWithBucket()
  const uploadId = await begin(started, 'parts=20')
  const numbers = Array.from({ length: 20 }, (_, index) => index + 1)
  const parts = await Promise.all(numbers.map((partNumber) => uploadPart(started, 'k', uploadId, partNumber)))
  assert.deepEqual([...new Set(parts.map(({ status }) => status))], [200])
  assert.equal(await stored(started), 20 * FULL_PART.length)
})

test('an upload of a size is whole when its parts have that many bytes', async () => {
  const started = await startWithBucket()
  const uploadId = await begin(started, `size=${FULL_PART.length + 3}`)
  assert.deepEqual((await explain(started, uploadId)).autoComplete, { size: 102_403 })
  await uploadPart(started, 'k', uploadId, 2, 'a')
  await uploadPart(started, 'k', uploadId, 1)
  assert.equal((await explain(started, uploadId)).plan?.bytesMissing, 3)
  assert.equal(await stored(started), undefined)
  await uploadPart(started, 'k', uploadId, 2, 'end')
  assert.equal(await stored(started), 102_403)
})

test('a part too many, or one that is missing, keeps an upload open', async () => {
  const started = await startWithBucket()
  const uploadId = await begin(started, 'parts=2')
  await uploadPart(started, 'k', uploadId, 1)
  await uploadPart(started, 'k', uploadId, 3)
  await uploadPart(started, 'k', uploadId, 2)
  assert.equal(await stored(started), undefined)
  assert.equal((await explain(started, uploadId)).completable, true)
})

test('a part that is copied completes its upload as well', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'source', body: FULL_PART })
  const uploadId = await begin(started, 'parts=1')
  const query = { partNumber: '1', uploadId }
  const headers = { 'x-oss-copy-source': `/${BUCKET}/source` }
  assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', query, headers })).status, 200)
  assert.equal(await stored(started), FULL_PART.length)
})

test('the Complete of a client that does not know it is answered like the first, with all parts or the exact list', async () => {
  const started = await startWithBucket()
  const uploadId = await begin(started, 'parts=2')
  const first = await uploadPart(started, 'k', uploadId, 1)
  const second = await uploadPart(started, 'k', uploadId, 2, 'end')
  const list = [
    [1, first.headers.etag],
    [2, second.headers.etag],
  ] as const
  const exact = await complete(started, 'k', uploadId, list)
  assert.equal(exact.status, 200, exact.text)
  const all = await complete(started, 'k', uploadId, '', { headers: { 'x-oss-complete-all': 'yes' } })
  assert.equal(all.status, 200, all.text)
  assert.equal(all.text, exact.text)
  const head = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  assert.equal(exact.headers.etag, head.headers.etag)
  const other = await complete(started, 'k', uploadId, list.slice(0, 1))
  assert.deepEqual([other.status, element(other.text, 'Code')], [404, 'NoSuchUpload'])
})

test('an upload with the CRC that was declared is completed; with another it stays open and reports why', async () => {
  const started = await startWithBucket()
  const crc = FULL_CRC(await call(started, { method: 'PUT', bucket: BUCKET, key: 'same', body: FULL_PART }))
  const right = await begin(started, `parts=1; crc64=${crc}`)
  await uploadPart(started, 'k', right, 1)
  assert.equal(await stored(started), FULL_PART.length)
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k' })

  const wrong = await begin(started, `parts=1; crc64=${crc}`)
  assert.equal((await uploadPart(started, 'k', wrong, 1, 'damaged')).status, 200)
  await started.service.sweep()
  assert.equal(await stored(started), undefined)
  const { autoComplete, completable } = await explain(started, wrong)
  assert.deepEqual([autoComplete?.failure?.code, autoComplete?.crc64, completable], ['CrcMismatch', crc, true])
  await uploadPart(started, 'k', wrong, 1)
  assert.equal(await stored(started), FULL_PART.length)
})

test('what a Complete would refuse is kept as the reason, and the part is answered nevertheless', async () => {
  const started = await startWithBucket()
  const small = await begin(started, 'parts=2')
  for (const partNumber of [1, 2]) assert.equal((await uploadPart(started, 'k', small, partNumber, 'x')).status, 200)
  assert.equal((await explain(started, small)).autoComplete?.failure?.code, 'EntityTooSmall')

  const careful = await begin(started, 'parts=1', { 'x-oss-forbid-overwrite': 'true' })
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'first' })
  assert.equal((await uploadPart(started, 'k', careful, 1)).status, 200)
  assert.equal((await explain(started, careful)).autoComplete?.failure?.code, 'FileAlreadyExists')
  assert.equal(await stored(started), 5)
})

test('a sequential upload completes itself, too', async () => {
  const started = await startWithBucket()
  const uploadId = await begin(started, 'parts=2', {}, { sequential: '' })
  await uploadPart(started, 'k', uploadId, 1)
  await uploadPart(started, 'k', uploadId, 2, 'end')
  assert.equal(await stored(started), FULL_PART.length + 3)
})

test('an audit finds nothing wrong with an upload that could not complete itself', async () => {
  const started = await startWithBucket()
  const uploadId = await begin(started, 'parts=1; crc64=1')
  await uploadPart(started, 'k', uploadId, 1)
  const findings: unknown[] = []
  const { metadata, blobs } = started
  const random = (bytes: number) => new Uint8Array(bytes)
  await audit({ metadata, blobs, random, bytes: true, onFinding: (finding) => findings.push(finding) })
  assert.deepEqual(findings, [])
})

test('a wish that makes no sense is refused when the upload is begun', async () => {
  const started = await startWithBucket()
  for (const wish of [
    'yes',
    'parts=0',
    'parts=10001',
    'parts=-1',
    'size=x',
    'size=99999999999999',
    'parts=1;size=2',
    'parts=1; crc64=18446744073709551616',
    'crc64=5',
  ]) {
    const headers = { 'x-oss-ext-auto-complete': wish }
    const refused = await call(started, { method: 'POST', bucket: BUCKET, key: 'k', query: { uploads: '' }, headers })
    assert.deepEqual([refused.status, element(refused.text, 'Code')], [400, 'InvalidArgument'], wish)
  }
})
