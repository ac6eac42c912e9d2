import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, type TestContext, test } from 'node:test'
import type { BlobStore } from '@bindery/storage'
import { sourceOf, testBlobStore } from '@bindery/storage/testing'
import { atEnd } from '../../../test/support/at-end.mjs'
import { openS3BlobStore } from './s3-blob-store.js'
import { startBindery, type TestStore } from './testing/bindery-server.js'

describe('blobs in S3', () => {
  let store: TestStore
  before(async () => {
    store = await startBindery()
  })
  after(() => store.stop())

  async function open(t?: TestContext): Promise<BlobStore> {
    const place = await store.place()
    const blobs = await openS3BlobStore({ place, incarnation: randomBytes(8).toString('hex') })
    if (t !== undefined) atEnd(t, () => blobs.close())
    return blobs
  }

  testBlobStore(() => open())

  test('blobs of up to 2 KiB are in their ids, and make no request', async (t) => {
    const blobs = await open(t)
    const bytes = randomBytes(2_048)
    const { id } = await blobs.write(sourceOf(bytes), { owner: Buffer.from('o') })
    assert.deepEqual(Buffer.from(blobs.carried?.(id) ?? []), bytes)
    for await (const entry of blobs.list()) assert.fail(entry.id)
  })
})
