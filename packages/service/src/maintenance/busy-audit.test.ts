import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bytes, MetadataStore, Row, Transaction } from '@bindery/storage'
import { deleteObject } from '../domain/objects/objects.js'
import { promote } from '../domain/objects/promote.js'
import { objectRows, ownerRows, versionRows } from '../domain/stored/keyspace.js'
import { newVersionId } from '../domain/stored/version-id.js'
import { BUCKET, keepAsVersion, named, key as objectKey, put } from '../domain/testing.js'
import { BIG, blobOf, filled, run } from './testing.js'

test('a record that is freed while its blob is looked for is not reported', async () => {
  const store = await filled()
  const { domain } = store
  const hidden = await blobOf(store, 'plain')
  let listings = 0
  const list = async function* () {
    listings += 1
    // between the two walks that are compared
    if (listings === 2) await deleteObject(domain, named('plain'))
    for await (const entry of domain.blobs.list()) if (listings > 1 || entry.id !== hidden) yield entry
  }
  const busy = { ...store, domain: { ...domain, blobs: { ...domain.blobs, list } } }
  assert.deepEqual((await run(busy)).kinds, [])
  assert.equal(listings, 2)
})

/** A store in which `meanwhile` happens once, after a read of rows of which `key` is one. */
function changing(metadata: MetadataStore, key: Bytes, meanwhile: (tx: Transaction) => Promise<void>) {
  let changes = 0
  const read: MetadataStore['read'] = async (body) => {
    const found: Row[] = []
    const result = await metadata.read((reader) =>
      body({
        get: (key) => reader.get(key),
        getMany: (keys) => reader.getMany(keys),
        range: async (from, to, options) => {
          const rows = await reader.range(from, to, options)
          found.push(...rows)
          return rows
        },
      }),
    )
    if (changes === 0 && found.some((row) => Buffer.from(row.key).equals(key))) {
      changes += 1
      await metadata.transact(meanwhile)
    }
    return result
  }
  return { store: { ...metadata, read }, changes: () => changes }
}

test('an owner row that is freed after it was read is not reported', async () => {
  const store = await filled()
  const { metadata } = store.domain
  const key = ownerRows.key({ blob: 'nothing' })
  await metadata.transact((tx) => tx.set(key, objectRows.key({ bucket: BUCKET, key: objectKey('empty') })))
  const busy = changing(metadata, key, async (tx) => tx.delete(key))
  assert.deepEqual((await run({ ...store, domain: { ...store.domain, metadata: busy.store } })).kinds, [])
  assert.equal(busy.changes(), 1)
})

test('an owner row whose blob moves to another record after it was read is not reported', async () => {
  const store = await filled()
  const { domain } = store
  await put(domain, 'moving', BIG)
  const key = ownerRows.key({ blob: await blobOf(store, 'moving') })
  const version = { bucket: BUCKET, key: objectKey('moving'), place: 1_767_600_000_000 }
  await keepAsVersion(domain, version, newVersionId(version.place, domain))
  const busy = changing(domain.metadata, key, async (tx) => {
    const record = await versionRows.read(tx, version)
    assert.ok(record !== undefined && !('deleteMarker' in record))
    promote(tx, { row: versionRows.key(version), record })
  })
  const { all } = await run({ ...store, domain: { ...domain, metadata: busy.store } })
  assert.equal(busy.changes(), 1)
  assert.ok(!all.some(({ kind }) => kind === 'ownerStray'), JSON.stringify(all))
})
