import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BlobStore, createMemoryBlobStore } from '@bindery/storage'
import { get, heirOf, put, sweepAll, testDomain } from '../testing.js'
import { recoverDead } from './incarnations.js'

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
