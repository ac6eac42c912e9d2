import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BlobStore, createMemoryMetadataStore, StorageError } from '@bindery/storage'
import { BUCKET, key, OWNER, PLAIN, part, testDomain } from '../testing.js'
import { initiateUpload } from './uploads.js'

test('the bytes of a part are taken in the turn in which they came, if its upload is at hand', async () => {
  const domain = await testDomain({ metadata: createMemoryMetadataStore() })
  let writes = 0
  const blobs: BlobStore = {
    ...domain.blobs,
    async write() {
      writes += 1
      throw new StorageError('unavailable', 'for this test')
    },
  }
  const { uploadId } = await initiateUpload(domain, {
    bucket: BUCKET,
    key: key('k'),
    initiator: OWNER,
    owner: OWNER,
    description: PLAIN,
    sequential: false,
    forbidOverwrite: false,
  })
  const stored = part({ ...domain, blobs }, 'k', uploadId, 1, 'x'.repeat(10_000))
  assert.equal(writes, 1)
  await assert.rejects(stored, /for this test/)
})
