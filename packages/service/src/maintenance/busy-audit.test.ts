import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetadataStore, Row } from '@bindery/storage'
import { deleteObject } from '../domain/objects/objects.js'
import { objectRows, ownerRows } from '../domain/stored/keyspace.js'
import { BUCKET, named, key as objectKey } from '../domain/testing.js'
import { blobOf, filled, run } from './testing.js'

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

test('an owner row that is freed after it was read is not reported', async () => {
  const store = await filled()
  const { metadata } = store.domain
  const key = ownerRows.key({ blob: 'nothing' })
  await metadata.transact((tx) => tx.set(key, objectRows.key({ bucket: BUCKET, key: objectKey('empty') })))
  let freed = 0
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
    if (found.some((row) => Buffer.from(row.key).equals(key))) {
      freed += 1
      await metadata.transact((tx) => tx.delete(key))
    }
    return result
  }
  const busy = { ...store, domain: { ...store.domain, metadata: { ...metadata, read } } }
  assert.deepEqual((await run(busy)).kinds, [])
  assert.equal(freed, 1)
})
