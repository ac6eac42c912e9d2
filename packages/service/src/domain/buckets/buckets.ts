import {
  BUCKETS_MAX,
  type BucketName,
  type BucketSettings,
  DEFAULT_RESOURCE_GROUP,
  isAccessPointAlias,
  OssError,
} from '@bindery/protocol'
import {
  type Awaitable,
  andThen,
  type Bytes,
  METADATA_LIMITS,
  type MetadataStore,
  type Reader,
  StorageError,
  together,
} from '@bindery/storage'
import type { Domain } from '../domain.js'
import { count as countChange, readEdition } from '../ram/changes.js'
import { type BucketStat, readCounters } from '../stored/counters.js'
import { deleteDocuments, readDocument, writeDocuments } from '../stored/documents.js'
import { bucketRows, counterRows, objectRows, uploadRows, versionRows } from '../stored/keyspace.js'
import type { BucketAcl, BucketRecord, Redundancy, StorageClass } from '../stored/model.js'
import { hasRows, rowsIn } from '../stored/rows-in.js'
import { releaseDomains } from './bound-domains.js'
import { readPublicAccessBlock } from './public-access.js'

/** A bucket that is to be created. */
export interface NewBucket {
  readonly name: BucketName
  readonly owner: string
  readonly acl?: BucketAcl | undefined
  /** The ACL is about listing, and does not cover the objects; absent: it is about both. */
  readonly aclIsOfListing?: boolean | undefined
  /** Nothing is set on a bucket that exists. */
  readonly keepsExisting?: boolean | undefined
  /** A missing bucket is not created. */
  readonly mustExist?: boolean | undefined
  readonly storageClass?: StorageClass | undefined
  readonly redundancy?: Redundancy | undefined
  /** The state of versioning that it begins with. */
  readonly versioning?: 'Enabled' | undefined
  /** Documents that are set with it. */
  readonly settings?: Partial<BucketSettings>
}

/**
 * Creates a bucket; on one of the same owner it sets the ACL and the settings that are given. The owner's buckets are counted outside the
 * transaction, which may not read thousands of rows: where those that were created meanwhile may be too many, that is repeated. Throws
 * noSuchBucket for one that must exist, bucketNameTaken, bucketAlreadyOwned for one that would have to take other tags,
 * bucketStorageClassFixed, bucketRedundancyFixed, publicBucketAclBlocked, tooManyBuckets, StorageError `conflict`.
 */
export async function createBucket(domain: Domain, bucket: NewBucket): Promise<void> {
  for (let attempts = 0; attempts < METADATA_LIMITS.attempts; attempts += 1) {
    const counted = bucket.mustExist === true ? { held: 0, edition: 0 } : await countBuckets(domain, bucket.owner)
    if (await createCounted(domain, bucket, counted)) return
  }
  throw new StorageError('conflict', 'an account changed again and again while a bucket was to be created')
}

/** The number of an account's buckets, and its edition before they were counted. */
interface Counted {
  readonly held: number
  readonly edition: number
}

async function countBuckets({ metadata }: Domain, owner: string): Promise<Counted> {
  const edition = await metadata.read((reader) => readEdition(reader, owner))
  return { held: (await ownBuckets(metadata, owner)).length, edition }
}

/** False, and nothing is created, where so much was created since the count that the bucket may be one too many. */
function createCounted(domain: Domain, bucket: NewBucket, { held, edition }: Counted): Promise<boolean> {
  const { name, owner, acl, settings = {} } = bucket
  const createdAt = domain.clock()
  return domain.metadata.transact(async (tx) => {
    const found = await readBucketIfAny(domain, tx, name)
    if (found === undefined) {
      if (bucket.mustExist === true) throw noSuchBucket(name)
      const created = (await readEdition(tx, owner)) - edition
      if (held < BUCKETS_MAX && held + created >= BUCKETS_MAX) return false
    }
    const record = found === undefined ? newRecord(bucket, createdAt, held) : sameRecord(found, bucket)
    if (found !== undefined && bucket.keepsExisting === true) {
      if (settings.tagging !== undefined) throw new OssError('bucketAlreadyOwned')
      return true
    }
    await checkAcl(tx, record, acl)
    // a count of the account's buckets must notice this one
    if (found === undefined) countChange(tx, owner, { edition: 1 })
    if (record !== found) bucketRows.set(tx, { bucket: name }, record)
    writeDocuments(tx, record, settings)
    return true
  }) as Promise<boolean>
}

/** `held`: the number of the owner's buckets. Throws invalidBucketName, tooManyBuckets. */
function newRecord(bucket: NewBucket, createdAt: number, held: number): BucketRecord {
  const { name, owner, acl = 'private', aclIsOfListing = false, versioning } = bucket
  const { storageClass = 'Standard', redundancy = 'LRS' } = bucket
  if (isAccessPointAlias(name)) throw new OssError('invalidBucketName', { bucketName: name })
  if (held >= BUCKETS_MAX) throw new OssError('tooManyBuckets')
  const record = { name, owner, createdAt, acl, storageClass, redundancy, ...(versioning && { versioning }) }
  return withAcl(record, acl, aclIsOfListing)
}

function sameRecord(found: BucketRecord, { name, owner, acl, storageClass, redundancy }: NewBucket): BucketRecord {
  if (found.owner !== owner) throw new OssError('bucketNameTaken', { bucketName: name })
  if (storageClass !== undefined && storageClass !== found.storageClass) {
    throw new OssError('bucketStorageClassFixed', { bucketName: name })
  }
  if (redundancy !== undefined && redundancy !== found.redundancy) {
    throw new OssError('bucketRedundancyFixed', { bucketName: name })
  }
  return acl === undefined ? found : withAcl(found, acl, false)
}

function withAcl(record: BucketRecord, acl: BucketAcl, isOfListing: boolean): BucketRecord {
  if (acl === record.acl && isOfListing === hasListingAcl(record)) return record
  const { aclOrigin, ...others } = record
  return { ...others, acl, ...(isOfListing && { aclOrigin: 's3' }) }
}

/** Whether the ACL of a bucket is about listing, and does not cover its objects: docs/decisions/0091. */
export function hasListingAcl({ aclOrigin }: Pick<BucketRecord, 'aclOrigin'>): boolean {
  return aclOrigin === 's3'
}

/** Sets an ACL that is about listing. Throws noSuchBucket, publicBucketAclBlocked. */
export async function setListingAcl(domain: Domain, name: BucketName, acl: BucketAcl): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    const record = await readBucket(domain, tx, name)
    await checkAcl(tx, record, acl)
    bucketRows.set(tx, { bucket: name }, withAcl(record, acl, true))
  })
}

async function checkAcl(reader: Reader, bucket: BucketRecord, acl: BucketAcl = 'private'): Promise<void> {
  if (acl !== 'private' && (await readPublicAccessBlock(reader, bucket))) throw new OssError('publicBucketAclBlocked')
}

/** Deletes an empty bucket. Throws noSuchBucket, bucketHasObjects, bucketHasUploads, bucketHasAccessPoints. */
export async function deleteBucket(domain: Domain, name: BucketName): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    const [bucket, hasObjects, hasVersions, hasUploads] = await together(
      readBucket(domain, tx, name),
      hasRows(tx, objectRows.rangeUnder({ bucket: name })),
      hasRows(tx, versionRows.rangeUnder({ bucket: name })),
      hasRows(tx, uploadRows.rangeUnder({ bucket: name })),
    )
    if (hasObjects || hasVersions) throw new OssError('bucketHasObjects', { bucketName: name })
    if (hasUploads) throw new OssError('bucketHasUploads', { bucketName: name })
    if (bucket.documents?.accessPoint !== undefined) throw new OssError('bucketHasAccessPoints', { bucketName: name })
    await releaseDomains(tx, bucket)
    deleteDocuments(tx, bucket)
    bucketRows.delete(tx, { bucket: name })
    counterRows.delete(tx, { bucket: name })
  })
  domain.events.bus.publish({ type: 'bucketDeleted', bucket: name })
}

/** Whether a bucket holds objects or versions. */
export function hasObjects(domain: Domain, name: BucketName): Promise<boolean> {
  return domain.metadata.read(async (reader) => {
    const [objects, versions] = await together(
      hasRows(reader, objectRows.rangeUnder({ bucket: name })),
      hasRows(reader, versionRows.rangeUnder({ bucket: name })),
    )
    return objects || versions
  }) as Promise<boolean>
}

/** The record of a bucket, in a read of its own. Throws noSuchBucket. */
export function findBucket(domain: Domain, name: BucketName): Awaitable<BucketRecord> {
  return domain.metadata.read((reader) => readBucket(domain, reader, name))
}

/** Reads more about a bucket, from the state of the store in which its record was found. */
export type ReadMore<T> = (reader: Reader, bucket: BucketRecord) => Awaitable<T>

/** A bucket, and what was read with it from the same state of the store. */
export interface BucketAndMore<T> {
  readonly bucket: BucketRecord
  readonly more: T
}

/** The record of a bucket, and what `readMore` reads from the same state of the store. Throws noSuchBucket. */
export function findBucketAndMore<T>(
  domain: Domain,
  name: BucketName,
  readMore: ReadMore<T>,
): Awaitable<BucketAndMore<T>> {
  return andThen(findBucketIfAny(domain, name, readMore), (found) => {
    if (found === undefined) throw noSuchBucket(name)
    return found
  })
}

/** Undefined if no bucket has the name. */
export function findBucketIfAny<T>(
  domain: Domain,
  name: BucketName,
  readMore: ReadMore<T>,
): Awaitable<BucketAndMore<T> | undefined> {
  return domain.metadata.read((reader) =>
    andThen(readBucketIfAny(domain, reader, name), (bucket) =>
      bucket === undefined ? undefined : andThen(readMore(reader, bucket), (more) => ({ bucket, more })),
    ),
  )
}

/** The bucket's record; every write transaction of a bucket reads it. Throws noSuchBucket. */
export function readBucket(domain: Domain, reader: Reader, name: string): Awaitable<BucketRecord> {
  return andThen(readBucketIfAny(domain, reader, name), (record) => {
    if (record === undefined) throw noSuchBucket(name)
    return record
  })
}

/** The error for a name that no bucket has. Where only an access point could have it, that is what is missing. */
export function noSuchBucket(name: string): OssError {
  if (isAccessPointAlias(name)) return new OssError('noSuchAccessPoint', { accessPointName: name })
  return new OssError('noSuchBucket', { bucketName: name })
}

/** The bucket's record; undefined if no bucket has the name. */
export function readBucketIfAny(domain: Domain, reader: Reader, bucket: string): Awaitable<BucketRecord | undefined> {
  return andThen(reader.get(bucketRows.key({ bucket })), (row) => row && bucketIn(domain, row, bucket))
}

/** The bucket's record in its row. Throws StorageError `corrupt`. */
export function bucketIn({ bucketCache }: Domain, row: Bytes, bucket: string): BucketRecord {
  return bucketCache.get(bucket, row, () => bucketRows.decode(row, { bucket: bucket as BucketName }))
}

/** A page of a listing of buckets. */
export interface BucketPage {
  readonly buckets: readonly BucketRecord[]
  /** Name of the last bucket of a page that is not the last. */
  readonly nextMarker: string | undefined
}

/** Which buckets of an account are listed; `marker` is exclusive. */
export interface BucketQuery {
  readonly owner: string
  readonly prefix: string
  readonly marker: string
  readonly maxKeys: number
  /** Tags that a bucket must have, of any value where that is undefined. */
  readonly tags?: readonly { readonly key: string; readonly value?: string | undefined }[]
  /** Absent: the buckets of all resource groups. */
  readonly resourceGroupId?: string | undefined
}

/** An account's buckets in the order of their names. */
export async function listBuckets({ metadata }: Domain, query: BucketQuery): Promise<BucketPage> {
  const { owner, prefix, marker, maxKeys, tags = [], resourceGroupId } = query
  const own = (await ownBuckets(metadata, owner)).filter(({ name }) => name.startsWith(prefix) && name > marker)
  const isFiltered = tags.length > 0 || resourceGroupId !== undefined
  const matching = isFiltered
    ? await metadata.read((reader) => Promise.all(own.map((bucket) => isListed(reader, bucket, query))))
    : undefined
  const found = matching === undefined ? own : own.filter((_, index) => matching[index])
  const buckets = found.slice(0, maxKeys)
  return { buckets, nextMarker: found.length > maxKeys ? buckets.at(-1)?.name : undefined }
}

async function isListed(reader: Reader, bucket: BucketRecord, { tags = [], resourceGroupId }: BucketQuery) {
  if (resourceGroupId !== undefined && (await readResourceGroup(reader, bucket)) !== resourceGroupId) return false
  if (tags.length === 0) return true
  const own = (await readDocument(reader, bucket, 'tagging'))?.tagSet.tags ?? []
  return tags.every(({ key, value }) =>
    own.some((tag) => tag.key === key && (value === undefined || tag.value === value)),
  )
}

/** The resource group that a bucket was put into, or the default one. */
export async function readResourceGroup(reader: Reader, bucket: BucketRecord): Promise<string> {
  return (await readDocument(reader, bucket, 'resourceGroup'))?.resourceGroupId ?? DEFAULT_RESOURCE_GROUP
}

/** Live, and exact. Throws noSuchBucket. */
export async function bucketStat(domain: Domain, name: BucketName): Promise<BucketStat> {
  return domain.metadata.read(async (reader) => {
    const [, stat] = await together(readBucket(domain, reader, name), readCounters(reader, name, domain.clock()))
    return stat
  })
}

const ROWS_AT_ONCE = 500

/** The buckets of an account in the order of their names, looked for among those of all accounts, in several reads. */
export async function ownBuckets(metadata: MetadataStore, owner: string): Promise<BucketRecord[]> {
  const records: BucketRecord[] = []
  for await (const row of rowsIn(metadata, bucketRows.all, { atOnce: ROWS_AT_ONCE })) {
    const record = bucketRows.decodeRow(row)
    if (record.owner === owner) records.push(record)
  }
  return records
}
