import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ListedParts } from '@bindery/protocol'
import { createMemoryBlobStore, createMemoryMetadataStore, StorageError } from '@bindery/storage'
import type { Membership } from '../cluster/cluster.js'
import { deleteObject } from '../objects/objects.js'
import { openObject } from '../objects/open-object.js'
import { Scope } from '../scope.js'
import {
  BUCKET,
  blobCount,
  bytesOf,
  get,
  heirOf,
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
import { completeUpload } from '../uploads/complete.js'
import { recoverDead } from './incarnations.js'
import { Sweeper } from './sweeper.js'

const A = Buffer.alloc(102_400, 'a')

test('D4: bytes dropped by a delete, an overwrite and a replaced part are freed, and nothing else', async () => {
  const domain = await testDomain()
  await put(domain, 'kept', 'kept')
  await put(domain, 'twice', 'one')
  await put(domain, 'twice', 'two')
  await put(domain, 'gone', 'gone')
  await deleteObject(domain, named('gone'))
  const uploadId = await initiate(domain, 'open')
  await part(domain, 'open', uploadId, 1, 'first')
  await part(domain, 'open', uploadId, 1, 'second')
  assert.equal(await sweepAll(domain), 3)
  assert.equal(await blobCount(domain), 3)
  assert.equal((await get(domain, 'kept')).toString(), 'kept')
  assert.equal((await get(domain, 'twice')).toString(), 'two')
})

test('D4: nothing that a running read may use is freed, in whatever process it runs', async () => {
  const metadata = createMemoryMetadataStore()
  const blobs = createMemoryBlobStore()
  const writer = await testDomain({ metadata, blobs, nudge: () => void reader.cluster.report() })
  const reader = await heirOf(writer)
  await put(writer, 'k', 'old')
  const scope = new Scope()
  const open = await openObject(reader, scope, named('k'))
  await put(writer, 'k', 'new')
  const sweeper = new Sweeper(writer)
  assert.deepEqual(await sweeper.sweep(), { freed: 0, freedBytes: 0, waiting: 1, more: false })
  assert.equal((await bytesOf(open.read())).toString(), 'old')
  scope.close()
  assert.equal(await sweepAll(writer, sweeper), 1)
})

test('nothing is freed while a backup copies the stores, blobs that wait to be deleted included', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'open')
  await part(domain, 'open', uploadId, 1, 'first')
  await part(domain, 'open', uploadId, 1, 'second')
  await put(domain, 'k', 'old')
  await put(domain, 'k', 'new')
  let held = true
  const settled = domain.cluster.settled.bind(domain.cluster)
  const cluster: Membership = {
    reads: domain.cluster.reads,
    mayAnswer: () => true,
    settled: async () => (held ? 'any' : settled()),
  }
  const sweeper = new Sweeper({ ...domain, cluster })
  assert.deepEqual(await sweeper.sweep(), { freed: 0, freedBytes: 0, waiting: 2, more: false })
  assert.equal(await blobCount(domain), 4)
  held = false
  assert.equal(await sweepAll(domain, sweeper), 2)
})

test('a read that has not yet named its manifest is waited for', async () => {
  const domain = await testDomain()
  const scope = new Scope()
  const read = domain.cluster.reads.begin(scope)
  let answered = false
  const answer = domain.cluster.reads.inUse().then((ids) => {
    answered = true
    return ids
  })
  await new Promise(setImmediate)
  assert.equal(answered, false)
  read.uses('B')
  assert.deepEqual(await answer, ['B'])
  scope.close()
  assert.deepEqual(await domain.cluster.reads.inUse(), [])
})

test('an object of many parts is freed in steps', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  const numbers = Array.from({ length: 1_001 }, (_, index) => index + 1)
  for (const number of numbers) await part(domain, 'k', uploadId, number, number === 1 ? A : '')
  const parts = ListedParts.of([{ partNumber: 1, etag: (await part(domain, 'k', uploadId, 1, A)).etag }])
  await completeUpload(domain, {
    bucket: BUCKET,
    key: key('k'),
    uploadId,
    parts,
    acl: 'default',
    forbidOverwrite: false,
    requester: OWNER,
  })
  assert.equal(await sweepAll(domain), 1_001)
  await deleteObject(domain, named('k'))
  assert.equal(await sweepAll(domain), 1)
  assert.equal(await blobCount(domain), 0)
})

test('a sweep that is cut off anywhere is carried to its end by the next', async () => {
  for (let failing = 1; failing < 12; failing += 1) {
    const domain = await testDomain()
    const uploadId = await initiate(domain, 'k')
    for (const number of [1, 2, 3]) await part(domain, 'k', uploadId, number, A)
    await completeUpload(domain, {
      bucket: BUCKET,
      key: key('k'),
      uploadId,
      parts: 'all',
      acl: 'default',
      forbidOverwrite: false,
      requester: OWNER,
    })
    await deleteObject(domain, named('k'))
    let calls = 0
    const transact: typeof domain.metadata.transact = async (body) => {
      calls += 1
      if (calls === failing) throw new Error('cut off')
      return domain.metadata.transact(body)
    }
    const broken = { ...domain, metadata: { ...domain.metadata, transact } }
    await sweepAll(broken).catch((error) => assert.equal(error.message, 'cut off'))
    await sweepAll(domain)
    assert.equal(await blobCount(domain), 0)
  }
})

test('blobs that a dead process left unnamed are found, named ones stay', async () => {
  const metadata = createMemoryMetadataStore()
  const first = await testDomain({ metadata, blobs: createMemoryBlobStore() })
  await put(first, 'k', 'named')
  await first.blobs.write(sourceOf('never named'), { owner: new Uint8Array([0x6f]) })
  const uploadId = await initiate(first, 'u')
  await part(first, 'u', uploadId, 1, A)
  const heir = await heirOf(first)
  await recoverDead(heir, [])
  await sweepAll(heir)
  assert.equal(await blobCount(heir), 2)
  assert.equal((await get(heir, 'k')).toString(), 'named')
  await assert.rejects(put(first, 'late', 'bytes'), { kind: 'fenced' })
  await sweepAll(heir)
  assert.equal(await blobCount(heir), 2)
})

test('a blob that cannot be deleted stays garbage, and keeps no other from being freed', async () => {
  const stuck = new Set<string>()
  const blobs = createMemoryBlobStore()
  const failing = {
    ...blobs,
    async delete(id: string) {
      if (stuck.has(id)) throw new StorageError('unavailable', 'a disk that fails')
      await blobs.delete(id)
    },
  }
  const domain = await testDomain({ blobs: failing })
  for (const name of ['a', 'b', 'c']) await put(domain, name, name)
  for await (const { id } of blobs.list()) if (stuck.size === 0) stuck.add(id)
  for (const name of ['a', 'b', 'c']) await deleteObject(domain, named(name))
  await assert.rejects(new Sweeper(domain).sweep(), /a disk that fails/)
  assert.equal(await blobCount(domain), 1)
  stuck.clear()
  assert.equal(await sweepAll(domain), 1)
})
