import { carriesBytes, type Transaction } from '@bindery/storage'
import { holderRows, manifestRows, ownerRows, partRows } from '../stored/keyspace.js'
import { Manifest } from '../stored/manifest.js'
import type { ObjectRecord, PartRecord } from '../stored/model.js'
import { PartTable } from '../stored/part-table.js'
import { rewrite, type StoredObject } from './current.js'

/**
 * Gives an object of one blob the rows of a manifest, under the id that it has had from birth, so that others can
 * reference it. The blob moves from the object's record to that of a part.
 */
export function promote(tx: Transaction, stored: StoredObject): ObjectRecord {
  const { bytes, manifest, reference, size, etag, crc64, modifiedAt } = stored.record
  if (bytes.kind === 'manifest') return stored.record
  const part: PartRecord = { partNumber: 1, size, etag, crc64, modifiedAt, bytes }
  const partKey = partRows.key({ manifest, partNumber: 1 })
  const promoted: ObjectRecord = { ...stored.record, bytes: { kind: 'manifest' } }
  tx.set(partKey, partRows.encode(part))
  manifestRows.set(tx, { manifest }, Manifest.of(PartTable.of([part])))
  holderRows.set(tx, { manifest, reference }, undefined)
  if (!carriesBytes(bytes.blob)) ownerRows.set(tx, { blob: bytes.blob }, partKey)
  rewrite(tx, stored, promoted)
  return promoted
}
