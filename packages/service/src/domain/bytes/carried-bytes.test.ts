import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryBlobStore, createMemoryMetadataStore } from '@bindery/storage'
import { copyObject } from '../objects/copy-object.js'
import { deleteObject } from '../objects/objects.js'
import { garbageRows } from '../stored/keyspace.js'
import {
  BUCKET,
  blobCount,
  get,
  initiate,
  key,
  named,
  OWNER,
  PLAIN,
  part,
  put,
  sweepAll,
  testDomain,
} from '../testing.js'
import { completeUpload } from '../uploads/complete.js'
import { abortUpload } from '../uploads/uploads.js'

const TINY = Buffer.alloc(1024, 'tiny')

async function carryingDomain() {
  const metadata = createMemoryMetadataStore({ runBodiesTwice: true })
  const blobs = createMemoryBlobStore({ carriedBytesMax: TINY.length })
  return { domain: await testDomain({ metadata, blobs }), metadata }
}

/** The metadata keys that contain the beginning of the inline bytes. */
async function keysThatHold(metadata: Awaited<ReturnType<typeof carryingDomain>>['metadata'], bytes: Buffer) {
  const text = bytes.toString('base64url').slice(0, 40)
  const rows = await metadata.read((reader) => reader.range(new Uint8Array(), Uint8Array.of(255), { limit: 1000 }))
  return rows.filter((row) => Buffer.from(row.key).includes(text))
}

test('an inline blob exists as long as its record, and no key is written for it', async () => {
  const { domain, metadata } = await carryingDomain()
  await put(domain, 'k', TINY)
  await copyObject(domain, {
    bucket: BUCKET,
    key: key('copy'),
    owner: OWNER,
    acl: 'default',
    forbidOverwrite: false,
    source: { bucket: BUCKET, key: key('k') },
    descriptionOf: () => PLAIN,
  })
  await put(domain, 'k', 'other')
  await deleteObject(domain, named('k'))
  assert.deepEqual(await keysThatHold(metadata, TINY), [])
  await sweepAll(domain)
  assert.deepEqual(await get(domain, 'copy'), TINY)
  assert.deepEqual(await keysThatHold(metadata, TINY), [])
  await deleteObject(domain, named('copy'))
  await sweepAll(domain)
  const { from, to } = garbageRows.all
  assert.deepEqual(await metadata.read((reader) => reader.range(from, to, { limit: 10 })), [])
  assert.equal(await blobCount(domain), 0)
})

test('parts may be inline too, and their replacement, abort and completion leave nothing', async () => {
  const { domain, metadata } = await carryingDomain()
  const aborted = await initiate(domain, 'aborted')
  await part(domain, 'aborted', aborted, 1, TINY)
  await abortUpload(domain, { bucket: BUCKET, key: key('aborted'), uploadId: aborted })
  const uploadId = await initiate(domain, 'k')
  for (const bytes of [TINY, 'replaced', TINY]) await part(domain, 'k', uploadId, 1, bytes)
  assert.deepEqual(await keysThatHold(metadata, TINY), [])
  await completeUpload(domain, {
    bucket: BUCKET,
    key: key('k'),
    uploadId,
    parts: 'all',
    acl: 'default',
    forbidOverwrite: false,
    requester: OWNER,
  })
  await sweepAll(domain)
  assert.deepEqual(await get(domain, 'k'), TINY)
  assert.deepEqual(await keysThatHold(metadata, TINY), [])
  const { from, to } = garbageRows.all
  assert.deepEqual(await metadata.read((reader) => reader.range(from, to, { limit: 10 })), [])
})
