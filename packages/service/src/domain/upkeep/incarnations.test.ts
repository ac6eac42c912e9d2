import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BlobStore, createMemoryBlobStore } from '@bindery/storage'
import { bury } from '../cluster/members.js'
import { graveRows, objectRows } from '../stored/keyspace.js'
import { blobCount, get, heirOf, named, put, sourceOf, sweepAll, testDomain } from '../testing.js'
import { recoverBuried, recoverDead } from './incarnations.js'

/** A store whose headers cannot be read any more. */
function withoutHints(blobs: BlobStore): BlobStore {
  return {
    ...blobs,
    async *list(after) {
      for await (const entry of blobs.list(after)) yield { ...entry, hint: async () => undefined }
    },
  }
}

test('a blob whose header is damaged is not taken for an orphan', async () => {
  const domain = await testDomain({ blobs: withoutHints(createMemoryBlobStore()) })
  await put(domain, 'k', 'named')
  const heir = await heirOf(domain)
  await recoverDead(heir, [])
  await sweepAll(heir)
  assert.equal((await get(heir, 'k')).toString(), 'named')
})

test('a process that was declared dead while it runs is searched for orphans when it has ended', async () => {
  const domain = await testDomain()
  const { incarnation } = domain.blobs
  const heir = await heirOf(domain)
  await domain.metadata.transact(async (tx) => bury(tx, incarnation, 0))
  await domain.blobs.write(sourceOf('late'), { owner: objectRows.key(named('k')) })
  await recoverDead(heir, [incarnation])
  await sweepAll(heir)
  assert.equal(await blobCount(heir), 1)
  await recoverDead(heir, [])
  await sweepAll(heir)
  assert.equal(await blobCount(heir), 0)
  await recoverDead(heir, [])
  assert.equal(await heir.metadata.read((reader) => reader.get(graveRows.key({ incarnation }))), undefined)
})

test('where it is not known whether a dead process has ended, its blobs are searched again until a week has passed', async () => {
  let now = 0
  const domain = await testDomain()
  const { incarnation } = domain.blobs
  const heir = { ...(await heirOf(domain)), clock: () => now }
  const fenced: string[] = []
  const recover = () => recoverBuried(heir, async (name) => void fenced.push(name))
  assert.equal(await recover(), 0)
  await domain.metadata.transact(async (tx) => bury(tx, incarnation, now))
  for (const [at, searches] of [
    [0, 1],
    [599_999, 0],
    [600_000, 1],
    [3_600_000, 1],
    [86_400_000, 1],
    [604_799_999, 0],
    [604_800_000, 1],
  ] as const) {
    now = at
    const { id } = await domain.blobs.write(sourceOf('late'), { owner: objectRows.key(named('k')) })
    assert.equal(await recover(), searches, `at ${at}`)
    await sweepAll(heir)
    assert.equal(await blobCount(heir), 1 - searches, `at ${at}`)
    await domain.blobs.delete(id)
  }
  assert.equal(fenced.length, 5)
  assert.equal(await recover(), 0)
  assert.equal(await heir.metadata.read((reader) => reader.get(graveRows.key({ incarnation }))), undefined)
})
