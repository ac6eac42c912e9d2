import { testBlobStore } from '@bindery/storage/testing'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { openLocalBlobStore } from './local-blob-store.js'

testBlobStore(async (t) => {
  const folder = newFolder(t, 'bindery-blobs-')
  return openLocalBlobStore({ folder, incarnation: 'a1' })
})
