/** The rows of an inventory's report. */
import { percentEncode } from '@bindery/bytes'
import type { BucketName, ObjectKey } from '@bindery/protocol'
import type { Inventory } from '../buckets/inventories.js'
import type { Domain } from '../domain.js'
import { startingWith } from '../stored/key-range.js'
import { objectRows, versionRows } from '../stored/keyspace.js'
import type { BucketRecord, ObjectRecord, VersionRecord } from '../stored/model.js'
import { versionIdOf } from '../stored/version-id.js'

/** Records of 40 kB stay within the limit of one read. */
const ROWS_AT_ONCE = 200

/** The names of the columns, in their order. */
export function columnsOf({ includedObjectVersions, optionalFields }: Inventory): string[] {
  const ofVersions = includedObjectVersions === 'All' ? ['VersionId', 'IsLatest', 'IsDeleteMarker'] : []
  return ['Bucket', 'Key', ...ofVersions, ...(optionalFields?.fields ?? [])]
}

interface Found {
  readonly key: ObjectKey
  readonly record: VersionRecord
  readonly isLatest: boolean
}

/** Yields a line for each object that the filter selects, or for each version: the current ones first. */
export async function* inventoryRows(
  domain: Domain,
  bucket: BucketRecord,
  inventory: Inventory,
): AsyncGenerator<string, void, undefined> {
  const columns = columnsOf(inventory)
  const prefix = inventory.filter?.prefix ?? ''
  const isAll = inventory.includedObjectVersions === 'All'
  for (const found of [currentOnes(domain, bucket.name, prefix), isAll ? others(domain, bucket.name, prefix) : []]) {
    for await (const one of found) {
      if (!isSelected(inventory, one.record)) continue
      yield `${columns.map((column) => field(cellOf(column, bucket, one))).join(',')}\n`
    }
  }
}

async function* currentOnes(domain: Domain, bucket: BucketName, prefix: string): AsyncGenerator<Found> {
  const range = startingWith(objectRows.prefix({ bucket, key: prefix }))
  for await (const row of domain.damage.rowsIn(domain.metadata, range, ROWS_AT_ONCE)) {
    const record = domain.damage.skip(row.key, () => objectRows.decodeRow(row))
    if (record !== undefined) yield { key: objectRows.namesOf(row.key).key, record, isLatest: true }
  }
}

/** Versions that are not current. The newest of a key is its latest if the key has no current object: a delete marker. */
async function* others(domain: Domain, bucket: BucketName, prefix: string): AsyncGenerator<Found> {
  const range = startingWith(versionRows.prefix({ bucket, key: prefix }))
  let before: ObjectKey | undefined
  for await (const row of domain.damage.rowsIn(domain.metadata, range, ROWS_AT_ONCE)) {
    const record = domain.damage.skip(row.key, () => versionRows.decodeRow(row))
    if (record === undefined) continue
    const { key } = versionRows.namesOf(row.key)
    const isLatest = key !== before && !(await isCurrent(domain, bucket, key))
    before = key
    yield { key, record, isLatest }
  }
}

async function isCurrent({ metadata }: Domain, bucket: BucketName, key: ObjectKey): Promise<boolean> {
  return (await metadata.read((reader) => reader.get(objectRows.key({ bucket, key })))) !== undefined
}

/** Bounds are inclusive. Delete markers have no size and no class. */
function isSelected({ filter = {} }: Inventory, record: VersionRecord): boolean {
  const { lastModifyBeginTimeStamp: from, lastModifyEndTimeStamp: to, lowerSizeBound, upperSizeBound } = filter
  const seconds = Math.floor(record.modifiedAt / 1000)
  if ((from !== undefined && seconds < from) || (to !== undefined && seconds > to)) return false
  const [size, storageClass] = 'deleteMarker' in record ? [0, undefined] : [record.size, record.storageClass]
  if (lowerSizeBound !== undefined && size < lowerSizeBound) return false
  if (upperSizeBound !== undefined && size > upperSizeBound) return false
  const classes = (filter.storageClass ?? '').split(',').map((name) => name.trim().toLowerCase())
  if (classes.includes('') || classes.includes('all')) return true
  return storageClass !== undefined && classes.includes(storageClass.toLowerCase())
}

function cellOf(column: string, bucket: BucketRecord, { key, record, isLatest }: Found): string {
  if (column === 'Bucket') return bucket.name
  if (column === 'Key') return percentEncode(key)
  if (column === 'VersionId') return bucket.versioning === undefined ? '' : versionIdOf(record)
  if (column === 'IsLatest') return String(isLatest)
  if (column === 'IsDeleteMarker') return String('deleteMarker' in record)
  if (column === 'LastModifiedDate') return isoSecond(record.modifiedAt)
  if ('deleteMarker' in record) return column === 'Size' ? '0' : ''
  return OBJECT_COLUMNS[column]?.(record) ?? ''
}

const OBJECT_COLUMNS: Readonly<Record<string, (record: ObjectRecord) => string>> = {
  Size: ({ size }) => String(size),
  ETag: ({ etag }) => etag,
  StorageClass: ({ storageClass }) => storageClass,
  IsMultipartUploaded: ({ type }) => String(type === 'Multipart'),
  EncryptionStatus: ({ encryption }) => String(encryption !== undefined),
  ObjectAcl: ({ acl }) => acl,
  TaggingCount: ({ tagging }) => String(tagging.length),
  ObjectType: ({ type }) => type,
  Crc64: ({ crc64 }) => String(crc64),
  TransitionTime: ({ movedAt }) => (movedAt === undefined ? '' : isoSecond(movedAt)),
}

const isoSecond = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}.000Z`

/** In quotes, by RFC 4180. */
function field(value: string): string {
  return `"${value.replaceAll('"', '""')}"`
}
