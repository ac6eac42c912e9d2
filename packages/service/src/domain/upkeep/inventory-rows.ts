/** The rows of an inventory's report. The names of its columns are the contents of a file, whatever a request is written in. */
import { percentEncode } from '@bindery/bytes'
import type { Inventory } from '../buckets/inventories.js'
import type { Domain } from '../domain.js'
import type { BucketRecord, ObjectRecord, VersionRecord } from '../stored/model.js'
import { versionIdOf } from '../stored/version-id.js'
import { currentVersions, otherVersions, type WalkedVersion } from './walk-versions.js'

/** The names of the columns, in their order. */
export function columnsOf({ includedObjectVersions, optionalFields }: Inventory): string[] {
  const ofVersions = includedObjectVersions === 'All' ? ['VersionId', 'IsLatest', 'IsDeleteMarker'] : []
  return ['Bucket', 'Key', ...ofVersions, ...(optionalFields?.fields ?? [])]
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
  const walks = [currentVersions(domain, bucket.name, prefix), isAll ? otherVersions(domain, bucket.name, prefix) : []]
  for (const walk of walks) {
    for await (const one of walk) {
      if (!isSelected(inventory, one.record)) continue
      yield `${columns.map((column) => field(cellOf(column, bucket, one))).join(',')}\n`
    }
  }
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

function cellOf(column: string, bucket: BucketRecord, { key, record, noncurrentSince }: WalkedVersion): string {
  if (column === 'Bucket') return bucket.name
  if (column === 'Key') return percentEncode(key)
  if (column === 'VersionId') return bucket.versioning === undefined ? '' : versionIdOf(record)
  if (column === 'IsLatest') return String(noncurrentSince === undefined)
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
  ObjectLockRetainUntilDate: ({ retention }) => (retention === undefined ? '' : isoSecond(retention.until)),
  ObjectLockMode: ({ retention }) => retention?.mode ?? '',
  ObjectLockLegalHoldStatus: ({ legalHold }) => (legalHold === 'ON' ? 'On' : 'Off'),
  BucketKeyStatus: ({ encryption }) => (encryption?.algorithm === 'KMS' ? 'DISABLED' : ''),
  ChecksumAlgorithm: ({ checksum }) => checksum?.name.toUpperCase() ?? '',
  ObjectOwner: ({ owner }) => owner,
}

const isoSecond = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}.000Z`

/** In quotes, by RFC 4180. */
function field(value: string): string {
  return `"${value.replaceAll('"', '""')}"`
}
