/**
 * The retention policy of a bucket: in progress for a day from its initiation, then expired unless it was completed in
 * time; completed, it is locked for good. It protects while it is in progress or locked.
 */
import { type BucketName, type BucketSettings, OssError } from '@bindery/protocol'
import { type Awaitable, andThen, type Reader } from '@bindery/storage'
import { type Domain, newId } from '../domain.js'
import { readDocument } from '../stored/documents.js'
import type { BucketRecord } from '../stored/model.js'
import { changeDocument } from './documents.js'

/** The retention policy of a bucket. */
export type Worm = BucketSettings['worm']

const DAY_MS = 86_400_000
const WORM = { kind: 'worm' } as const

/** Starts a policy; resolves with its id. Throws noSuchBucket, wormExists, wormInvalid. */
export async function initiateWorm(domain: Domain, bucket: BucketName, days: number): Promise<string> {
  const wormId = newId(domain)
  await changeDocument(domain, bucket, WORM, async ({ tx, bucket: record }) => {
    const found = await readWorm(domain, tx, record)
    if (found !== undefined && found.state !== 'Expired') throw new OssError('wormExists')
    const isHeldSingly = record.documents?.objectWorm !== undefined
    if (record.versioning === 'Suspended' || isHeldSingly) throw new OssError('wormInvalid')
    return { wormId, state: 'InProgress', retentionPeriodInDays: days, creationDate: domain.clock() }
  })
  return wormId
}

/** Ends a policy that is not locked, if there is one. Throws noSuchBucket, wormLocked. */
export async function abortWorm(domain: Domain, bucket: BucketName): Promise<void> {
  await changeDocument(domain, bucket, WORM, async ({ tx, bucket: record }) => {
    const found = await readWorm(domain, tx, record)
    if (found?.state === 'Locked') throw new OssError('wormLocked')
    return undefined
  })
}

/** Locks a policy that is in progress. Throws noSuchBucket, wormIdUnknown, wormLocked, wormInvalid. */
export async function completeWorm(domain: Domain, bucket: BucketName, wormId: string): Promise<void> {
  await changeWorm(domain, bucket, wormId, (worm) => {
    if (worm.state === 'Locked') throw new OssError('wormLocked')
    if (worm.state === 'Expired') throw new OssError('wormInvalid')
    return { ...worm, state: 'Locked' }
  })
}

/** Lengthens the retention of a locked policy. Throws noSuchBucket, wormIdUnknown, wormInvalid. */
export async function extendWorm(domain: Domain, bucket: BucketName, wormId: string, days: number): Promise<void> {
  await changeWorm(domain, bucket, wormId, (worm) => {
    if (worm.state !== 'Locked' || days <= worm.retentionPeriodInDays) throw new OssError('wormInvalid')
    return { ...worm, retentionPeriodInDays: days }
  })
}

async function changeWorm(
  domain: Domain,
  bucket: BucketName,
  wormId: string,
  change: (worm: Worm) => Worm,
): Promise<void> {
  await changeDocument(domain, bucket, WORM, async ({ tx, bucket: record }) => {
    const found = await readWorm(domain, tx, record)
    if (found?.wormId !== wormId) throw new OssError('wormIdUnknown')
    const { expirationDate: _, ...changed } = change(found)
    return changed
  })
}

/** The policy of a bucket in its state of this moment; undefined where none was started. */
export function readWorm(
  { clock }: Pick<Domain, 'clock'>,
  reader: Reader,
  bucket: BucketRecord,
): Awaitable<Worm | undefined> {
  return andThen(readDocument(reader, bucket, 'worm'), (worm) => {
    if (worm?.state !== 'InProgress') return worm
    const expirationDate = worm.creationDate + DAY_MS
    return clock() < expirationDate ? { ...worm, expirationDate } : { ...worm, state: 'Expired' }
  })
}

/** Milliseconds for which an object may not be replaced or deleted, from the time of its last change; 0 for none. */
export function readRetentionMs(
  domain: Pick<Domain, 'clock'>,
  reader: Reader,
  bucket: BucketRecord,
): Awaitable<number> {
  return andThen(readWorm(domain, reader, bucket), (worm) =>
    worm === undefined || worm.state === 'Expired' ? 0 : worm.retentionPeriodInDays * DAY_MS,
  )
}
