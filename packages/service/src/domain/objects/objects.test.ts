import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketName } from '@bindery/protocol'
import { bucketStat, createBucket, deleteBucket, findBucket, listBuckets } from '../buckets/buckets.js'
import { Scope } from '../scope.js'
import { addBuckets, BUCKET, blobCount, bytesOf, get, named, OWNER, put, sweepAll, testDomain } from '../testing.js'
import { deleteObject, findObject, setObjectAcl } from './objects.js'
import { openObject } from './open-object.js'

test('an overwrite replaces everything, and an ACL given alone leaves the time as it was', async () => {
  const domain = await testDomain()
  await put(domain, 'k', 'one', {
    acl: 'public-read',
    description: { headers: { contentType: 'text/plain' }, userMetadata: { a: '1' }, tagging: [['t', 'v']] },
  })
  const second = await put(domain, 'k', 'two')
  assert.deepEqual([second.acl, second.headers, second.userMetadata, second.tagging], ['default', {}, {}, []])
  await setObjectAcl(domain, named('k'), 'private')
  const third = await findObject(domain, named('k'))
  assert.deepEqual([third.acl, third.modifiedAt], ['private', second.modifiedAt])
})

test('forbid-overwrite refuses only where an object exists, and keeps no bytes', async () => {
  const domain = await testDomain()
  await put(domain, 'k', 'one', { forbidOverwrite: true })
  await assert.rejects(put(domain, 'k', 'two', { forbidOverwrite: true }), { reason: 'fileAlreadyExists' })
  assert.equal((await get(domain, 'k')).toString(), 'one')
  assert.equal(await blobCount(domain), 1)
})

test('deleting what is not there succeeds; a bucket goes only when it is empty', async () => {
  const domain = await testDomain()
  await deleteObject(domain, named('k'))
  await put(domain, 'k', 'bytes')
  await assert.rejects(deleteBucket(domain, BUCKET), { reason: 'bucketHasObjects' })
  await deleteObject(domain, named('k'))
  assert.deepEqual((await bucketStat(domain, BUCKET)).byClass.Standard, { objects: 0, bytes: 0 })
  await deleteBucket(domain, BUCKET)
  await assert.rejects(async () => findBucket(domain, BUCKET), { reason: 'noSuchBucket' })
  await assert.rejects(put(domain, 'k', 'late'), { reason: 'noSuchBucket' })
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 0)
})

test('a range of an object is just those bytes, and an open object is in use until its scope closes, read or not', async () => {
  const domain = await testDomain()
  await put(domain, 'k', '0123456789')
  const scope = new Scope()
  const { record, read } = await openObject(domain, scope, named('k'))
  const other = new Scope()
  await openObject(domain, other, named('k'))
  assert.equal((await bytesOf(read({ start: 3, end: 7 }))).toString(), '3456')
  scope.close()
  assert.deepEqual(await domain.cluster.reads.inUse(), [record.manifest])
  other.close()
  assert.deepEqual(await domain.cluster.reads.inUse(), [])
})

test('what is entered into a scope that has closed is closed at once', async () => {
  const closed: string[] = []
  const scope = new Scope()
  scope.add(() => closed.push('first'))
  scope.add(() => closed.push('second'))
  scope.close()
  scope.close()
  scope.add(() => closed.push('late'))
  assert.deepEqual(closed, ['second', 'first', 'late'])
})

test('a bucket of the same owner may be created again, with nothing else about it', async () => {
  const domain = await testDomain()
  await createBucket(domain, { name: BUCKET, owner: OWNER, acl: 'public-read' })
  assert.equal((await findBucket(domain, BUCKET)).acl, 'public-read')
  await assert.rejects(createBucket(domain, { name: BUCKET, owner: OWNER, storageClass: 'IA' }), {
    reason: 'bucketStorageClassFixed',
  })
  await assert.rejects(createBucket(domain, { name: BUCKET, owner: OWNER, redundancy: 'ZRS' }), {
    reason: 'bucketRedundancyFixed',
  })
  await assert.rejects(createBucket(domain, { name: BUCKET, owner: '2' }), { reason: 'bucketNameTaken' })
})

test('a bucket is created and listed where other accounts have thousands of buckets', async () => {
  const domain = await testDomain()
  await addBuckets(domain, 2_600)
  await createBucket(domain, { name: bucketName('another'), owner: OWNER })
  const { buckets } = await listBuckets(domain, { owner: OWNER, prefix: '', marker: '', maxKeys: 100 })
  assert.deepEqual(
    buckets.map(({ name }) => name),
    ['another', BUCKET],
  )
})

test('an account has at most 100 buckets, and lists its own by name', async () => {
  const domain = await testDomain()
  for (let number = 10; number < 109; number += 1)
    await createBucket(domain, { name: bucketName(`b-${number}`), owner: OWNER })
  await assert.rejects(createBucket(domain, { name: bucketName('b-999'), owner: OWNER, acl: 'private' }), {
    reason: 'tooManyBuckets',
  })
  await createBucket(domain, { name: bucketName('theirs'), owner: '2' })
  const page = await listBuckets(domain, { owner: OWNER, prefix: 'b-', marker: 'b-9', maxKeys: 3 })
  assert.deepEqual(
    page.buckets.map(({ name }) => name),
    ['b-90', 'b-91', 'b-92'],
  )
  assert.equal(page.nextMarker, 'b-92')
  const last = await listBuckets(domain, { owner: OWNER, prefix: '', marker: 'b-98', maxKeys: 3 })
  assert.deepEqual([last.buckets.map(({ name }) => name), last.nextMarker], [['b-99', BUCKET], undefined])
})
