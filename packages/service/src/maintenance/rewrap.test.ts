import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createKeyRenewal, masterKeyOf } from '@bindery/encryption'
import {
  BUCKET,
  call,
  complete,
  element,
  initiate,
  setVersioning,
  startWithBucket,
  uploadPart,
} from '../testing/index.js'
import { rewrapKeys } from './rewrap.js'

/** The master key of a service under test, and one that it does not have. */
const KNOWN = masterKeyOf(new Uint8Array(32).fill(7))
const NEXT = masterKeyOf(new Uint8Array(32).fill(8))
const PART = 'p'.repeat(102_400)

/** A service with an object of each kind that has data keys, and the paths at which their bytes are read. */
async function filled() {
  const started = await startWithBucket()
  const ask = (request: object) => call(started, { method: 'PUT', bucket: BUCKET, ...request })
  const byDefault =
    '<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>'
  await ask({ query: { encryption: '' }, body: `<ServerSideEncryptionRule>${byDefault}</ServerSideEncryptionRule>` })
  await setVersioning(started, 'Enabled')
  for (const key of ['tiny', 'tiny']) await ask({ key, body: 'few' })
  await ask({ key: 'large', body: PART })
  const parts = await initiate(started, 'parts')
  const etags: [number, string][] = []
  for (const number of [1, 2]) {
    const { headers } = await uploadPart(started, 'parts', parts, number, PART)
    etags.push([number, (headers.etag ?? '').replaceAll('"', '')])
  }
  assert.equal((await complete(started, 'parts', parts, etags)).status, 200)
  const slices = await initiate(started, 'slices')
  const copied = await ask({
    key: 'slices',
    query: { partNumber: '1', uploadId: slices },
    headers: { 'x-oss-copy-source': `/${BUCKET}/parts`, 'x-oss-copy-source-range': 'bytes=1000-150000' },
  })
  const tag = (element(copied.text, 'ETag') ?? '').replace(/&quot;|"/g, '')
  assert.equal((await complete(started, 'slices', slices, [[1, tag]])).status, 200)
  await ask({ method: 'POST', key: 'grown', query: { append: '', position: '0' }, body: 'grown' })
  const open = await initiate(started, 'open')
  const first = await uploadPart(started, 'open', open, 1, PART)
  const end = () => complete(started, 'open', open, [[1, (first.headers.etag ?? '').replaceAll('"', '')]])
  const listed = await ask({ method: 'GET', query: { versions: '' } })
  const ids = [...listed.text.matchAll(/<Key>([^<]*)<\/Key><VersionId>([^<]*)</g)]
  /** Status of a read of each version. */
  const statuses = async () => {
    const found = new Set<number>()
    for (const [, key, versionId] of ids) found.add((await ask({ method: 'GET', key, query: { versionId } })).status)
    return [...found]
  }
  return { started, statuses, end, count: ids.length }
}

test('every data key of a store is put under the newest master key, and back', async () => {
  const { started, statuses, end, count } = await filled()
  assert.equal(count, 6)
  assert.deepEqual(await statuses(), [200])
  const away = await rewrapKeys(started.metadata, createKeyRenewal([NEXT, KNOWN], randomBytes))
  // each version, the open upload, and the part that consists of slices
  assert.deepEqual(away, { records: count + 2, secrets: 0 })
  assert.deepEqual(await statuses(), [403], 'something still opens under the old master key')
  assert.deepEqual(await rewrapKeys(started.metadata, createKeyRenewal([NEXT, KNOWN], randomBytes)), {
    records: 0,
    secrets: 0,
  })
  await rewrapKeys(started.metadata, createKeyRenewal([KNOWN, NEXT], randomBytes))
  assert.deepEqual(await statuses(), [200])
  assert.equal((await end()).status, 200)
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'open' })).text, PART)
})

test('a key that does not open under its master key is reported, and not lost', async () => {
  const { started, statuses } = await filled()
  const broken = { ...KNOWN, key: new Uint8Array(32).fill(1) }
  await assert.rejects(rewrapKeys(started.metadata, createKeyRenewal([NEXT, broken], randomBytes)), RangeError)
  assert.deepEqual(await statuses(), [200])
})
