/** Events that come late: a failure whose commit went through, the search for orphans, a Complete that was left behind. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ListedParts } from '@bindery/protocol'
import {
  createMemoryBlobStore,
  createMemoryMetadataStore,
  type MetadataStore,
  StorageError,
  type Transaction,
} from '@bindery/storage'
import { freeUnnamed } from '../bytes/blobs.js'
import { copyObject } from '../objects/copy-object.js'
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
  PLAIN,
  part,
  put,
  sweepAll,
  testDomain,
} from '../testing.js'
import { recoverDead } from '../upkeep/incarnations.js'
import { completeUpload } from './complete.js'
import { abortUpload } from './uploads.js'

const A = Buffer.alloc(102_400, 'a')

/** A store whose next commit goes through and is answered as if it had failed, after `meanwhile`. */
function losingAnswers(metadata: MetadataStore): MetadataStore & { lose(meanwhile: () => Promise<unknown>): void } {
  let before: (() => Promise<unknown>) | undefined
  return {
    ...metadata,
    async transact(body) {
      const meanwhile = before
      before = undefined
      const result = await metadata.transact(body)
      if (meanwhile === undefined) return result
      await meanwhile()
      throw new StorageError('unavailable', 'the answer was lost')
    },
    lose(meanwhile) {
      before = meanwhile
    },
  }
}

async function domainThatLoses() {
  const inner = createMemoryMetadataStore()
  const metadata = losingAnswers(inner)
  const domain = await testDomain({ metadata })
  return { domain, others: { ...domain, metadata: inner }, lose: metadata.lose }
}

/** A store whose next commit is given up for lost, and goes through before a later one, as in a session of PostgreSQL. */
function stalling(metadata: MetadataStore): MetadataStore & { stall(): void; land(): Promise<void> } {
  const behind = new Error('this commit comes behind the one that stalls')
  let isToStall = false
  let stalled: (() => Promise<unknown>) | undefined
  const land = async (): Promise<void> => {
    const commit = stalled
    stalled = undefined
    await commit?.()
  }
  const noticing = (tx: Transaction): Transaction => ({
    get: (key) => tx.get(key),
    getMany: (keys) => tx.getMany(keys),
    range: (from, to, options) => tx.range(from, to, options),
    delete: (key) => tx.delete(key),
    add: (key, deltas) => tx.add(key, deltas),
    set(key, value) {
      if (stalled !== undefined) throw behind
      tx.set(key, value)
    },
  })
  return {
    ...metadata,
    async transact(body) {
      if (isToStall) {
        isToStall = false
        stalled = () => metadata.transact(body)
        throw new StorageError('unavailable', 'no answer comes')
      }
      try {
        return await metadata.transact((tx) => body(noticing(tx)))
      } catch (error) {
        if (error !== behind) throw error
        await land()
        return metadata.transact(body)
      }
    },
    stall() {
      isToStall = true
    },
    land,
  }
}

const copied = { bucket: BUCKET, key: key('copy'), owner: OWNER, acl: 'default', forbidOverwrite: false } as const
const source = { bucket: BUCKET, key: key('k') }

test('D2: an object whose put was answered by a failure, and that was copied meanwhile, keeps its bytes', async () => {
  const { domain, others, lose } = await domainThatLoses()
  lose(() => copyObject(others, { ...copied, source, descriptionOf: () => PLAIN }))
  await assert.rejects(put(domain, 'k', 'bytes'), { kind: 'unavailable' })
  assert.equal((await get(domain, 'copy')).toString(), 'bytes')
  for (const name of ['k', 'copy']) await deleteObject(domain, named(name))
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 0)
})

test('D2: the bytes of a put that was given up for lost are kept, though it is committed only after that', async () => {
  const metadata = stalling(createMemoryMetadataStore())
  const domain = await testDomain({ metadata })
  await put(domain, 'k', 'old')
  metadata.stall()
  await assert.rejects(put(domain, 'k', 'new'), { kind: 'unavailable' })
  await metadata.land()
  assert.equal((await get(domain, 'k')).toString(), 'new')
  await sweepAll(domain)
  assert.equal((await get(domain, 'k')).toString(), 'new')
  assert.equal(await blobCount(domain), 1)
})

test('bytes of puts that failed while neither store answered are freed by their process, which goes on', async () => {
  const inner = { metadata: createMemoryMetadataStore(), blobs: createMemoryBlobStore() }
  let isAway = false
  const answered = <T>(work: () => Promise<T>): Promise<T> =>
    isAway ? Promise.reject(new StorageError('unavailable', 'away')) : work()
  const metadata: MetadataStore = {
    ...inner.metadata,
    transact: (body) => answered(() => inner.metadata.transact(body)),
  }
  const blobs = { ...inner.blobs, delete: (id: string) => answered(() => inner.blobs.delete(id)) }
  const domain = await testDomain({ metadata, blobs })
  isAway = true
  await assert.rejects(put(domain, 'k', 'bytes'), { kind: 'unavailable' })
  const contentMd5 = new Uint8Array(16)
  await assert.rejects(put(domain, 'k', 'wrong', { contentMd5 }), { reason: 'invalidDigestMismatch' })
  assert.equal(await blobCount(domain), 2)
  await freeUnnamed(domain)
  isAway = false
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 2)
  await freeUnnamed(domain)
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 0)
})

test('D4: bytes whose put was answered by a failure stay for their readers, also when they are replaced', async () => {
  const { domain, others, lose } = await domainThatLoses()
  const scope = new Scope()
  let open: Awaited<ReturnType<typeof openObject>> | undefined
  lose(async () => {
    open = await openObject(others, scope, named('k'))
    await put(others, 'k', 'new')
  })
  await assert.rejects(put(domain, 'k', 'old'), { kind: 'unavailable' })
  assert.ok(open)
  assert.equal((await bytesOf(open.read())).toString(), 'old')
  scope.close()
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 1)
})

test('D4: the search for orphans keeps the bytes of a dead writer while they are being read', async () => {
  const metadata = createMemoryMetadataStore()
  const writer = await testDomain({ metadata, blobs: createMemoryBlobStore() })
  await put(writer, 'k', 'old')
  const heir = await heirOf(writer)
  const scope = new Scope()
  const open = await openObject(heir, scope, named('k'))
  await deleteObject(heir, named('k'))
  await recoverDead(heir, [])
  await sweepAll(heir)
  assert.equal((await bytesOf(open.read())).toString(), 'old')
  scope.close()
  await sweepAll(heir)
  assert.equal(await blobCount(heir), 0)
})

/** A store in which `meanwhile` happens after the first read, before any other read. */
function pausing(metadata: MetadataStore, meanwhile: () => Promise<unknown>): MetadataStore {
  let reads = 0
  return {
    ...metadata,
    async read(body) {
      const result = await metadata.read(body)
      reads += 1
      if (reads === 1) await meanwhile()
      return result
    },
  }
}

test('a Complete that meets an Abort, and the sweeper after it, finds no upload', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  const name = { bucket: BUCKET, key: key('k'), uploadId }
  const { etag } = await part(domain, 'k', uploadId, 1, A)
  const metadata = pausing(domain.metadata, async () => {
    await abortUpload(domain, name)
    await sweepAll(domain)
  })
  const completion = {
    ...name,
    parts: ListedParts.of([{ partNumber: 1, etag }]),
    acl: 'default',
    requester: OWNER,
  } as const
  await assert.rejects(completeUpload({ ...domain, metadata }, { ...completion, forbidOverwrite: false }), {
    reason: 'noSuchUpload',
  })
})

test('U3: a repeated Complete that was left behind until its object was deleted and swept gets its answer', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k')
  const name = { bucket: BUCKET, key: key('k'), uploadId }
  const { etag } = await part(domain, 'k', uploadId, 1, A)
  const completion = {
    ...name,
    parts: ListedParts.of([{ partNumber: 1, etag }]),
    acl: 'default',
    requester: OWNER,
  } as const
  let first: { readonly etag: string } | undefined
  const metadata = pausing(domain.metadata, async () => {
    first = await completeUpload(domain, { ...completion, forbidOverwrite: false })
    await deleteObject(domain, named('k'))
    await sweepAll(domain)
  })
  const second = await completeUpload({ ...domain, metadata }, { ...completion, forbidOverwrite: false })
  assert.equal(second.etag, first?.etag)
})
