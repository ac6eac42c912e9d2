/**
 * Un-naming. Whatever a commit un-names gets a garbage row in the same commit, with a token of its own, so that no
 * un-naming hides another; the sweeper frees it later. Nothing else of the domain deletes bytes that a record has named.
 */
import { bytesToString } from '@bindery/bytes'
import { type Bytes, carriesBytes, type Reader, type Transaction } from '@bindery/storage'
import { type Chance, newId } from '../domain.js'
import { garbageRows, holderRows } from '../stored/keyspace.js'
import type { GarbageRecord, ObjectRecord, PartRecord } from '../stored/model.js'
import { hasRows } from '../stored/rows-in.js'

export function discardManifest(chance: Chance, tx: Transaction, id: string, record: GarbageRecord): void {
  garbageRows.set(tx, { garbageKind: 'manifest', garbageId: id, token: newId(chance) }, record)
}

export function discardRows(
  chance: Chance,
  tx: Transaction,
  manifest: string,
  why: GarbageRecord['why'],
  bytes?: number,
): void {
  garbageRows.set(tx, { garbageKind: 'rows', garbageId: manifest, token: newId(chance) }, { why, ...sized(bytes) })
}

/**
 * `owner` is the key whose record named the blob; without one, no record ever did. Bytes that an id carries are gone with
 * the record.
 */
export function discardBlob(
  chance: Chance,
  tx: Transaction,
  blob: string,
  why: GarbageRecord['why'],
  owner: Bytes | undefined,
  bytes?: number,
): void {
  if (carriesBytes(blob)) return
  const record = owner === undefined ? { why } : { why, owner: bytesToString(owner) }
  garbageRows.set(tx, { garbageKind: 'blob', garbageId: blob, token: newId(chance) }, { ...record, ...sized(bytes) })
}

function sized(bytes: number | undefined): Pick<GarbageRecord, 'bytes'> {
  return bytes === undefined ? {} : { bytes }
}

/** Un-names what a part's record names; the record at `owner` goes, or is replaced, in the same commit. */
export function discardPart(
  chance: Chance,
  tx: Transaction,
  owner: Bytes,
  { bytes, size }: PartRecord,
  why: GarbageRecord['why'],
): void {
  if (bytes.kind === 'blob') {
    discardBlob(chance, tx, bytes.blob, why, owner, size)
    return
  }
  for (const { manifest, reference } of bytes.slices) {
    holderRows.delete(tx, { manifest, reference })
    discardManifest(chance, tx, manifest, { why })
  }
}

/** Keys that un-naming a part writes, beside the part's own. */
export function discardCost({ bytes }: PartRecord): number {
  return bytes.kind === 'blob' ? 1 : bytes.slices.length * 2
}

/** Un-names what an object's record names; the record at `owner` goes in the same commit. */
export function discardObject(
  chance: Chance,
  tx: Transaction,
  owner: Bytes,
  { manifest, reference, bytes, size }: ObjectRecord,
  why: GarbageRecord['why'],
): void {
  if (bytes.kind === 'blob') {
    if (carriesBytes(bytes.blob)) return
    const record = { why, owner: bytesToString(owner), manifest, bytes: size }
    garbageRows.set(tx, { garbageKind: 'blob', garbageId: bytes.blob, token: newId(chance) }, record)
  } else {
    holderRows.delete(tx, { manifest, reference })
    discardManifest(chance, tx, manifest, { why, bytes: size })
  }
}

/** Whether a blob was un-named, and waits to be deleted. */
export async function isGarbageBlob(reader: Reader, blob: string): Promise<boolean> {
  return hasRows(reader, garbageRows.within({ garbageKind: 'blob', garbageId: blob }))
}
