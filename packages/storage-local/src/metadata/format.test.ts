import assert from 'node:assert/strict'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { openLocalMetadataStore } from './local-metadata-store.js'
import { METADATA_FILE } from './metadata-file.js'

const FIXTURE = new URL('../../fixtures/metadata-1.mdb', import.meta.url)

test('a metadata file of format 1 is read and written', async (t) => {
  const folder = newFolder(t, 'bindery-metadata-')
  await copyFile(FIXTURE, join(folder, METADATA_FILE))
  const store = await openLocalMetadataStore({ folder })
  atEnd(t, () => store.close())
  const rows = await store.read((reader) => reader.range(new Uint8Array(), Uint8Array.of(0xff), { limit: 10 }))
  assert.deepEqual(
    rows.map(({ key, value }) => [Buffer.from(key).toString('latin1'), value.length]),
    [
      ['cbkt', 2],
      ['h', 0],
      ['p\xff\0', 3_000],
    ],
  )
  assert.ok(rows[2]?.value.every((byte) => byte === 7))
  await store.transact(async (tx) => tx.delete(Buffer.from('h')))
  assert.equal(await store.read((reader) => reader.get(Buffer.from('h'))), undefined)
})
