// Fills the folder of a server that does not run with objects, through its storage engines: much faster than requests.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { sourceOf } from '@bindery/storage/testing'
import { openLocalBlobStore, openLocalMetadataStore } from '@bindery/storage-local'
import { objectRows } from '../../packages/service/dist/domain/stored/keyspace.js'
import { bytesOf } from './session.mjs'

/** Rows per transaction, and blobs written at once. */
const BATCH = 200
/** Batches at once. */
const WRITERS = 4

/** An id of a manifest or a reference. */
const newId = () => randomBytes(16).toString('hex').toUpperCase()

/**
 * Writes objects of the same size, each with bytes of its own, that are in all else like one that a server stored.
 * @param {string} folder  of the data
 * @param {{ bucket: string, key: string }} model  the stored object
 * @param {readonly string[]} keys
 * @param {{ size: number, ageMs?: number }} options
 */
export async function fillObjects(folder, model, keys, { size, ageMs = 0 }) {
  const { bucket } = model
  const metadata = await openLocalMetadataStore({ folder: join(folder, 'metadata') })
  const blobs = await openLocalBlobStore({
    folder: join(folder, 'blobs'),
    incarnation: `fill${Date.now().toString(36)}`,
  })
  const value = await metadata.read((reader) => reader.get(objectRows.key(model)))
  const { modifiedAt, ...record } = objectRows.decode(value, model)
  let next = 0
  const write = async () => {
    while (next < keys.length) {
      const some = keys.slice(next, next + BATCH)
      next += BATCH
      const owners = some.map((key) => objectRows.key({ bucket, key }))
      const written = await Promise.all(owners.map((owner) => blobs.write(sourceOf(bytesOf(size)), { owner })))
      await metadata.transact(async (tx) => {
        for (const [index, owner] of owners.entries()) {
          const bytes = { kind: 'blob', blob: written[index].id }
          const named = { manifest: newId(), reference: newId(), modifiedAt: modifiedAt - ageMs, bytes }
          tx.set(owner, objectRows.encode({ ...record, ...named }))
        }
      })
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, write))
  await Promise.all([metadata.close(), blobs.close()])
}
