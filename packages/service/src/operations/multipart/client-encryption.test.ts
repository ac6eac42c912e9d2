import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  complete,
  element,
  initiate,
  type StartedService,
  startWithBucket,
  type TestResponse,
  uploadPart,
} from '../../testing/index.js'

const PART = 102_400
const DATA = 2 * PART + 1_000

function envelope(more: Record<string, string | undefined> = {}): Record<string, string> {
  const values = { key: 'k', start: 's', 'cek-alg': 'AES/CTR/NoPadding', 'wrap-alg': 'rsa', ...SIZES, ...more }
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([name, value]) => [`x-oss-meta-client-side-encryption-${name}`, value ?? '']))
}

const SIZES = { 'data-size': String(DATA), 'part-size': String(PART) }

const begin = (started: StartedService, more = {}) => initiate(started, 'k', { headers: envelope(more) })

function assertRefused(response: TestResponse, ec: string): void {
  assert.deepEqual([response.status, element(response.text, 'Code')], [400, 'InvalidEncryptionRequest'])
  assert.equal(response.headers['x-oss-ec'], ec)
}

const bytes = (size: number) => new Uint8Array(size)

test('an upload that its client encrypts states sizes that are numbers', async () => {
  const started = await startWithBucket()
  const cases: [Record<string, string | undefined>, string][] = [
    [{ 'part-size': undefined }, '0005-00000407'],
    [{ 'data-size': 'many' }, '0005-00000408'],
    [{ 'part-size': 'many' }, '0005-00000409'],
    [{ 'part-size': '0' }, '0005-00000409'],
  ]
  for (const [more, ec] of cases) {
    const query = { uploads: undefined }
    const refused = await call(started, { method: 'POST', bucket: BUCKET, key: 'k', query, headers: envelope(more) })
    assertRefused(refused, ec)
  }
})

test('its parts repeat the envelope and have the announced sizes', async () => {
  const started = await startWithBucket()
  const uploadId = await begin(started)
  const send = (number: number, size: number, headers: Record<string, string>) =>
    uploadPart(started, 'k', uploadId, number, bytes(size), { headers })
  assertRefused(await send(1, PART, {}), '0005-00000406')
  assertRefused(await send(1, PART, envelope({ start: 'other' })), '0005-00000418')
  assertRefused(await send(1, PART + 1, envelope()), '0005-00000419')
  assertRefused(await send(2, 1_000, envelope()), '0005-00000419')
  assertRefused(await send(3, PART, envelope()), '0005-00000420')
  assertRefused(await send(9, 5, envelope()), '0005-00000420')
  const chunked = { method: 'PUT', bucket: BUCKET, key: 'k', chunked: true, body: bytes(5), headers: envelope() }
  assertRefused(await call(started, { ...chunked, query: { partNumber: '1', uploadId } }), '0005-00000419')
  assert.equal((await send(1, PART, envelope())).status, 200)
  const listed = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', query: { uploadId } })
  const names = ['Key', 'Start', 'CekAlg', 'WrapAlg', 'DataSize', 'PartSize']
  const shown = names.map((name) => element(listed.text, `ClientEncryption${name}`))
  assert.deepEqual(shown, ['k', 's', 'AES/CTR/NoPadding', 'rsa', String(DATA), String(PART)])
})

test('it is completed only whole, and its object cannot be the source of a part', async () => {
  const started = await startWithBucket()
  const uploadId = await begin(started)
  const all = { headers: { 'x-oss-complete-all': 'yes' } }
  const sizes = [PART, PART, 1_000]
  for (const [index, size] of sizes.entries()) {
    assertRefused(await complete(started, 'k', uploadId, '', all), '0005-00000411')
    await uploadPart(started, 'k', uploadId, index + 1, bytes(size), { headers: envelope() })
  }
  const done = await complete(started, 'k', uploadId, '', all)
  assert.equal(done.status, 200)
  const other = await initiate(started, 'other')
  const copied = await uploadPart(started, 'other', other, 1, '', {
    headers: { 'x-oss-copy-source': `/${BUCKET}/k` },
  })
  assertRefused(copied, '0042-00000309')
})

test('without a data size parts are at most of the part size; other uploads are not judged', async () => {
  const started = await startWithBucket()
  const open = await begin(started, { 'data-size': undefined })
  const headers = envelope({ 'data-size': undefined })
  assertRefused(await uploadPart(started, 'k', open, 1, bytes(PART + 1), { headers }), '0005-00000419')
  assert.equal((await uploadPart(started, 'k', open, 1, bytes(7), { headers })).status, 200)
  assert.equal((await complete(started, 'k', open, '', { headers: { 'x-oss-complete-all': 'yes' } })).status, 200)
  const plain = await initiate(started, 'plain')
  assert.equal((await uploadPart(started, 'plain', plain, 7, bytes(9), { headers: envelope() })).status, 200)
})
