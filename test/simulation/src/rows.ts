/** All rows of a metadata store, by what they are. */
import {
  autoCompleteRows,
  type BucketCounters,
  bucketRows,
  counterRows,
  documentRows,
  type GarbageRecord,
  garbageRows,
  graveRows,
  holderRows,
  incarnationRows,
  type Manifest,
  manifestRows,
  nullVersionRows,
  type ObjectRecord,
  objectRows,
  ownerRows,
  type PartRecord,
  partRows,
  receiptRows,
  reportRows,
  spaceOf,
  type UploadRecord,
  type Usage,
  uploadRows,
  usageRows,
  versionRows,
} from '@bindery/service/testing'
import type { MetadataStore, Row } from '@bindery/storage'

/** A version that is not current. */
export interface VersionPlace {
  readonly place: number
  readonly isMarker: boolean
  readonly isNull: boolean
}

export interface StoredRows {
  readonly buckets: Set<string>
  readonly objects: { readonly bucket: string; readonly key: string; readonly record: ObjectRecord }[]
  /** Versions that have data and are not current. */
  readonly versions: { readonly bucket: string; readonly key: string; readonly record: ObjectRecord }[]
  /** By bucket. */
  readonly deleteMarkers: Map<string, number>
  /** By `bucket/key`: the places of versions that are not current, in their order. */
  readonly places: Map<string, VersionPlace[]>
  /** By `bucket/key`: the place of the null version that is not current. */
  readonly nullPlaces: Map<string, number>
  /** Ids of the auto-completing uploads. */
  readonly autoCompletes: string[]
  readonly uploads: { readonly bucket: string; readonly uploadId: string; readonly record: UploadRecord }[]
  /** By manifest. */
  readonly parts: Map<string, PartRecord[]>
  readonly manifests: Map<string, Manifest>
  /** By upload. */
  readonly usages: Map<string, Usage>
  /** `manifest reference` of each row. */
  readonly holders: Set<string>
  /** The key, as a byte string, of the record that names a blob. */
  readonly owners: Map<string, string>
  readonly receipts: Set<string>
  /** The processes that are members, that have reported their reads, and that are not members any more. */
  readonly incarnations: Set<string>
  readonly reports: Set<string>
  readonly graves: Set<string>
  readonly garbage: { readonly kind: string; readonly id: string; readonly record: GarbageRecord }[]
  readonly counters: Map<string, BucketCounters>
  /** Byte strings of all keys. */
  readonly keys: Set<string>
}

const ROWS_AT_ONCE = 1_000
/** Kinds of rows that are numbers, and name nothing. */
const NUMBERS = new Set<string | undefined>(['epoch', 'ram'])

export async function readRows(metadata: MetadataStore): Promise<StoredRows> {
  const stored = emptyRows()
  const end = new Uint8Array([0xff])
  for (let from: Uint8Array = new Uint8Array(); ; ) {
    const rows = await metadata.read((reader) => reader.range(from, end, { limit: ROWS_AT_ONCE }))
    for (const row of rows) sortIn(stored, row)
    const last = rows.at(-1)
    if (rows.length < ROWS_AT_ONCE || last === undefined) return stored
    from = Buffer.concat([last.key, new Uint8Array(1)])
  }
}

function emptyRows(): StoredRows {
  return {
    buckets: new Set(),
    objects: [],
    versions: [],
    deleteMarkers: new Map(),
    places: new Map(),
    nullPlaces: new Map(),
    autoCompletes: [],
    uploads: [],
    parts: new Map(),
    manifests: new Map(),
    usages: new Map(),
    holders: new Set(),
    owners: new Map(),
    receipts: new Set(),
    incarnations: new Set(),
    reports: new Set(),
    graves: new Set(),
    garbage: [],
    counters: new Map(),
    keys: new Set(),
  }
}

const byteString = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

function sortIn(stored: StoredRows, row: Row): void {
  stored.keys.add(byteString(row.key))
  switch (spaceOf(row.key)) {
    case bucketRows:
      stored.buckets.add(bucketRows.namesOf(row.key).bucket)
      break
    case objectRows:
      stored.objects.push({ ...objectRows.namesOf(row.key), record: objectRows.decodeRow(row) })
      break
    case versionRows:
      addVersion(stored, row)
      break
    case nullVersionRows: {
      const { bucket, key } = nullVersionRows.namesOf(row.key)
      stored.nullPlaces.set(`${bucket}/${key}`, nullVersionRows.decodeRow(row).place)
      break
    }
    case uploadRows:
      stored.uploads.push({ ...uploadRows.namesOf(row.key), record: uploadRows.decodeRow(row) })
      break
    case autoCompleteRows:
      stored.autoCompletes.push(autoCompleteRows.namesOf(row.key).uploadId)
      break
    case partRows: {
      const { manifest } = partRows.namesOf(row.key)
      stored.parts.set(manifest, [...(stored.parts.get(manifest) ?? []), partRows.decodeRow(row)])
      break
    }
    case manifestRows:
      stored.manifests.set(manifestRows.namesOf(row.key).manifest, manifestRows.decodeRow(row))
      break
    case usageRows:
      stored.usages.set(usageRows.namesOf(row.key).uploadId, usageRows.decodeRow(row))
      break
    case holderRows: {
      const { manifest, reference } = holderRows.namesOf(row.key)
      stored.holders.add(`${manifest} ${reference}`)
      break
    }
    case ownerRows:
      stored.owners.set(ownerRows.namesOf(row.key).blob, byteString(row.value))
      break
    case receiptRows:
      stored.receipts.add(receiptRows.namesOf(row.key).uploadId)
      break
    case incarnationRows:
      stored.incarnations.add(incarnationRows.namesOf(row.key).incarnation)
      break
    case reportRows:
      stored.reports.add(reportRows.namesOf(row.key).incarnation)
      break
    case graveRows:
      stored.graves.add(graveRows.namesOf(row.key).incarnation)
      break
    case garbageRows: {
      const { garbageKind: kind, garbageId: id } = garbageRows.namesOf(row.key)
      stored.garbage.push({ kind, id, record: garbageRows.decodeRow(row) })
      break
    }
    case counterRows:
      stored.counters.set(counterRows.namesOf(row.key).bucket, counterRows.decodeRow(row))
      break
    case documentRows:
      break // configuration, which names nothing
    default:
      if (NUMBERS.has(spaceOf(row.key)?.kind)) break
      throw new Error(`no space holds the key ${byteString(row.key)}`)
  }
}

function addVersion(stored: StoredRows, row: Row): void {
  const { bucket, key, place } = versionRows.namesOf(row.key)
  const record = versionRows.decodeRow(row)
  const found = { place, isMarker: 'deleteMarker' in record, isNull: (record.version?.id ?? 'null') === 'null' }
  stored.places.set(`${bucket}/${key}`, [...(stored.places.get(`${bucket}/${key}`) ?? []), found])
  if ('deleteMarker' in record) stored.deleteMarkers.set(bucket, (stored.deleteMarkers.get(bucket) ?? 0) + 1)
  else stored.versions.push({ bucket, key, record })
}
