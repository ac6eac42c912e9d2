import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byteString } from '@bindery/bytes'
import type { ExplainedUpload } from '@bindery/protocol'
import { signIn } from '../../console/testing.js'
import {
  BUCKET,
  call,
  element,
  FULL_PART,
  initiate,
  OTHER,
  Ram,
  ROOT,
  type StartedService,
  startWithBucket,
  uploadPart,
} from '../../testing/index.js'
import { documentOf } from '../../testing/ram.js'

type Query = Record<string, string | undefined>

function ask(started: StartedService, uploadId: string, query: Query = {}, more = {}) {
  const keys = { uploadId, 'x-oss-ext-parts-map': undefined, ...query }
  return call(started, { method: 'GET', bucket: BUCKET, key: 'k', query: keys, ...more })
}

async function explain(started: StartedService, uploadId: string, query: Query = {}): Promise<ExplainedUpload> {
  const response = await ask(started, uploadId, query)
  assert.equal(response.status, 200, response.text)
  assert.equal(response.headers['content-type'], 'application/json')
  return JSON.parse(response.text)
}

test('the explanation of an upload names its initiator, its parts and gaps, and whether it could be completed', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  for (const [partNumber, body] of [
    [2, FULL_PART],
    [3, FULL_PART],
    [7, 'end'],
  ] as const) {
    started.advance(1_500)
    await uploadPart(started, 'k', uploadId, partNumber, body)
  }
  started.advance(60_000)
  assert.deepEqual(await explain(started, uploadId), {
    bucket: BUCKET,
    key: 'k',
    uploadId,
    initiator: ROOT.account.id,
    client: { accessKeyId: ROOT.accessKeyId, remoteAddress: '127.0.0.1' },
    initiated: '2026-01-05T08:00:00.000Z',
    lastActivity: '2026-01-05T08:00:04.500Z',
    sequential: false,
    storageClass: 'Standard',
    partCount: 3,
    bytes: 204_803,
    bytesOfLastMinute: 3,
    runs: [
      { from: 2, to: 3, size: 102_400 },
      { from: 7, to: 7, size: 3 },
    ],
    gaps: [
      { from: 1, to: 1 },
      { from: 4, to: 6 },
    ],
    undersized: [],
    completable: true,
  })
})

test('the explanation of an upload with undersized parts names them, and the error of a Complete', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  for (const partNumber of [1, 2, 3]) await uploadPart(started, 'k', uploadId, partNumber, 'small')
  const { undersized, completable, obstacle } = await explain(started, uploadId)
  assert.deepEqual([undersized, completable], [[{ from: 1, to: 2 }], false])
  assert.equal(obstacle?.code, 'EntityTooSmall')
  assert.equal(obstacle?.partNumber, 1)
  const all = { 'x-oss-complete-all': 'yes' }
  const refused = await call(started, { method: 'POST', bucket: BUCKET, key: 'k', query: { uploadId }, headers: all })
  assert.equal(element(refused.text, 'Code'), obstacle?.code)
  assert.equal(element(refused.text, 'Message'), obstacle?.message)
})

test('parts are listed a page at a time, with the digests of their bytes', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  for (const partNumber of [1, 2, 3]) await uploadPart(started, 'k', uploadId, partNumber, 'hello oss')
  const first = await explain(started, uploadId, { 'x-oss-ext-detail': 'parts', 'max-parts': '2' })
  assert.deepEqual(first.parts?.[0], {
    partNumber: 1,
    size: 9,
    etag: '337B33C02F89493026843983FF272A30',
    crc64: '15021467531229347219',
    lastModified: '2026-01-05T08:00:00.000Z',
  })
  assert.equal(first.nextPartNumberMarker, 2)
  const marker = { 'x-oss-ext-detail': 'parts', 'max-parts': '2', 'part-number-marker': '2' }
  const second = await explain(started, uploadId, marker)
  assert.deepEqual(
    [second.parts?.map(({ partNumber }) => partNumber), second.nextPartNumberMarker, second.partCount],
    [[3], undefined, 3],
  )
})

test('for an object of a known size the explanation plans what is left to send', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  await uploadPart(started, 'k', uploadId, 1)
  await uploadPart(started, 'k', uploadId, 3, 'wrong')
  const size = 4 * FULL_PART.length + 100
  const { plan } = await explain(started, uploadId, { 'x-oss-ext-size': String(size) })
  assert.deepEqual(plan, {
    size,
    partSize: 102_400,
    partCount: 5,
    possible: true,
    missing: [
      { from: 2, to: 2, offset: 102_400, bytes: 102_400 },
      { from: 4, to: 5, offset: 307_200, bytes: 102_500 },
    ],
    resend: [{ partNumber: 3, offset: 204_800, bytes: 102_400, storedBytes: 5 }],
    surplus: [],
    bytesMissing: 307_300,
    percent: 24.9,
  })
  for (const [partNumber, body] of [
    [2, FULL_PART],
    [3, FULL_PART],
    [4, FULL_PART],
    [5, new Uint8Array(100)],
  ] as const) {
    await uploadPart(started, 'k', uploadId, partNumber, body)
  }
  const done = (await explain(started, uploadId, { 'x-oss-ext-size': String(size) })).plan
  assert.deepEqual([done?.missing, done?.resend, done?.bytesMissing, done?.percent], [[], [], 0, 100])
})

test('a sequential upload with a part of the wrong size cannot be resumed', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k', { query: { sequential: undefined } })
  await uploadPart(started, 'k', uploadId, 1)
  const plan = async (partSize: string) =>
    (await explain(started, uploadId, { 'x-oss-ext-size': '400000', 'x-oss-ext-part-size': partSize })).plan?.possible
  assert.equal(await plan('102400'), true)
  assert.equal(await plan('200000'), false)
})

test('an object that would need more than 10,000 parts, and other invalid values, are refused', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  for (const query of [
    { 'x-oss-ext-size': '1024000001', 'x-oss-ext-part-size': '102400' },
    { 'x-oss-ext-size': '-1' },
    { 'x-oss-ext-size': '1', 'x-oss-ext-part-size': '1' },
    { 'x-oss-ext-detail': 'everything' },
  ]) {
    const { status, text } = await ask(started, uploadId, query)
    assert.deepEqual([status, element(text, 'Code')], [400, 'InvalidArgument'], JSON.stringify(query))
  }
})

test('a requester that may not list the parts of an upload learns nothing about it, and neither does anyone about a missing one', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  assert.equal((await ask(started, uploadId, {}, { as: OTHER })).status, 403)
  assert.equal((await ask(started, uploadId, {}, { as: 'anonymous' })).status, 403)
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k', query: { uploadId } })
  const gone = await ask(started, uploadId)
  assert.deepEqual([gone.status, element(gone.text, 'Code')], [404, 'NoSuchUpload'])
})

test('either signature is accepted, and without its key the answer is that of ListParts', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  for (const signature of ['v1', 'v4']) assert.equal((await ask(started, uploadId, {}, { signature })).status, 200)
  const listed = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', query: { uploadId } })
  assert.match(listed.text, /<ListPartsResult>/)
})

test('an upload of more parts than one read returns is explained completely', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  for (let partNumber = 1; partNumber <= 4_500; partNumber += 1) {
    await uploadPart(started, 'k', uploadId, partNumber, 'x'.repeat(partNumber % 7))
  }
  const { partCount, runs, undersized } = await explain(started, uploadId)
  assert.deepEqual([partCount, runs.length, undersized], [4_500, 4_500, [{ from: 1, to: 4_499 }]])
})

test('what a client stated when it began an upload is shown in full to those who may read the object', async () => {
  const started = await startWithBucket()
  const headers = {
    'content-type': 'video/mp4',
    'user-agent': 'camera/1.0 '.padEnd(300, 'x'),
    'x-oss-meta-scene': byteString('开场'),
    'x-oss-tagging': 'team=film',
    'x-oss-server-side-encryption': 'AES256',
  }
  const uploadId = await initiate(started, 'k', { headers })
  const full = { 'x-oss-ext-detail': 'full' }
  const { client, object } = await explain(started, uploadId, full)
  assert.deepEqual(client?.userAgent, headers['user-agent'].slice(0, 256))
  assert.deepEqual(object, {
    contentType: 'video/mp4',
    encryption: 'AES256',
    metadata: { scene: '开场' },
    tags: [{ key: 'team', value: 'film' }],
  })
  assert.equal((await explain(started, uploadId)).object, undefined)
  const lists = { Effect: 'Allow', Action: 'oss:ListParts', Resource: '*' }
  const alice = await new Ram(started).user('alice', lists)
  const shown = JSON.parse((await ask(started, uploadId, full, { as: alice })).text) as ExplainedUpload
  assert.deepEqual([shown.object, shown.client?.remoteAddress], [undefined, '127.0.0.1'])
})

test('another account that may list the parts of an upload does not see with which client it began', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  const statement = { Effect: 'Allow', Principal: [OTHER.account.id], Action: 'oss:ListParts', Resource: '*' }
  await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: undefined }, body: documentOf([statement]) })
  const { status, text } = await ask(started, uploadId, {}, { as: OTHER })
  assert.deepEqual([status, (JSON.parse(text) as ExplainedUpload).client], [200, undefined])
})

test('the session of a console is shown as the key that began it', async () => {
  const started = await startWithBucket()
  const { key: as } = await signIn(started, ROOT)
  const uploadId = await initiate(started, 'k', { as })
  assert.equal((await explain(started, uploadId)).client?.accessKeyId, ROOT.accessKeyId)
})

test('the timeline of an upload shows when its parts arrived, and when none did', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  const full = { 'x-oss-ext-detail': 'full' }
  assert.deepEqual((await explain(started, uploadId, full)).timeline, { slotMs: 1_000, bytes: [], pauses: [] })
  for (const [waitMs, partNumber, body] of [
    [500, 1, 'one'],
    [400, 2, 'second'],
    [119_100, 3, 'third'],
    [1_000, 1, 'again'],
  ] as const) {
    started.advance(waitMs)
    await uploadPart(started, 'k', uploadId, partNumber, body)
  }
  const { timeline, bytesOfLastMinute } = await explain(started, uploadId, full)
  assert.equal(timeline?.firstPart, '2026-01-05T08:00:00.900Z')
  assert.equal(timeline.slotMs, 2_017)
  assert.deepEqual([timeline.bytes.length, timeline.bytes[0], timeline.bytes.at(-1)], [60, 6, 10])
  assert.equal(
    timeline.bytes.reduce((sum, one) => sum + one, 0),
    16,
  )
  assert.deepEqual(timeline.pauses, [{ from: '2026-01-05T08:00:00.900Z', to: '2026-01-05T08:02:00.000Z' }])
  assert.equal(bytesOfLastMinute, 10)
})
