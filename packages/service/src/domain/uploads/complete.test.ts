import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc64 } from '@bindery/bytes'
import { ListedParts } from '@bindery/protocol'
import { bucketStat, deleteBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { findObject } from '../objects/objects.js'
import { openObject } from '../objects/open-object.js'
import { Scope } from '../scope.js'
import {
  BUCKET,
  blobCount,
  bytesOf,
  complete,
  get,
  initiate,
  key,
  named,
  part,
  put,
  sweepAll,
  testDomain,
} from '../testing.js'
import type { Completion } from './complete.js'
import { abortUpload, listParts } from './uploads.js'

const A = Buffer.alloc(102_400, 'a')
const B = Buffer.from('hello oss')

test('the ETag and CRC-64 of two parts are those of the golden vector', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  await part(domain, 'k', uploadId, 2, B)
  await part(domain, 'k', uploadId, 1, A)
  const object = await complete(domain, 'k', uploadId)
  assert.equal(object.etag, 'CDE8D21A00DEF1AF2825E34D665747D0-2')
  assert.equal(object.crc64, 14439424006907896166n)
  assert.deepEqual(await get(domain, 'k'), Buffer.concat([A, B]))
})

test('U1: completing and aborting write and read no blob', async () => {
  const domain = await testDomain()
  const [kept, dropped] = [await initiate(domain, 'k'), await initiate(domain, 'k')]
  await part(domain, 'k', kept, 1, A)
  await part(domain, 'k', dropped, 1, A)
  const refuse = (): never => assert.fail('a byte was moved')
  const still: Domain = { ...domain, blobs: { ...domain.blobs, write: refuse, read: refuse, delete: refuse } }
  await complete(still, 'k', kept)
  await abortUpload(still, { bucket: BUCKET, key: key('k'), uploadId: dropped })
})

test('unlisted parts are freed, listed ones stay', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  for (const number of [1, 5, 8]) await part(domain, 'k', uploadId, number, A)
  const { etag } = await part(domain, 'k', uploadId, 5, B)
  await complete(domain, 'k', uploadId, { parts: ListedParts.of([{ partNumber: 5, etag: etag.toLowerCase() }]) })
  assert.equal(await sweepAll(domain), 3)
  assert.equal(await blobCount(domain), 1)
  assert.deepEqual(await get(domain, 'k'), B)
})

test('a Complete that fails leaves the upload as it was', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  const first = await part(domain, 'k', uploadId, 1, B)
  const second = await part(domain, 'k', uploadId, 2, A)
  await put(domain, 'k', 'old')
  const [one, two] = [
    { partNumber: 1, etag: first.etag },
    { partNumber: 2, etag: second.etag },
  ]
  const failures: [Partial<Completion>, string][] = [
    [{ parts: ListedParts.of([two, one]) }, 'invalidPartOrder'],
    [{ parts: ListedParts.of([one, one]) }, 'invalidPartOrder'],
    [{ parts: ListedParts.of([{ partNumber: 1, etag: second.etag }]) }, 'invalidPart'],
    [{ parts: ListedParts.of([one, { partNumber: 3, etag: first.etag }]) }, 'invalidPart'],
    [{ parts: ListedParts.of([one, two]) }, 'entityTooSmall'],
    [{ parts: ListedParts.of([one]), forbidOverwrite: true }, 'fileAlreadyExists'],
  ]
  for (const [more, reason] of failures) {
    await assert.rejects(complete(domain, 'k', uploadId, more), { reason })
  }
  const { parts } = await listParts(domain, { bucket: BUCKET, key: key('k'), uploadId, after: 0, maxParts: 10 })
  assert.deepEqual([...parts.partNumbers], [1, 2])
  assert.equal((await get(domain, 'k')).toString(), 'old')
  await complete(domain, 'k', uploadId, { parts: ListedParts.of([two]) })
  assert.deepEqual(await get(domain, 'k'), A)
})

test('an empty list makes an empty object', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  await part(domain, 'k', uploadId, 1, B)
  const object = await complete(domain, 'k', uploadId, { parts: ListedParts.of([]) })
  assert.equal(object.etag, 'D41D8CD98F00B204E9800998ECF8427E-0')
  assert.equal(object.crc64, 0n)
  assert.equal((await get(domain, 'k')).length, 0)
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 0)
})

test('U2: of a Complete and parts that race with it, one order is what happened', async () => {
  for (let round = 0; round < 20; round += 1) {
    const domain = await testDomain()
    const uploadId = await initiate(domain, 'k')
    await part(domain, 'k', uploadId, 1, A)
    const late = part(domain, 'k', uploadId, 1, Buffer.alloc(102_400, 'z')).then(
      () => 'stored',
      (error) => error.reason,
    )
    for (let turn = 0; turn < round; turn += 1) await new Promise(setImmediate)
    const object = await complete(domain, 'k', uploadId)
    const answer = await late
    assert.ok(answer === 'stored' || answer === 'noSuchUpload', answer)
    await sweepAll(domain)
    const bytes = await get(domain, 'k')
    assert.equal(bytes[0] === 0x7a, answer === 'stored')
    assert.equal(object.crc64, crc64(bytes))
    assert.equal(await blobCount(domain), 1)
  }
})

test('U2: of two Completes and an Abort at once, one wins and the others find no upload', async () => {
  const domain = { ...(await testDomain()), receiptMs: 0 }
  const uploadId = await initiate(domain, 'k')
  await part(domain, 'k', uploadId, 1, A)
  const name = { bucket: BUCKET, key: key('k'), uploadId }
  const ends = await Promise.allSettled([
    complete(domain, 'k', uploadId),
    complete(domain, 'k', uploadId),
    abortUpload(domain, name),
  ])
  assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const end of ends) {
    if (end.status === 'rejected') assert.match(end.reason.reason, /^noSuchUpload/)
  }
  const stat = await bucketStat(domain, BUCKET)
  assert.deepEqual([stat.uploads, stat.parts, stat.partBytes], [0, 0, 0])
})

test('U4: after an Abort nothing of the upload is left, though a part was still arriving', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  await part(domain, 'k', uploadId, 1, A)
  const arriving = assert.rejects(part(domain, 'k', uploadId, 2, A), { reason: 'noSuchUpload' })
  await abortUpload(domain, { bucket: BUCKET, key: key('k'), uploadId })
  await arriving
  await assert.rejects(complete(domain, 'k', uploadId), { reason: 'noSuchUpload' })
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 0)
})

test('D3: a reader that began before the overwrite gets the old bytes, whole', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  for (let number = 1; number <= 6; number += 1) await part(domain, 'k', uploadId, number, A)
  await complete(domain, 'k', uploadId)
  const scope = new Scope()
  const open = await openObject(domain, scope, named('k'))
  await put(domain, 'k', 'new')
  await sweepAll(domain)
  assert.equal((await bytesOf(open.read())).length, 6 * A.length)
  scope.close()
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 1)
})

test('a bucket counts what it holds through every step of an upload', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  await part(domain, 'k', uploadId, 1, A)
  await part(domain, 'k', uploadId, 2, A)
  await part(domain, 'k', uploadId, 2, B)
  const during = await bucketStat(domain, BUCKET)
  assert.deepEqual([during.uploads, during.parts, during.partBytes], [1, 2, A.length + B.length])
  await assert.rejects(deleteBucket(domain, BUCKET), { reason: 'bucketHasUploads' })
  await complete(domain, 'k', uploadId)
  const after = await bucketStat(domain, BUCKET)
  assert.deepEqual([after.uploads, after.parts, after.partBytes, after.objects], [0, 0, 0, 1])
  assert.equal(after.storage, A.length + B.length)
  assert.equal((await findObject(domain, named('k'))).type, 'Multipart')
})

test('U3: a repeated Complete with the same list by the same requester gets the same answer', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  const { etag } = await part(domain, 'k', uploadId, 1, A)
  const parts = ListedParts.of([{ partNumber: 1, etag }])
  const first = await complete(domain, 'k', uploadId, { parts })
  const again = ListedParts.of([{ partNumber: 1, etag: etag.toLowerCase() }])
  const second = await complete(domain, 'k', uploadId, { parts: again })
  assert.deepEqual([second.etag, second.crc64], [first.etag, first.crc64])
  const refused: Partial<Completion>[] = [
    { parts: 'all' },
    { parts: ListedParts.of([]) },
    { parts: ListedParts.of([{ partNumber: 1, etag: '0'.repeat(32) }]) },
    { parts, requester: 'other' },
    { parts, key: key('other') },
  ]
  for (const more of refused) await assert.rejects(complete(domain, 'k', uploadId, more), { reason: 'noSuchUpload' })
  const name = { bucket: BUCKET, key: key('k'), uploadId }
  await assert.rejects(abortUpload(domain, name), { reason: 'noSuchUploadOnAbort' })
  await assert.rejects(async () => listParts(domain, { ...name, after: 0, maxParts: 1 }), { reason: 'noSuchUpload' })
  const later = { ...domain, clock: () => domain.clock() + domain.receiptMs }
  await assert.rejects(complete(later, 'k', uploadId, { parts }), { reason: 'noSuchUpload' })
  await sweepAll(later)
  await assert.rejects(complete(domain, 'k', uploadId, { parts }), { reason: 'noSuchUpload' })
})

test('U3: Completes of the same list at once all get one answer', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  await part(domain, 'k', uploadId, 1, A)
  const answers = await Promise.all([1, 2, 3, 4].map(() => complete(domain, 'k', uploadId)))
  assert.equal(new Set(answers.map(({ etag, crc64 }) => `${etag} ${crc64}`)).size, 1)
  assert.equal((await bucketStat(domain, BUCKET)).objects, 1)
})
