import { describe, type TestContext } from 'node:test'
import { testMetadataStore } from '@bindery/storage/testing'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { openLocalMetadataStore, openSharedMetadataStore } from './local-metadata-store.js'
import { openMetadataCommitter } from './metadata-committer.js'

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = newFolder(t, 'bindery-metadata-')
  return folder
}

describe('the embedded metadata store', () => {
  testMetadataStore(async (t) => openLocalMetadataStore({ folder: await temporaryFolder(t) }))
})

describe('the embedded metadata store, with commits by another process', () => {
  testMetadataStore(async (t) => {
    const folder = await temporaryFolder(t)
    const committer = await openMetadataCommitter({ folder })
    atEnd(t, () => committer.close())
    // in the form of a channel between processes
    const send = async (batch: Uint8Array) => structuredClone(await committer.commit(structuredClone(batch)))
    return openSharedMetadataStore({ folder, send })
  })
})
