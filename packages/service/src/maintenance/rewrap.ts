/** Puts all data keys and secrets of a store under its newest master key, so that older ones are needed no more. */
import { base64, base64Bytes } from '@bindery/bytes'
import type { Bytes, MetadataStore } from '@bindery/storage'
import { secretContext } from '../access/ram-keys.js'
import { accessKeyRows, objectRows, partRows, uploadRows, versionRows } from '../domain/stored/keyspace.js'
import type { Encryption, PartBytes, PartRecord, WrappedKey } from '../domain/stored/model.js'
import { rowsIn } from '../domain/stored/rows-in.js'

/** Puts keys and secrets under the newest master key; undefined where they are already. */
export interface Renewal {
  rewrap(wrapped: Uint8Array, context: string): Uint8Array | undefined
  reseal(sealed: Uint8Array, context: string): Uint8Array | undefined
}

/** Counts of a pass. */
export interface Rewrapped {
  /** Records of objects, versions, uploads and parts whose data keys were wrapped again. */
  readonly records: number
  /** Secrets of access keys that were sealed again. */
  readonly secrets: number
}

/** Rows of parts and slices with wrapped keys stay within the limit of one read. */
const ROWS_AT_ONCE = 60

/** The part of a space that a pass needs. */
interface RenewedSpace<T> {
  readonly all: { readonly from: Bytes; readonly to: Bytes }
  decodeRow(row: { readonly key: Bytes; readonly value: Bytes }): T
  encode(record: T): Bytes
}

/**
 * Walks once over a store that no server uses. Each record is changed in a transaction of its own, so that a pass may stop
 * anywhere and be repeated. Throws DamagedRow, and what `renewal` throws for a key that does not open.
 */
export async function rewrapKeys(metadata: MetadataStore, renewal: Renewal): Promise<Rewrapped> {
  const ofManifest = <T extends { readonly encryption?: Encryption }>(record: T, context: string): T | undefined => {
    const { encryption } = record
    const dataKey = encryption && renewal.rewrap(encryption.dataKey, context)
    return dataKey && { ...record, encryption: { ...encryption, dataKey } }
  }
  const objects = await renewAll(metadata, objectRows, (record) => ofManifest(record, record.manifest))
  const versions = await renewAll(metadata, versionRows, (record) =>
    'deleteMarker' in record ? undefined : ofManifest(record, record.manifest),
  )
  const uploads = await renewAll(metadata, uploadRows, (record) => ofManifest(record, record.uploadId))
  const parts = await renewAll(metadata, partRows, (record, key) =>
    ofPart(renewal, record, partRows.namesOf(key).manifest),
  )
  const secrets = await renewAll(metadata, accessKeyRows, (record, key) => {
    const { accessKeyId } = accessKeyRows.namesOf(key)
    const sealed = renewal.reseal(base64Bytes(record.secret) ?? new Uint8Array(), secretContext(accessKeyId))
    return sealed && { ...record, secret: base64(sealed) }
  })
  return { records: objects + versions + uploads + parts, secrets }
}

function ofPart(renewal: Renewal, part: PartRecord, manifest: string): PartRecord | undefined {
  const bytes = ofBytes(renewal, part.bytes, manifest)
  return bytes && { ...part, bytes }
}

function ofBytes(renewal: Renewal, bytes: PartBytes, manifest: string): PartBytes | undefined {
  if (bytes.kind === 'blob') {
    const dataKey = ofKey(renewal, bytes.dataKey, manifest)
    return dataKey && { ...bytes, dataKey }
  }
  let isChanged = false
  const slices = bytes.slices.map((slice) => {
    const dataKey = ofKey(renewal, slice.dataKey, slice.manifest)
    if (dataKey === undefined) return slice
    isChanged = true
    return { ...slice, dataKey }
  })
  return isChanged ? { ...bytes, slices } : undefined
}

function ofKey(renewal: Renewal, wrapped: WrappedKey | undefined, context: string): WrappedKey | undefined {
  return wrapped && renewal.rewrap(wrapped, context)
}

/** Renews the records of a space; resolves with the number of those that changed. */
async function renewAll<T>(
  metadata: MetadataStore,
  space: RenewedSpace<T>,
  renew: (record: T, key: Bytes) => T | undefined,
): Promise<number> {
  let changed = 0
  for await (const row of rowsIn(metadata, space.all, { atOnce: ROWS_AT_ONCE })) {
    if (renew(space.decodeRow(row), row.key) === undefined) continue
    await metadata.transact(async (tx) => {
      const value = await tx.get(row.key)
      const record = value && renew(space.decodeRow({ key: row.key, value }), row.key)
      if (record !== undefined) tx.set(row.key, space.encode(record))
    })
    changed += 1
  }
  return changed
}
