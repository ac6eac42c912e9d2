import type { Transaction } from '@bindery/storage'
import { holderRows, manifestRows, partRows } from '../stored/keyspace.js'
import { Manifest } from '../stored/manifest.js'
import type { ObjectRecord, PartRecord } from '../stored/model.js'
import { PartTable } from '../stored/part-table.js'

/** New ids for the rows of a snapshot. */
export interface SnapshotIds {
  readonly manifest: string
  /** The reference of its slice. */
  readonly reference: string
}

/**
 * Makes the present bytes of an appendable object those of another object: a manifest with a slice of the object's own, which may
 * grow. No bytes are moved.
 */
export function snapshot(
  tx: Transaction,
  { manifest: target, size, etag, crc64, modifiedAt, encryption }: ObjectRecord,
  { manifest, reference }: SnapshotIds,
): Pick<ObjectRecord, 'type' | 'manifest' | 'bytes'> {
  const slice = {
    manifest: target,
    offset: 0,
    length: size,
    reference,
    ...(encryption && { dataKey: encryption.dataKey }),
  }
  const bytes = { kind: 'slices', slices: [slice], depth: 1 } as const
  const part: PartRecord = { partNumber: 1, size, etag, crc64, modifiedAt, bytes }
  const parts = size === 0 ? [] : [part]
  for (const one of parts) {
    partRows.set(tx, { manifest, partNumber: one.partNumber }, one)
    holderRows.set(tx, slice, undefined)
  }
  manifestRows.set(tx, { manifest }, Manifest.of(PartTable.of(parts)))
  return { type: 'Normal', manifest, bytes: { kind: 'manifest' } }
}
