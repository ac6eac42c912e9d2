/**
 * Retention and legal hold of versions, in buckets with ObjectWorm. Deletions check them where the data of a version are
 * unlinked, so that no path leads around them.
 */
import { OssError } from '@bindery/protocol'
import { type Reader, together } from '@bindery/storage'
import { readBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import type { Holds, ObjectName, ObjectRecord, Retention } from '../stored/model.js'
import { requireStored, rewrite, type StoredObject } from './current.js'

/**
 * Retains a version until a time, in place of what retained it before.
 * Throws noSuchBucket, noSuchKey, noSuchVersion, versionIsDeleteMarker, objectWormMissing, retentionInPast, and fileImmutable
 * where an earlier retention is still in force and would be weakened.
 */
export async function putRetention(
  domain: Domain,
  name: ObjectName,
  retention: Retention,
  bypassGovernance: boolean,
): Promise<ObjectRecord> {
  const now = domain.clock()
  if (retention.until <= now) throw new OssError('retentionInPast')
  return domain.metadata.transact(async (tx) => {
    const stored = await requireHoldable(domain, tx, name)
    const { retention: before } = stored.record
    if (before !== undefined && now < before.until && weakens(before, retention)) {
      if (before.mode === 'COMPLIANCE' || !bypassGovernance) throw new OssError('fileImmutable')
    }
    const record = { ...stored.record, retention }
    rewrite(tx, stored, record)
    return record
  })
}

/** A change of mode counts, whichever way: what may end a retention depends on it. */
function weakens(before: Retention, after: Retention): boolean {
  return after.mode !== before.mode || after.until < before.until
}

/**
 * Puts a version under legal hold, or takes it back.
 * Throws noSuchBucket, noSuchKey, noSuchVersion, versionIsDeleteMarker, objectWormMissing.
 */
export function putLegalHold(
  domain: Domain,
  name: ObjectName,
  legalHold: NonNullable<Holds['legalHold']>,
): Promise<ObjectRecord> {
  return domain.metadata.transact(async (tx) => {
    const stored = await requireHoldable(domain, tx, name)
    const record = { ...stored.record, legalHold }
    rewrite(tx, stored, record)
    return record
  })
}

async function requireHoldable(domain: Domain, reader: Reader, name: ObjectName): Promise<StoredObject> {
  const [bucket, stored] = await together(readBucket(domain, reader, name.bucket), requireStored(reader, name))
  if (bucket.documents?.objectWorm === undefined) throw new OssError('objectWormMissing')
  return stored
}
