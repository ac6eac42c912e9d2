import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'node:test'
import { testMetadataStore } from '@bindery/storage/testing'
import { openLocalMetadataStore } from './local-metadata-store.js'

describe('the embedded metadata store', () => {
  testMetadataStore(async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'bindery-metadata-'))
    t.after(() => rm(folder, { recursive: true }))
    return openLocalMetadataStore({ folder })
  })
})
