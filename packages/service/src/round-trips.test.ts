/**
 * How often a request, and a step of the sweeper, waits for a metadata store on a network: the round trips add up to the
 * request's latency.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createMemoryBlobStore } from '@bindery/storage'
import { createCountedStore } from '@bindery/storage/testing'
import { copyObject } from './domain/objects/copy-object.js'
import { deleteObject } from './domain/objects/objects.js'
import {
  BUCKET,
  complete as completeIn,
  heirOf,
  initiate as initiateIn,
  key,
  named,
  OWNER,
  PLAIN,
  part,
  put,
  sourceOf,
  testDomain,
} from './domain/testing.js'
import { recoverDead } from './domain/upkeep/incarnations.js'
import { Sweeper } from './domain/upkeep/sweeper.js'
import { UploadActivity } from './domain/upkeep/upload-activity.js'
import { abortUpload } from './domain/uploads/uploads.js'
import { call, complete, initiate, startWithBucket, uploadPart } from './testing/index.js'

async function countedDomain() {
  const { store: metadata, count } = createCountedStore()
  return { domain: await testDomain({ metadata }), count }
}

async function countedService() {
  const { store: metadata, count } = createCountedStore()
  return { started: await startWithBucket({ metadata }), count }
}

describe('round trips of the domain', () => {
  test('storing an object takes 2: its reads, and its commit', async () => {
    const { domain, count } = await countedDomain()
    assert.equal(await count(() => put(domain, 'k', 'old')), 2)
    assert.equal(await count(() => put(domain, 'k', 'new', { forbidOverwrite: false })), 2)
  })

  test('storing a part takes 3: the upload before the bytes, its reads, and its commit', async () => {
    const { domain, count } = await countedDomain()
    const uploadId = await initiateIn(domain, 'k')
    assert.equal(await count(() => part(domain, 'k', uploadId, 1, 'old')), 3)
    assert.equal(await count(() => part(domain, 'k', uploadId, 1, 'new')), 3)
  })

  test('initiating, aborting and completing an upload take 2, 2 and 3', async () => {
    const { domain, count } = await countedDomain()
    let uploadId = ''
    const begin = async () => {
      uploadId = await initiateIn(domain, 'k')
    }
    assert.equal(await count(begin), 2)
    assert.equal(await count(() => abortUpload(domain, { bucket: BUCKET, key: key('k'), uploadId })), 2)
    await begin()
    await part(domain, 'k', uploadId, 1, 'bytes')
    assert.equal(await count(() => completeIn(domain, 'k', uploadId)), 3)
  })

  test('copying and deleting an object take 2 each', async () => {
    const { domain, count } = await countedDomain()
    await put(domain, 'k', 'bytes')
    const copy = {
      bucket: BUCKET,
      key: key('copy'),
      owner: OWNER,
      acl: 'default',
      forbidOverwrite: false,
      source: { bucket: BUCKET, key: key('k') },
      descriptionOf: () => PLAIN,
    } as const
    assert.equal(await count(() => copyObject(domain, copy)), 2)
    assert.equal(await count(() => deleteObject(domain, named('k'))), 2)
  })

  test('looking at the activity of 80 uploads takes 3: their rows, their usage, and their last parts', async () => {
    const { domain, count } = await countedDomain()
    for (let number = 0; number < 80; number += 1) {
      await part(domain, `k${number}`, await initiateIn(domain, `k${number}`), 1, 'part')
    }
    assert.equal(await count(() => new UploadActivity(domain).ages()), 3)
  })

  test('sweeping 100 blobs, or 100 manifests, takes at most 6', async () => {
    const { domain, count } = await countedDomain()
    const sweeper = new Sweeper(domain)
    const names = Array.from({ length: 100 }, (_, index) => `k${index}`)
    for (const name of names) await put(domain, name, name)
    for (const name of names) await deleteObject(domain, named(name))
    const blobs = await count(async () => assert.equal((await sweeper.sweep()).freed, 100))
    assert.ok(blobs <= 6, `${blobs} round trips`)
    for (const name of names) {
      const uploadId = await initiateIn(domain, name)
      await part(domain, name, uploadId, 1, name)
      await completeIn(domain, name, uploadId)
    }
    for (const name of names) await deleteObject(domain, named(name))
    const manifests = await count(async () => assert.equal((await sweeper.sweep()).more, true))
    assert.ok(manifests <= 6, `${manifests} round trips`)
  })

  test('finding 200 orphans of a dead process takes at most 8', async () => {
    const metadata = createCountedStore()
    const blobs = createMemoryBlobStore()
    const dead = await testDomain({ metadata: metadata.store, blobs })
    for (let number = 0; number < 200; number += 1)
      await blobs.write(sourceOf('bytes'), { owner: new Uint8Array([0x6f]) })
    const heir = await heirOf(dead)
    const trips = await metadata.count(() => recoverDead(heir, []))
    assert.ok(trips <= 8, `${trips} round trips`)
  })
})

describe('round trips of a request, authorisation included', () => {
  test('GetObject of one blob takes 1, and of parts 1 more before its first bytes', async () => {
    const { started, count } = await countedService()
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'bytes' })
    assert.equal(await count(() => call(started, { method: 'GET', bucket: BUCKET, key: 'k' })), 1)
    assert.equal(await count(() => call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })), 1)
    const uploadId = await initiate(started, 'parts')
    const { headers } = await uploadPart(started, 'parts', uploadId, 1)
    await complete(started, 'parts', uploadId, [[1, headers.etag]])
    assert.equal(await count(() => call(started, { method: 'GET', bucket: BUCKET, key: 'parts' })), 2)
  })

  test('a read that fails takes no more than one that succeeds', async () => {
    const { started, count } = await countedService()
    const ask = (request: object) => call(started, { method: 'GET', bucket: BUCKET, ...request })
    await ask({ method: 'PUT', key: 'private', body: 'x' })
    await ask({ method: 'PUT', key: 'public', body: 'x', headers: { 'x-oss-object-acl': 'public-read' } })
    assert.equal(await count(() => ask({ key: 'missing' })), 1)
    const [refused, allowed] = ['private', 'public'].map((key) => () => ask({ key, as: 'anonymous' }))
    assert.equal(await count(refused ?? assert.fail), await count(allowed ?? assert.fail))
  })

  test('the steps of an upload take 2 to begin, 3 for a part, and 4 for a Complete of one page', async () => {
    const { started, count } = await countedService()
    let uploadId = ''
    const begin = async () => {
      uploadId = await initiate(started, 'k')
    }
    assert.equal(await count(begin), 2)
    let etag: string | undefined
    const send = async () => {
      etag = (await uploadPart(started, 'k', uploadId, 1)).headers.etag
    }
    assert.equal(await count(send), 3)
    assert.equal(await count(send), 3)
    assert.equal(await count(() => complete(started, 'k', uploadId, [[1, etag]])), 4)
    await begin()
    assert.equal(
      await count(() => call(started, { method: 'DELETE', bucket: BUCKET, key: 'k', query: { uploadId } })),
      2,
    )
  })

  test('PutObject and DeleteObject take 2: authorisation with all that the commit rests on, and the commit', async () => {
    const { started, count } = await countedService()
    const name = { bucket: BUCKET, key: 'k' }
    for (const body of ['new', 'overwriting']) {
      assert.equal(await count(() => call(started, { method: 'PUT', ...name, body })), 2)
    }
    assert.equal(await count(() => call(started, { method: 'DELETE', ...name })), 2)
    assert.equal(await count(() => call(started, { method: 'DELETE', ...name })), 2)
  })
})
