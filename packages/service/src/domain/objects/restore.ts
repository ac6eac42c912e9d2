/**
 * Restoring of archived objects. The bytes of all classes lie in the same place; an object of an archive class is not
 * readable until it was restored, and for as many days as were requested.
 */
import { OssError } from '@bindery/protocol'
import { type Awaitable, andThen, together } from '@bindery/storage'
import { readBucket } from '../buckets/buckets.js'
import { findDocument } from '../buckets/documents.js'
import type { Domain } from '../domain.js'
import type { BucketRecord, ObjectName, ObjectRecord, StorageClass } from '../stored/model.js'
import type { ListedRecord } from '../stored/records/listed.js'
import { requireStored, rewrite } from './current.js'

const DAY_MS = 86_400_000

type ArchiveClass = Extract<StorageClass, 'Archive' | 'ColdArchive' | 'DeepColdArchive'>
/** The tiers of a restore, by the time that it takes. */
export type RestoreTier = 'Expedited' | 'Standard' | 'Bulk'

/** Milliseconds that a restore takes; OSS needs minutes to hours. Archive has one tier in OSS and three in S3, whose GLACIER it is. */
const TIER_MS: Readonly<Record<ArchiveClass, Readonly<Partial<Record<RestoreTier, number>>>>> = {
  Archive: { Expedited: 1_000, Standard: 2_000, Bulk: 3_000 },
  ColdArchive: { Expedited: 3_000, Standard: 4_000, Bulk: 5_000 },
  DeepColdArchive: { Expedited: 4_000, Standard: 5_000 },
}
const DAYS_MAX: Readonly<Record<ArchiveClass, number>> = { Archive: 7, ColdArchive: 365, DeepColdArchive: 365 }

const isArchived = (storageClass: StorageClass): storageClass is ArchiveClass => storageClass in TIER_MS

/** The restore of an object at a time; undefined where it never was restored, or is frozen again. */
export function restoreOf({ restore }: Pick<ListedRecord, 'restore'>, now: number) {
  if (restore === undefined || now >= restore.expiresAt) return undefined
  return { isOngoing: now < restore.readyAt, expiresAt: restore.expiresAt }
}

/** The tiers from the slowest. */
const TIERS: readonly RestoreTier[] = ['Bulk', 'Standard', 'Expedited']

/** The days, 1 by default, and the tier that a client requests. */
export interface RestoreRequest {
  readonly days?: number | undefined
  readonly tier?: RestoreTier | undefined
  /** Whether the tier of an object of the class Archive may be named. */
  readonly namesTierOfArchive: boolean
}

/** `begun`: the object can be read later, or earlier than an earlier request demanded; `extended`: it is restored already, and stays so for longer. */
export interface Restored {
  readonly kind: 'begun' | 'extended'
  readonly record: ObjectRecord
  /** Undefined for Archive, which has one tier. */
  readonly tier: RestoreTier | undefined
}

/**
 * Restores an object, lengthens its restore, or hastens one that runs, by a faster tier.
 * Throws noSuchBucket, noSuchKey, noSuchVersion, versionIsDeleteMarker, restoreNotSupported, restoreInProgress, restoreInProgressFaster,
 * and causes of the request.
 */
export async function restoreObject(domain: Domain, name: ObjectName, request: RestoreRequest): Promise<Restored> {
  const now = domain.clock()
  return domain.metadata.transact(async (tx) => {
    const [, stored] = await together(readBucket(domain, tx, name.bucket), requireStored(tx, name))
    const { record } = stored
    const { storageClass } = record
    if (!isArchived(storageClass) || record.type === 'Symlink') throw new OssError('restoreNotSupported')
    const { days, tier, takes } = checkRequest(storageClass, request)
    const before = restoreOf(record, now)
    if (before?.isOngoing === true) requireFaster(tier, record.restore?.tier)
    const readyAt = readyAtOf(record, now, takes)
    const kept = tier === 'Standard' ? {} : { tier }
    rewrite(tx, stored, { ...record, restore: { readyAt, expiresAt: readyAt + days * DAY_MS, ...kept } })
    const kind = before?.isOngoing === false ? 'extended' : 'begun'
    return { kind, record, tier: storageClass === 'Archive' ? undefined : tier }
  })
}

/** When a restored object can be read: at once if it can already; a running restore is never delayed, and one that has ended counts for nothing. */
function readyAtOf(record: ObjectRecord, now: number, takes: number): number {
  const running = restoreOf(record, now)
  if (running?.isOngoing === false) return now
  return Math.min(now + takes, (running && record.restore?.readyAt) ?? Number.POSITIVE_INFINITY)
}

interface CheckedRequest {
  readonly days: number
  readonly tier: RestoreTier
  /** Milliseconds. */
  readonly takes: number
}

/** Throws restoreDays, restoreDaysOfArchive, restoreTierUnknown, malformedXml. */
function checkRequest(storageClass: ArchiveClass, request: RestoreRequest): CheckedRequest {
  const isArchive = storageClass === 'Archive'
  const { days = 1, tier = 'Standard' } = request
  if (days < 1 || days > DAYS_MAX[storageClass]) throw new OssError(isArchive ? 'restoreDaysOfArchive' : 'restoreDays')
  if (isArchive && request.tier !== undefined && !request.namesTierOfArchive) throw new OssError('malformedXml')
  const takes = TIER_MS[storageClass][tier]
  if (takes === undefined) throw new OssError('restoreTierUnknown')
  return { days, tier, takes }
}

/** Throws restoreInProgress, restoreInProgressFaster. */
function requireFaster(tier: RestoreTier, running: RestoreTier = 'Standard'): void {
  const faster = TIERS.indexOf(tier) - TIERS.indexOf(running)
  if (faster === 0) throw new OssError('restoreInProgress')
  if (faster < 0) throw new OssError('restoreInProgressFaster')
}

/**
 * Ends the restore of an object before its time.
 * Throws noSuchBucket, noSuchKey, noSuchVersion, versionIsDeleteMarker, restoreNotFinished, restoreStale.
 */
export async function cleanRestored(domain: Domain, name: ObjectName): Promise<ObjectRecord> {
  const now = domain.clock()
  return domain.metadata.transact(async (tx) => {
    const [, stored] = await together(readBucket(domain, tx, name.bucket), requireStored(tx, name))
    const found = restoreOf(stored.record, now)
    if (found === undefined) throw new OssError('restoreStale')
    if (found.isOngoing) throw new OssError('restoreNotFinished')
    const { restore: _, ...record } = stored.record
    rewrite(tx, stored, record)
    return record
  })
}

/** Whether objects of the class Archive can be read without a restore; a bucket without the setting costs no read. */
export function findDirectRead(domain: Domain, { name, documents = {} }: BucketRecord): Awaitable<boolean> {
  if (documents.bucketArchiveDirectRead === undefined) return false
  return andThen(findDocument(domain, name, 'bucketArchiveDirectRead'), (setting) => setting?.enabled === true)
}

/** Throws invalidObjectState for an archived object that is not restored. */
export function requireReadable(record: ObjectRecord, clock: () => number, isDirectlyRead: boolean): void {
  const { storageClass, type } = record
  if (!isArchived(storageClass) || type === 'Symlink' || (storageClass === 'Archive' && isDirectlyRead)) return
  if (restoreOf(record, clock())?.isOngoing !== false) throw new OssError('invalidObjectState')
}
