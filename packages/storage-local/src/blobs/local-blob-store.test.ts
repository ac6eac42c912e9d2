import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testBlobStore } from '@bindery/storage/testing'
import { openLocalBlobStore } from './local-blob-store.js'

testBlobStore(async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bindery-blobs-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return openLocalBlobStore({ folder, incarnation: 'a1' })
})
