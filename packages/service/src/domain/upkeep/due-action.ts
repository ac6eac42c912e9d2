/** Evaluates lifecycle rules: the action that is due for one version of an object. */
import type { BucketSettings } from '@bindery/protocol'
import type { ObjectRecord, StorageClass, VersionRecord } from '../stored/model.js'

/** One lifecycle rule of a bucket. */
export type LifecycleRule = BucketSettings['lifecycle']['rules'][number]

/** Whether a rule is still set as it was read: mostly the very same, because a document is parsed once. */
export function isAmong(rules: readonly LifecycleRule[], rule: LifecycleRule): boolean {
  if (rules.includes(rule)) return true
  const wanted = JSON.stringify(rule)
  return rules.some((other) => JSON.stringify(other) === wanted)
}

/** Milliseconds of a day. */
export const DAY_MS = 86_400_000
/** Bytes below which an object is small: `allowSmallFile` of a rule decides whether a transition moves it. */
const SMALL_BYTES = 65_536

/** A version as rules see it. */
export interface Subject {
  readonly key: string
  readonly record: VersionRecord
  /** Absent for the newest version of its key; otherwise the time of the version that came after it. */
  readonly noncurrentSince?: number | undefined
  /** No other version of its key exists. */
  readonly isOnly: boolean
}

/**
 * The action of a rule for one version. To expire a current version of a bucket that keeps versions adds a delete
 * marker.
 */
export type DueAction = { readonly rule: LifecycleRule } & (
  | { readonly kind: 'expire' }
  | { readonly kind: 'move'; readonly storageClass: StorageClass }
)

/**
 * The strongest action that is due: deletion, then the coldest class. Where several rules have an action for an object, the
 * one with the longest prefix counts.
 */
export function dueAction(rules: readonly LifecycleRule[], subject: Subject, now: number): DueAction | undefined {
  const matching = rules.filter((rule) => rule.status === 'Enabled' && covers(rule, subject))
  const { record, noncurrentSince } = subject
  if (noncurrentSince !== undefined) return noncurrentAction(matching, record, noncurrentSince, now)
  if ('deleteMarker' in record) return markerAction(matching, subject, now)
  const expiring = longest(matching, ({ expiration }) => expiration && timeOf(expiration, record.modifiedAt))
  if (expiring !== undefined && expiring.time <= now) return { kind: 'expire', rule: expiring.rule }
  return move(matching, record, now, (rule, storageClass) => {
    const transition = rule.transitions?.find((one) => one.storageClass === storageClass)
    if (transition === undefined) return undefined
    const base = transition.isAccessTime === true ? lastAccess(rule, record) : record.modifiedAt
    return { time: timeOf(transition, base), ...transition }
  })
}

/** Whether a version in IA goes back to Standard because it was read: a rule had moved it there for not being read. */
export function returnsOnAccess(rules: readonly LifecycleRule[], key: string, record: ObjectRecord): boolean {
  if (record.storageClass !== 'IA' || record.movedAt === undefined) return false
  return rules.some((rule) => {
    const moves = [...(rule.transitions ?? []), ...(rule.noncurrentVersionTransitions ?? [])]
    const returns = moves.some((move) => move.storageClass === 'IA' && move.returnToStdWhenVisit === true)
    return returns && rule.status === 'Enabled' && covers(rule, { key, record, isOnly: false })
  })
}

/** The last access to a version; one that has none counts from when it was written, or from when access was first recorded. */
function lastAccess({ atimeBase = 0 }: LifecycleRule, { modifiedAt, accessedAt = 0 }: ObjectRecord): number {
  return Math.max(modifiedAt, accessedAt, atimeBase * 1000)
}

/** When a current object expires by its rules, and by which; undefined where it does not. */
export function expirationOf(rules: readonly LifecycleRule[], key: string, record: ObjectRecord) {
  const subject = { key, record, isOnly: false }
  const matching = rules.filter((rule) => rule.status === 'Enabled' && covers(rule, subject))
  return longest(matching, ({ expiration }) => expiration && timeOf(expiration, record.modifiedAt))
}

function noncurrentAction(
  rules: readonly LifecycleRule[],
  record: VersionRecord,
  since: number,
  now: number,
): DueAction | undefined {
  const timeAfter = (days: number | undefined) => (days === undefined ? undefined : midnightAfter(since, days))
  const expiring = longest(rules, (rule) => timeAfter(rule.noncurrentVersionExpiration?.noncurrentDays))
  if (expiring !== undefined && expiring.time <= now) return { kind: 'expire', rule: expiring.rule }
  if ('deleteMarker' in record) return undefined
  return move(rules, record, now, (rule, storageClass) => {
    const transition = rule.noncurrentVersionTransitions?.find((one) => one.storageClass === storageClass)
    if (transition === undefined) return undefined
    const { noncurrentDays, isAccessTime } = transition
    const time =
      isAccessTime === true ? midnightAfter(lastAccess(rule, record), noncurrentDays) : timeAfter(noncurrentDays)
    return { time, ...transition }
  })
}

/** A delete marker is not deleted again; one that is the only version of its key is removed. */
function markerAction(
  rules: readonly LifecycleRule[],
  { record, isOnly }: Subject,
  now: number,
): DueAction | undefined {
  if (!isOnly) return undefined
  const removing = rules.find(({ expiration }) => expiration?.expiredObjectDeleteMarker === true)
  if (removing !== undefined) return { kind: 'expire', rule: removing }
  const expiring = longest(rules, ({ expiration }) => expiration && timeOf(expiration, record.modifiedAt))
  return expiring !== undefined && expiring.time <= now ? { kind: 'expire', rule: expiring.rule } : undefined
}

interface Move {
  /** Undefined: never. */
  readonly time: number | undefined
  readonly isAccessTime?: boolean | undefined
  readonly allowSmallFile?: boolean | undefined
}

/** Rules by access time skip small objects unless they allow them; other rules move them unless they forbid it. */
function sparesSmall({ isAccessTime, allowSmallFile }: Move): boolean {
  return isAccessTime === true ? allowSmallFile !== true : allowSmallFile === false
}

/** The classes that objects of a class may move to, the coldest first. */
const COLDER: Readonly<Record<StorageClass, readonly StorageClass[]>> = {
  Standard: ['DeepColdArchive', 'ColdArchive', 'Archive', 'IA'],
  IA: ['DeepColdArchive', 'ColdArchive', 'Archive'],
  Archive: ['DeepColdArchive', 'ColdArchive'],
  ColdArchive: ['DeepColdArchive'],
  DeepColdArchive: [],
}

function move(
  rules: readonly LifecycleRule[],
  record: ObjectRecord,
  now: number,
  moveOf: (rule: LifecycleRule, storageClass: StorageClass) => Move | undefined,
): DueAction | undefined {
  // a symlink has no bytes of its own, and an appendable object may still grow
  if (record.type === 'Symlink') return undefined
  const grows = record.type === 'Appendable' && record.sealedAt === undefined
  for (const storageClass of COLDER[record.storageClass]) {
    if (grows && (storageClass === 'ColdArchive' || storageClass === 'DeepColdArchive')) continue
    const found = longest(rules, (rule) => {
      const wanted = moveOf(rule, storageClass)
      if (wanted === undefined || (record.size < SMALL_BYTES && sparesSmall(wanted))) return undefined
      return wanted.time
    })
    if (found !== undefined && found.time <= now) return { kind: 'move', storageClass, rule: found.rule }
  }
  return undefined
}

/** The rule with the longest prefix among those that name a time, and of these the one with the earliest. */
function longest(
  rules: readonly LifecycleRule[],
  timeOfRule: (rule: LifecycleRule) => number | undefined,
): { readonly rule: LifecycleRule; readonly time: number } | undefined {
  let found: { rule: LifecycleRule; time: number } | undefined
  for (const rule of rules) {
    const time = timeOfRule(rule)
    if (time === undefined) continue
    const by = found === undefined ? 1 : rule.prefix.length - found.rule.prefix.length || found.time - time
    if (by > 0) found = { rule, time }
  }
  return found
}

interface Timed {
  readonly days?: number | undefined
  readonly createdBeforeDate?: number | undefined
  readonly date?: number | undefined
}

/** When an action is due for a version of that time. A date in the future ends nothing before it. */
function timeOf({ days, createdBeforeDate, date }: Timed, base: number): number | undefined {
  if (days !== undefined) return midnightAfter(base, days)
  if (date !== undefined) return date
  return createdBeforeDate !== undefined && base < createdBeforeDate ? createdBeforeDate : undefined
}

/** Rules act at midnight in UTC, when that many days have passed. */
function midnightAfter(base: number, days: number): number {
  return Math.ceil((base + days * DAY_MS) / DAY_MS) * DAY_MS
}

/** Whether a rule's prefix, tags and filter select a version. Delete markers have no tags and no size. */
function covers({ prefix, tags = [], filter = {} }: LifecycleRule, { key, record }: Subject): boolean {
  if (!key.startsWith(prefix)) return false
  const [own, size] = 'deleteMarker' in record ? [[], 0] : [record.tagging, record.size]
  const has = (tag: { readonly key: string; readonly value: string }) =>
    own.some(([name, value]) => name === tag.key && value === tag.value)
  if (!tags.every(has)) return false
  const { objectSizeGreaterThan, objectSizeLessThan, not = [] } = filter
  if (objectSizeGreaterThan !== undefined && size <= objectSizeGreaterThan) return false
  if (objectSizeLessThan !== undefined && size >= objectSizeLessThan) return false
  return !not.some((one) => key.startsWith(one.prefix) && (one.tag === undefined || has(one.tag)))
}
