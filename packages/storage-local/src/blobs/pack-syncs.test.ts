import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { loadNative } from '@bindery/digest'
import { type BlobEntry, type BlobStore, StorageError, type StorageErrorKind } from '@bindery/storage'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { isPacked, locationOf } from './blob-location.js'
import { appendInSteps, type FileOperations, systemFiles } from './files.js'
import { openLocalBlobStore } from './local-blob-store.js'
import {
  filesBelow,
  filesWithoutAppend,
  options,
  readAll,
  scrambled,
  sourceOf,
  systemError,
  temporaryFolder,
} from './testing.js'

const skip = loadNative() === undefined && 'packs need the addon'
const small = scrambled(5000)
const ofKind = (kind: StorageErrorKind) => (error: unknown) => error instanceof StorageError && error.kind === kind

/** A store with other writes or syncs, which whole blobs use one after the other, or by way of `append`. */
async function openChanged(t: TestContext, changed: Partial<FileOperations>, appends: boolean) {
  const folder = await temporaryFolder(t)
  const plain = { ...filesWithoutAppend, ...changed }
  const files = appends ? { ...plain, append: appendInSteps(plain) } : plain
  const store = await openLocalBlobStore({ folder, incarnation: 'a1', files })
  atEnd(t, () => store.close())
  return { store, folder }
}

async function listed(store: BlobStore): Promise<BlobEntry[]> {
  const entries: BlobEntry[] = []
  for await (const entry of store.list()) entries.push(entry)
  return entries
}

const idsOf = (entries: readonly BlobEntry[]) => entries.map((entry) => entry.id)

test('no write resolves before a sync that began after it, and many share one', { skip }, async (t) => {
  const events: string[] = []
  const ended = new Map<number, number>()
  const changed: Partial<FileOperations> = {
    async write(file, pieces, position) {
      await systemFiles.write(file, pieces, position)
      ended.set(position, events.push(`written ${position}`))
    },
    async syncData(file) {
      const begun = events.push('sync') - 1
      await systemFiles.syncData(file)
      events.push(`synced ${begun}`)
    },
  }
  const { store } = await openChanged(t, changed, false)
  await Promise.all(
    Array.from({ length: 200 }, async () => {
      const { id } = await store.write(sourceOf(small), options)
      const location = locationOf(id)
      assert.ok(location && isPacked(location))
      // A write of several neighbours is recorded under the first of them.
      const first = Math.max(...[...ended.keys()].filter((position) => position <= location.offset))
      const synced = events.flatMap((event) => (event.startsWith('synced ') ? [Number(event.slice(7))] : []))
      assert.ok(synced.some((begun) => begun >= (ended.get(first) ?? Number.NaN)))
    }),
  )
  const syncs = events.filter((event) => event === 'sync').length
  assert.ok(syncs < 100, `${syncs} syncs`)
})

test('a failed sync fails all writes that wait for it, is never repeated, and nothing more goes into its pack', {
  skip,
}, async (t) => {
  for (const appends of [false, true]) {
    let isBroken = false
    const broken: number[] = []
    const changed: Partial<FileOperations> = {
      async syncData(file) {
        if (!isBroken) return systemFiles.syncData(file)
        broken.push(file)
        throw systemError('EIO')
      },
    }
    const { store, folder } = await openChanged(t, changed, appends)
    const kept = await store.write(sourceOf(small), options)
    isBroken = true
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => store.write(sourceOf(small), options)))
    for (const outcome of outcomes) assert.ok(outcome.status === 'rejected' && ofKind('unavailable')(outcome.reason))
    if (!appends) assert.equal(broken.length, 1)
    isBroken = false
    const next = await store.write(sourceOf(small), options)
    assert.deepEqual(idsOf(await listed(store)), [kept.id, next.id])
    assert.equal((await filesBelow(folder)).length, 2)
    for (const { id } of [kept, next]) assert.deepEqual(await readAll(store, id), Buffer.from(small))
  }
})

for (const [code, kind] of [
  ['ENOSPC', 'noSpace'],
  ['EIO', 'unavailable'],
] as const) {
  test(`${code} from a write in a pack is ${kind}, and leaves nothing`, { skip }, async (t) => {
    for (const appends of [false, true]) {
      let isBroken = true
      const changed: Partial<FileOperations> = {
        async write(file, pieces, position) {
          await systemFiles.write(file, isBroken ? pieces.slice(0, 1) : pieces, position)
          if (isBroken) throw systemError(code)
        },
      }
      const { store } = await openChanged(t, changed, appends)
      await assert.rejects(store.write(sourceOf(small), options), ofKind(kind))
      assert.deepEqual(await listed(store), [])
      isBroken = false
      const { id } = await store.write(sourceOf(small), options)
      assert.deepEqual(idsOf(await listed(store)), [id])
    }
  })
}
