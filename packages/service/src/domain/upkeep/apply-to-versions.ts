/**
 * Applies lifecycle rules to objects and their versions: walks over all of a bucket, and acts on each version in a
 * transaction of its own, which looks again whether it is unchanged and its rule still set.
 */
import { type BucketName, type ObjectKey, OssError } from '@bindery/protocol'
import { type Transaction, together } from '@bindery/storage'
import { readBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { hasCurrent, readStored } from '../objects/current.js'
import { changeStorageClass, deleteCurrent, deleteVersion, readStanding } from '../objects/versions.js'
import { isDamage } from '../stored/damage.js'
import { readDocument } from '../stored/documents.js'
import { versionRows } from '../stored/keyspace.js'
import type { BucketRecord, ObjectRecord, StorageClass, VersionId, VersionRecord } from '../stored/model.js'
import { placeOf, versionIdOf } from '../stored/version-id.js'
import { actAtOnce } from './act-at-once.js'
import { type DueAction, dueAction, isAmong, type LifecycleRule, type Subject } from './due-action.js'
import { currentVersions, otherVersions, type WalkedVersion } from './walk-versions.js'

/** A version that a rule has deleted, or moved to another class. */
export interface ActedOn {
  readonly kind: 'expired' | 'moved'
  readonly bucket: BucketName
  readonly ruleId: string
  readonly key: ObjectKey
  readonly version: VersionId
  /** The class that it was moved to. */
  readonly storageClass?: StorageClass
  /** Its bytes, and its class before; absent for a delete marker. */
  readonly size?: number
  readonly classBefore?: StorageClass
}

/** Yields each version after a rule has acted on it. */
export async function* applyToVersions(
  domain: Domain,
  record: BucketRecord,
  rules: readonly LifecycleRule[],
  signal: AbortSignal | undefined,
): AsyncGenerator<ActedOn, void, undefined> {
  for (const due of dueVersions(domain, record, rules)) {
    yield* actAtOnce(domain, due, ([subject, action]) => act(domain, record.name, subject, action), signal)
    if (signal?.aborted) return
  }
}

/**
 * The versions of a bucket for which an action is due: first those that are current, then the others. `onMet` is called for each
 * version that is looked at; what it throws ends the walk.
 */
export function dueVersions(
  domain: Domain,
  { name }: BucketRecord,
  rules: readonly LifecycleRule[],
  onMet = () => {},
): readonly AsyncGenerator<readonly [WalkedSubject, DueAction]>[] {
  const acting = rules.filter(actsOnVersions)
  if (acting.length === 0) return []
  const prefix = commonStart(acting.map((rule) => rule.prefix))
  const walks = [currentOnes(domain, name, prefix), others(domain, name, prefix)]
  return walks.map((subjects) => dueOnes(domain, subjects, acting, onMet))
}

/** The subjects for which an action of the rules is due. */
async function* dueOnes(
  { clock }: Domain,
  subjects: AsyncIterable<WalkedSubject>,
  rules: readonly LifecycleRule[],
  onMet: () => void,
): AsyncGenerator<readonly [WalkedSubject, DueAction]> {
  for await (const subject of subjects) {
    onMet()
    const due = dueAction(rules, subject, clock())
    if (due !== undefined) yield [subject, due]
  }
}

/** A rule may abort uploads besides. */
function actsOnVersions(rule: LifecycleRule): boolean {
  const { status, expiration, transitions, noncurrentVersionExpiration, noncurrentVersionTransitions } = rule
  const actions = [expiration, transitions, noncurrentVersionExpiration, noncurrentVersionTransitions]
  return status === 'Enabled' && actions.some((action) => action !== undefined)
}

function commonStart(prefixes: readonly string[]): string {
  return prefixes.reduce((start, prefix) => {
    let length = 0
    while (length < start.length && start[length] === prefix[length]) length += 1
    return start.slice(0, length)
  })
}

type WalkedSubject = Subject & { readonly key: ObjectKey }

/** Versions that are not current. Whether a delete marker is the only version of its key shows in the next one. */
async function* others(domain: Domain, bucket: BucketName, prefix: string): AsyncGenerator<WalkedSubject> {
  let newest: WalkedVersion | undefined
  for await (const version of otherVersions(domain, bucket, prefix)) {
    if (newest !== undefined) yield { ...newest, isOnly: newest.key !== version.key }
    newest = version.noncurrentSince === undefined ? version : undefined
    if (newest === undefined) yield { ...version, isOnly: false }
  }
  if (newest !== undefined) yield { ...newest, isOnly: true }
}

async function* currentOnes(domain: Domain, bucket: BucketName, prefix: string): AsyncGenerator<WalkedSubject> {
  for await (const version of currentVersions(domain, bucket, prefix)) yield { ...version, isOnly: false }
}

async function act(
  domain: Domain,
  bucket: BucketName,
  { key, record, noncurrentSince }: WalkedSubject,
  due: DueAction,
): Promise<ActedOn | undefined> {
  const now = domain.clock()
  const { rule } = due
  const version = versionIdOf(record)
  try {
    const isDone = await domain.metadata.transact(async (tx) => {
      const owner = await readBucket(domain, tx, bucket)
      if (!(await isStillSet(tx, owner, rule))) return false
      const isMarker = 'deleteMarker' in record
      const isNewest = noncurrentSince === undefined
      const target = { bucket, key, record, isCurrent: isNewest && !isMarker, isAlone: isNewest && isMarker }
      return due.kind === 'expire' ? expire(domain, tx, owner, target, now) : move(tx, target, due.storageClass, now)
    })
    if (!isDone) return undefined
  } catch (error) {
    const isPassedOver = error instanceof OssError && ['noSuchBucket', 'fileImmutable'].includes(error.reason)
    if (isDamage(error)) domain.damage.add(versionRows.key({ bucket, key, place: placeOf(record) }), error)
    else if (!isPassedOver) throw error
    return undefined
  }
  const data = 'deleteMarker' in record ? {} : { size: record.size, classBefore: record.storageClass }
  const common = { bucket, ruleId: rule.id, key, version, ...data }
  return due.kind === 'expire'
    ? { kind: 'expired', ...common }
    : { kind: 'moved', ...common, storageClass: due.storageClass }
}

async function isStillSet(tx: Transaction, bucket: BucketRecord, rule: LifecycleRule): Promise<boolean> {
  return isAmong((await readDocument(tx, bucket, 'lifecycle'))?.rules ?? [], rule)
}

interface Target {
  readonly bucket: BucketName
  readonly key: ObjectKey
  readonly record: VersionRecord
  readonly isCurrent: boolean
  /** Whether it is a delete marker, which is removed only while it is the only version of its key. */
  readonly isAlone: boolean
}

/** A current version expires as by DeleteObject, another one for good. Whether it was still as it was found. */
async function expire(
  domain: Domain,
  tx: Transaction,
  owner: BucketRecord,
  { bucket, key, record, isCurrent, isAlone }: Target,
  now: number,
): Promise<boolean> {
  const name = { bucket, key }
  if (isCurrent) {
    const standing = await readStanding(domain, tx, name)
    if (standing.current === undefined || !isSame(standing.current, record)) return false
    deleteCurrent(domain, tx, standing, now)
    return true
  }
  const [found, versions] = await together(
    versionRows.read(tx, { ...name, place: placeOf(record) }),
    isAlone ? countVersions(tx, name) : undefined,
  )
  if (found === undefined || !isSame(found, record) || (versions ?? 1) > 1) return false
  await deleteVersion(domain, tx, owner, { ...name, version: versionIdOf(record) })
  return true
}

/** The versions of a key, counted up to two. */
async function countVersions(tx: Transaction, name: { readonly bucket: BucketName; readonly key: ObjectKey }) {
  const { from, to } = versionRows.rangeUnder(name)
  const [others, isCurrent] = await together(tx.range(from, to, { limit: 2 }), hasCurrent(tx, name))
  return others.length + (isCurrent ? 1 : 0)
}

async function move(tx: Transaction, { bucket, key, record }: Target, storageClass: StorageClass, now: number) {
  const stored = await readStored(tx, { bucket, key, version: versionIdOf(record) })
  if (stored === undefined || !isSame(stored.record, record)) return false
  changeStorageClass(tx, bucket, stored, storageClass, now)
  return true
}

/** Whether nothing has replaced or changed a version that rules depend on. */
function isSame(found: VersionRecord, record: VersionRecord): boolean {
  if ('deleteMarker' in found || 'deleteMarker' in record) return found.version?.id === record.version?.id
  const stateOf = ({ reference, modifiedAt, accessedAt, storageClass, tagging }: ObjectRecord) =>
    JSON.stringify([reference, modifiedAt, accessedAt, storageClass, tagging])
  return stateOf(found) === stateOf(record)
}
