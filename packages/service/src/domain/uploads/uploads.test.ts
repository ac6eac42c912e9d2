import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { ListedParts } from '@bindery/protocol'
import { createMemoryBlobStore, createMemoryMetadataStore, withFaults } from '@bindery/storage'
import { findObject } from '../objects/objects.js'
import {
  BUCKET,
  blobCount,
  get,
  initiate,
  key,
  named,
  OWNER,
  part,
  put,
  sourceOf,
  sweepAll,
  testDomain,
} from '../testing.js'
import { completeUpload } from './complete.js'
import { uploadPart } from './upload-part.js'
import { listParts } from './uploads.js'

test('an upload id is 32 upper-case hex digits, and later ones of a key sort after earlier ones', async () => {
  const domain = await testDomain()
  const ids = [await initiate(domain, 'k'), await initiate(domain, 'k'), await initiate(domain, 'k')]
  for (const id of ids) assert.match(id, /^[0-9A-F]{32}$/)
  assert.deepEqual([...ids].sort(), ids)
})

test('an id of another key, or an invalid id, names no upload', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  for (const [name, id] of [
    ['other', uploadId],
    ['k', uploadId.toLowerCase()],
    ['k', ''],
    ['k', 'x'.repeat(2000)],
  ] as const) {
    await assert.rejects(part(domain, name, id, 1, 'bytes'), { reason: 'noSuchUpload' })
  }
  assert.equal(await blobCount(domain), 0)
})

test('a part whose bytes do not match their Content-MD5 is not stored', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  const name = { bucket: BUCKET, key: key('k'), uploadId, partNumber: 1 }
  const wrong = uploadPart(domain, { ...name, contentMd5: createHash('md5').digest() }, sourceOf('bytes'))
  await assert.rejects(wrong, { reason: 'invalidDigestMismatch' })
  assert.equal(await blobCount(domain), 0)
  const { parts } = await listParts(domain, { ...name, after: 0, maxParts: 1000 })
  assert.equal(parts.length, 0)
})

test('the MD5 of a sequential upload covers its whole object, and other uploads have none', async () => {
  const domain = await testDomain()
  const pieces = [Buffer.alloc(102_401, 'a'), Buffer.alloc(102_450, 'b'), Buffer.from('end')]
  for (const sequential of [true, false]) {
    const uploadId = await initiate(domain, 'k', { sequential })
    for (const [index, bytes] of pieces.entries()) await part(domain, 'k', uploadId, index + 1, bytes)
    const completion = { bucket: BUCKET, key: key('k'), uploadId, acl: 'default', forbidOverwrite: false } as const
    await completeUpload(domain, { ...completion, parts: 'all', requester: OWNER })
    const digest = createHash('md5').update(Buffer.concat(pieces)).digest('base64')
    assert.equal((await findObject(domain, named('k'))).contentMd5, sequential ? digest : undefined)
  }
})

test('a sequential upload accepts each number once and in order', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k', { sequential: true })
  await assert.rejects(part(domain, 'k', uploadId, 2, 'x'), { reason: 'partNotSequential' })
  const { etag } = await part(domain, 'k', uploadId, 1, 'x')
  await assert.rejects(part(domain, 'k', uploadId, 1, 'y'), {
    reason: 'partAlreadyExist',
    details: { partNumber: 1, partEtag: etag },
  })
  await assert.rejects(part(domain, 'k', uploadId, 3, 'x'), { reason: 'partNotSequential' })
  const completion = {
    bucket: BUCKET,
    key: key('k'),
    uploadId,
    acl: 'default',
    forbidOverwrite: false,
    requester: OWNER,
  } as const
  await completeUpload(domain, { ...completion, parts: 'all' })
  assert.equal((await get(domain, 'k')).toString(), 'x')
})

const seed = Number(process.env.SEED ?? 11)
test(`D2: whatever fails in the stores, a record never names missing bytes (seed ${seed})`, async () => {
  const [metadata, blobs] = [createMemoryMetadataStore(), createMemoryBlobStore()]
  const domain = await testDomain({ metadata, blobs })
  const faults = withFaults(seed, { before: 0.1, after: 0.1 })
  const shaky = { ...domain, metadata: faults.metadata(metadata), blobs: faults.blobs(blobs) }
  const uploadId = await initiate(domain, 'u')
  for (let round = 0; round < 200; round += 1) {
    await put(shaky, `k${round % 5}`, `object ${round}`).catch((error) => assert.equal(error.kind, 'unavailable'))
    await part(shaky, 'u', uploadId, 1 + (round % 3), `part ${round}`).catch((error) =>
      assert.equal(error.kind, 'unavailable'),
    )
    await sweepAll(shaky).catch((error) => assert.equal(error.kind, 'unavailable'))
  }
  await sweepAll(domain)
  for (let number = 0; number < 5; number += 1)
    assert.match((await get(domain, `k${number}`)).toString(), /^object \d+$/)
  const completion = {
    bucket: BUCKET,
    key: key('u'),
    uploadId,
    acl: 'default',
    forbidOverwrite: false,
    requester: OWNER,
  } as const
  await completeUpload(domain, {
    ...completion,
    parts: ListedParts.of([{ partNumber: 3, etag: (await part(domain, 'u', uploadId, 3, 'end')).etag }]),
  })
  assert.equal((await get(domain, 'u')).toString(), 'end')
})
