import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { crc64 } from '@bindery/bytes'
import { ListedParts, OssError } from '@bindery/protocol'
import { type ByteRange, createMemoryBlobStore, createMemoryMetadataStore, createRandom } from '@bindery/storage'
import { bucketStat, deleteBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import {
  BUCKET,
  blobCount,
  complete,
  get,
  heirOf,
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
import { recoverDead } from '../upkeep/incarnations.js'
import { copyPart } from '../uploads/copy-part.js'
import { abortUpload } from '../uploads/uploads.js'
import { copyObject } from './copy-object.js'
import { deleteObject, findObject } from './objects.js'

const random = createRandom(3)
const BIG = Buffer.from(Array.from({ length: 300_000 }, () => random.below(256)))

function copy(domain: Domain, from: string, to: string, more: { forbidOverwrite?: boolean } = {}) {
  return copyObject(domain, {
    bucket: BUCKET,
    key: key(to),
    owner: OWNER,
    acl: 'default',
    forbidOverwrite: more.forbidOverwrite ?? false,
    source: { bucket: BUCKET, key: key(from) },
    descriptionOf: () => PLAIN,
  })
}

async function copyRange(
  domain: Domain,
  from: string,
  to: string,
  uploadId: string,
  number: number,
  range?: ByteRange,
) {
  const source = { bucket: BUCKET, key: key(from) }
  const name = { bucket: BUCKET, key: key(to), uploadId, partNumber: number }
  return (await copyPart(domain, { ...name, source, choose: () => range })).made
}

/** A domain whose blob store refuses to read or write whole blobs. */
function still(domain: Domain): Domain {
  const refuse = (): never => assert.fail('bytes were moved')
  return { ...domain, blobs: { ...domain.blobs, write: refuse, read: refuse } }
}

test('a copied object shares its bytes, and neither deletion harms the other', async () => {
  for (const order of [
    ['k', 'copy'],
    ['copy', 'k'],
  ] as const) {
    const domain = await testDomain()
    const { etag } = await put(domain, 'k', BIG)
    const { made } = await copy(still(domain), 'k', 'copy')
    assert.equal(made.etag, etag)
    assert.equal(await blobCount(domain), 1)
    const [first, second] = order
    await deleteObject(domain, named(first))
    await sweepAll(domain)
    assert.deepEqual(await get(domain, second), BIG)
    await deleteObject(domain, named(second))
    await sweepAll(domain)
    assert.equal(await blobCount(domain), 0)
    await deleteBucket(domain, BUCKET)
  }
})

test('an object copied onto itself keeps its bytes through a sweep', async () => {
  const domain = await testDomain()
  await put(domain, 'k', BIG)
  for (let round = 0; round < 3; round += 1) {
    await copy(still(domain), 'k', 'k')
    await sweepAll(domain)
    assert.deepEqual(await get(domain, 'k'), BIG)
  }
  await assert.rejects(copy(domain, 'k', 'k', { forbidOverwrite: true }), { reason: 'fileAlreadyExists' })
  assert.deepEqual((await bucketStat(domain, BUCKET)).byClass.Standard, { objects: 1, bytes: BIG.length })
  await put(domain, 'k', 'new')
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 1)
})

test('a copied range is a slice: no byte moves, its CRC-64 is right, its tag always the same', async () => {
  const domain = await testDomain()
  const { etag } = await put(domain, 'k', BIG)
  const uploadId = await initiate(domain, 'to')
  const range = { start: 1_000, end: 201_000 }
  const first = await copyRange(still(domain), 'k', 'to', uploadId, 1, range)
  assert.equal(first.crc64, crc64(BIG.subarray(1_000, 201_000)))
  assert.equal((await copyRange(still(domain), 'k', 'to', uploadId, 1, range)).etag, first.etag)
  assert.equal((await copyRange(still(domain), 'k', 'to', uploadId, 2)).etag, etag)
  const object = await complete(domain, 'to', uploadId)
  await deleteObject(domain, named('k'))
  await sweepAll(domain)
  const expected = Buffer.concat([BIG.subarray(1_000, 201_000), BIG])
  assert.deepEqual(await get(domain, 'to'), expected)
  assert.equal(object.crc64, crc64(expected))
})

test('a very small range is copied as bytes, with its MD5 for a tag', async () => {
  const domain = await testDomain()
  await put(domain, 'k', BIG)
  const uploadId = await initiate(domain, 'to')
  const { etag } = await copyRange(domain, 'k', 'to', uploadId, 1, { start: 5, end: 25 })
  assert.equal(etag, createHash('md5').update(BIG.subarray(5, 25)).digest('hex').toUpperCase())
  await deleteObject(domain, named('k'))
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 1)
})

test('a sequential upload copies the bytes of its ranges, in turn', async () => {
  const domain = await testDomain()
  await put(domain, 'k', BIG)
  const uploadId = await initiate(domain, 'to', { sequential: true })
  await assert.rejects(copyRange(domain, 'k', 'to', uploadId, 2), { reason: 'partNotSequential' })
  await copyRange(domain, 'k', 'to', uploadId, 1)
  assert.equal(await blobCount(domain), 2)
})

test('copies of copies stay shallow where they can, and are bounded where they cannot', async () => {
  const domain = await testDomain()
  await put(domain, 'g0', BIG)
  for (let generation = 1; generation <= 20; generation += 1) {
    const uploadId = await initiate(domain, `g${generation}`)
    for (let number = 1; number <= 70; number += 1) {
      const from = generation === 1 ? 'g0' : `g${generation - 1}`
      await copyRange(still(domain), from, `g${generation}`, uploadId, number, {
        start: number * 1_000,
        end: number * 1_000 + 150_000,
      })
    }
    await complete(domain, `g${generation}`, uploadId)
    await sweepAll(domain)
  }
  const before = await get(domain, 'g20')
  for (let generation = 0; generation < 20; generation += 1) await deleteObject(domain, named(`g${generation}`))
  await sweepAll(domain)
  assert.deepEqual(await get(domain, 'g20'), before)
  await deleteObject(domain, named('g20'))
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 0)
})

test('a replaced, aborted or unlisted copy releases its source', async () => {
  const domain = await testDomain()
  await put(domain, 'k', BIG)
  const [aborted, kept] = [await initiate(domain, 'to'), await initiate(domain, 'to')]
  await copyRange(domain, 'k', 'to', aborted, 1)
  for (const number of [1, 2, 2]) await copyRange(domain, 'k', 'to', kept, number)
  await part(domain, 'to', kept, 1, 'bytes')
  const parts = ListedParts.of([{ partNumber: 1, etag: createHash('md5').update('bytes').digest('hex') }])
  await complete(domain, 'to', kept, { parts })
  await abortUpload(domain, { bucket: BUCKET, key: key('to'), uploadId: aborted })
  await deleteObject(domain, named('k'))
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 1)
  assert.equal((await get(domain, 'to')).toString(), 'bytes')
})

test('a copy that races with the deletion of its source has its bytes or finds no source', async () => {
  for (let round = 0; round < 20; round += 1) {
    const domain = await testDomain()
    await put(domain, 'k', BIG)
    const uploadId = await initiate(domain, 'to')
    const copying = copyRange(domain, 'k', 'to', uploadId, 1).then(
      () => 'copied',
      (error) => (error instanceof OssError ? error.reason : Promise.reject(error)),
    )
    for (let turn = 0; turn < round; turn += 1) await new Promise(setImmediate)
    await deleteObject(domain, named('k'))
    await sweepAll(domain)
    const answer = await copying
    assert.ok(answer === 'copied' || answer === 'noSuchKey', answer)
    await complete(domain, 'to', uploadId)
    await sweepAll(domain)
    assert.equal((await get(domain, 'to')).length, answer === 'copied' ? BIG.length : 0)
    assert.equal(await blobCount(domain), answer === 'copied' ? 1 : 0)
  }
})

test('a blob that was moved to its manifest by a copy is not an orphan when its writer has died', async () => {
  const metadata = createMemoryMetadataStore()
  const domain = await testDomain({ metadata, blobs: createMemoryBlobStore() })
  await put(domain, 'k', BIG)
  await copy(domain, 'k', 'copy')
  await deleteObject(domain, named('k'))
  const heir = await heirOf(domain)
  await recoverDead(heir, [])
  await sweepAll(heir)
  assert.deepEqual(await get(heir, 'copy'), BIG)
  assert.equal((await findObject(heir, named('copy'))).size, BIG.length)
})
