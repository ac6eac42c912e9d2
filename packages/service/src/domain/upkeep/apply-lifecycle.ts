/**
 * Applies the lifecycle rules: aborts uploads, and deletes or moves versions of objects, when their time has come. The time
 * of an upload counts from its initiation, whatever parts came since. A pass proceeds in steps and may stop anywhere; the
 * next one finds the rest.
 */
import { type BucketName, type ObjectKey, OssError } from '@bindery/protocol'
import type { Bytes } from '@bindery/storage'
import { readBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { isDamage } from '../stored/damage.js'
import { readDocument } from '../stored/documents.js'
import { startingWith } from '../stored/key-range.js'
import { bucketRows, documentRows, uploadRows } from '../stored/keyspace.js'
import type { BucketRecord, UploadRecord } from '../stored/model.js'
import { endUpload, type Usage } from '../uploads/uploads.js'
import { actAtOnce } from './act-at-once.js'
import { type ActedOn, applyToVersions } from './apply-to-versions.js'
import { DAY_MS, isAmong, type LifecycleRule } from './due-action.js'

/** An upload that a rule has aborted. */
export interface AbortedByRule {
  readonly kind: 'aborted'
  readonly bucket: BucketName
  readonly ruleId: string
  readonly key: ObjectKey
  readonly uploadId: string
  readonly parts: number
  /** Bytes of its parts, which are freed. */
  readonly bytes: number
}

/** An upload or a version that a rule has acted on. */
export type DoneByRule = AbortedByRule | ActedOn

/** Buckets, and uploads, per read: records of 40 kB stay within the limit of one read. */
const BUCKETS_AT_ONCE = 200
const UPLOADS_AT_ONCE = 200

/**
 * One pass over the rules of all buckets; yields each upload and each version after a rule has acted on it. The signal ends
 * it: whatever was done has been yielded.
 */
export async function* applyLifecycle(
  domain: Domain,
  signal?: AbortSignal,
): AsyncGenerator<DoneByRule, void, undefined> {
  for await (const row of domain.damage.rowsIn(domain.metadata, bucketRows.all, BUCKETS_AT_ONCE)) {
    const bucket = domain.damage.skip(row.key, () => bucketRows.decodeRow(row))
    if (signal?.aborted) return
    if (bucket === undefined) continue
    const rules = await findRules(domain, bucket)
    for (const rule of rules) yield* applyRule(domain, bucket.name, rule, signal)
    yield* applyToVersions(domain, bucket, rules, signal)
  }
}

async function findRules(domain: Domain, bucket: BucketRecord): Promise<readonly LifecycleRule[]> {
  try {
    const lifecycle = await domain.metadata.read((reader) => readDocument(reader, bucket, 'lifecycle'))
    return lifecycle?.rules ?? []
  } catch (error) {
    if (!isDamage(error)) throw error
    domain.damage.add(documentRows.key({ bucket: bucket.name, document: 'lifecycle', page: 0 }), error)
    return []
  }
}

async function* applyRule(
  domain: Domain,
  bucket: BucketName,
  rule: LifecycleRule,
  signal: AbortSignal | undefined,
): AsyncGenerator<AbortedByRule, void, undefined> {
  const abort = async ([upload, row]: readonly [UploadRecord, Bytes]): Promise<AbortedByRule | undefined> => {
    const usage = await abortByRule(domain, rule, upload, row)
    if (usage === undefined) return undefined
    const { key, uploadId } = upload
    return { kind: 'aborted', bucket, ruleId: rule.id, key, uploadId, parts: usage.parts, bytes: usage.bytes }
  }
  yield* actAtOnce(domain, dueUploadsOf(domain, bucket, rule), abort, signal)
}

/** The uploads that an enabled rule aborts now, with the keys of their rows. `onMet` as for `dueVersions`. */
export async function* dueUploadsOf(
  { metadata, damage, clock }: Domain,
  bucket: BucketName,
  rule: LifecycleRule,
  onMet = () => {},
): AsyncGenerator<readonly [UploadRecord, Bytes]> {
  if (rule.abortMultipartUpload === undefined || rule.status !== 'Enabled') return
  const range = startingWith(uploadRows.prefix({ bucket, key: rule.prefix }))
  for await (const { key, value } of damage.rowsIn(metadata, range, UPLOADS_AT_ONCE)) {
    onMet()
    const upload = damage.skip(key, () => uploadRows.decodeRow({ key, value }))
    if (upload !== undefined && isDue(rule, upload, clock())) yield [upload, key]
  }
}

/** A date in the future ends nothing: otherwise a rule for next year would end every upload as it begins. */
function isDue({ abortMultipartUpload }: LifecycleRule, { initiatedAt }: UploadRecord, now: number): boolean {
  const { days, createdBeforeDate } = abortMultipartUpload ?? {}
  if (days !== undefined) return now - initiatedAt >= days * DAY_MS
  return createdBeforeDate !== undefined && initiatedAt < createdBeforeDate && now >= createdBeforeDate
}

/** Aborts the upload, unless it has ended, the rule has been deleted, or a row is damaged. */
async function abortByRule(
  domain: Domain,
  rule: LifecycleRule,
  upload: UploadRecord,
  row: Bytes,
): Promise<Usage | undefined> {
  try {
    return await endUpload(domain, upload, async (tx) => {
      const lifecycle = await readDocument(tx, await readBucket(domain, tx, upload.bucket), 'lifecycle')
      return isAmong(lifecycle?.rules ?? [], rule)
    })
  } catch (error) {
    const isGone = error instanceof OssError && ['noSuchUploadOnAbort', 'noSuchBucket'].includes(error.reason)
    if (isDamage(error)) domain.damage.add(row, error)
    else if (!isGone) throw error
    return undefined
  }
}
