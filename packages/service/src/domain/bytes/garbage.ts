/**
 * Unlinking. A commit that drops a reference writes a garbage row; its token keeps later drops of the same id apart.
 * The sweeper frees the row later. Nothing else in the domain deletes bytes that a record has named.
 */
import { bytesToString } from '@bindery/bytes'
import { type BlobId, type Bytes, carriesBytes, type Reader, type Transaction } from '@bindery/storage'
import { type IdSource, newId } from '../domain.js'
import { garbageRows, holderRows } from '../stored/keyspace.js'
import type { GarbageRecord, ObjectRecord, PartRecord } from '../stored/model.js'
import { hasRows } from '../stored/rows-in.js'

/** Writes a garbage row for a manifest that lost a reference: it is freed once it has no holder. */
export function discardManifest(ids: IdSource, tx: Transaction, id: string, record: GarbageRecord): void {
  garbageRows.set(tx, { garbageKind: 'manifest', garbageId: id, token: newId(ids) }, record)
}

/** Writes a garbage row for part rows that no manifest lists any more; `bytes` is their size, where it is known. */
export function discardRows(
  ids: IdSource,
  tx: Transaction,
  manifest: string,
  why: GarbageRecord['why'],
  bytes?: number,
): void {
  garbageRows.set(tx, { garbageKind: 'rows', garbageId: manifest, token: newId(ids) }, { why, ...sized(bytes) })
}

/**
 * `owner` is the key whose record named the blob; without one, no record ever did. An inline blob is gone with its
 * record.
 */
export function discardBlob(
  ids: IdSource,
  tx: Transaction,
  blob: string,
  why: GarbageRecord['why'],
  owner: Bytes | undefined,
  bytes?: number,
): void {
  if (carriesBytes(blob)) return
  const record = owner === undefined ? { why } : { why, owner: bytesToString(owner) }
  garbageRows.set(tx, { garbageKind: 'blob', garbageId: blob, token: newId(ids) }, { ...record, ...sized(bytes) })
}

function sized(bytes: number | undefined): Pick<GarbageRecord, 'bytes'> {
  return bytes === undefined ? {} : { bytes }
}

/** Unlinks the bytes of a part; the record at `owner` is deleted or replaced in the same commit. */
export function discardPart(
  ids: IdSource,
  tx: Transaction,
  owner: Bytes,
  { bytes, size }: PartRecord,
  why: GarbageRecord['why'],
): void {
  if (bytes.kind === 'blob') {
    discardBlob(ids, tx, bytes.blob, why, owner, size)
    return
  }
  for (const { manifest, reference } of bytes.slices) {
    holderRows.delete(tx, { manifest, reference })
    discardManifest(ids, tx, manifest, { why })
  }
}

/** The number of keys that unlinking a part writes, besides the part's own. */
export function discardCost({ bytes }: PartRecord): number {
  return bytes.kind === 'blob' ? 1 : bytes.slices.length * 2
}

/** Unlinks the bytes of an object; the record at `owner` is deleted in the same commit. */
export function discardObject(
  ids: IdSource,
  tx: Transaction,
  owner: Bytes,
  { manifest, reference, bytes, size }: ObjectRecord,
  why: GarbageRecord['why'],
): void {
  if (bytes.kind === 'blob') discardReadBlob(ids, tx, owner, { blob: bytes.blob, manifest, size }, why)
  else {
    holderRows.delete(tx, { manifest, reference })
    discardManifest(ids, tx, manifest, { why, bytes: size })
  }
}

/** Unlinks a blob that reads of a manifest may be using; the record at `owner` is deleted or replaced in the same commit. */
export function discardReadBlob(
  ids: IdSource,
  tx: Transaction,
  owner: Bytes,
  { blob, manifest, size }: { readonly blob: BlobId; readonly manifest: string; readonly size: number },
  why: GarbageRecord['why'],
): void {
  if (carriesBytes(blob)) return
  const record = { why, owner: bytesToString(owner), manifest, bytes: size }
  garbageRows.set(tx, { garbageKind: 'blob', garbageId: blob, token: newId(ids) }, record)
}

/** Whether a blob was unlinked and waits to be deleted. */
export async function isGarbageBlob(reader: Reader, blob: string): Promise<boolean> {
  return hasRows(reader, garbageRows.rangeUnder({ garbageKind: 'blob', garbageId: blob }))
}
