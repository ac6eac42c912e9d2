/**
 * Replication rules of a bucket. They are kept for clients that set and read them; nothing is replicated, so each stays in
 * its first state.
 */

import {
  type BucketName,
  type BucketSettings,
  isBucketName,
  OssError,
  REPLICATION_PREFIXES_MAX,
  REPLICATION_RULES_MAX,
} from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import { type Domain, newId } from '../domain.js'
import type { BucketRecord } from '../stored/model.js'
import { readBucketIfAny } from './buckets.js'
import { type BucketChange, changeDocument } from './documents.js'
import { changeListed, findListed, type ListedSettings } from './listed-settings.js'

/** One replication rule of a bucket. */
export type ReplicationRule = BucketSettings['replication']['rules'][number]

const RULES: ListedSettings<'replication', ReplicationRule> = {
  kind: 'replication',
  rowsMax: 8,
  settingsIn: ({ rules }) => rules,
  documentOf: (rules) => ({ rules }),
  nameOf: ({ id = '' }) => id,
}

/**
 * Adds a rule; resolves with its id. `location`: where this server is. Throws noSuchBucket, replicationTarget,
 * replicationLocation, replicationExists, replicationVersioning, replicationTooManyRules, replicationTooManyPrefixes, entityTooLarge.
 */
export async function addReplication(
  domain: Domain,
  bucket: BucketName,
  rule: ReplicationRule,
  location: string,
): Promise<string> {
  const id = rule.id ?? newRuleId(domain)
  if ((rule.prefixSet?.prefixes.length ?? 0) > REPLICATION_PREFIXES_MAX) {
    throw new OssError('replicationTooManyPrefixes', { max: REPLICATION_PREFIXES_MAX })
  }
  await changeListed(domain, bucket, RULES, async (rules, change) => {
    await checkRule(change, rule, location)
    const isTaken = (other: ReplicationRule) => other.id === id || sameTarget(other, rule)
    if (rules.some(isTaken)) throw new OssError('replicationExists')
    if (rules.length >= REPLICATION_RULES_MAX) {
      throw new OssError('replicationTooManyRules', { max: REPLICATION_RULES_MAX })
    }
    return [...rules, { ...rule, id, status: 'starting' as const }]
  })
  return id
}

/**
 * Replaces all rules of a bucket that keeps versions, by rules whose targets are buckets here that do so too. Throws
 * noSuchBucket, entityTooLarge, replicationUnversioned, replicationTargetSame, replicationTargetMissing, replicationTargetUnversioned.
 */
export async function replaceReplications(
  domain: Domain,
  bucket: BucketName,
  rules: readonly ReplicationRule[],
): Promise<void> {
  const identified = rules.map((rule) => ({ ...rule, id: rule.id ?? newRuleId(domain) }))
  await changeListed(domain, bucket, RULES, async (_, { tx, bucket: record }) => {
    if (record.versioning !== 'Enabled') throw new OssError('replicationUnversioned')
    for (const name of new Set(rules.map(({ destination }) => destination.bucket))) {
      if (name === bucket) throw new OssError('replicationTargetSame')
      const target = isBucketName(name) ? await readBucketIfAny(domain, tx, name) : undefined
      if (target === undefined) throw new OssError('replicationTargetMissing')
      if (target.versioning !== 'Enabled') throw new OssError('replicationTargetUnversioned')
    }
    return identified
  })
}

/** In the form of a UUID. */
function newRuleId(domain: Domain): string {
  const digits = newId(domain).toLowerCase()
  return [0, 8, 12, 16, 20].map((start, part) => digits.slice(start, [8, 12, 16, 20, 32][part])).join('-')
}

/** A target at this server's location must be another bucket of the same owner; what is elsewhere is not known here. */
async function checkRule({ domain, tx, bucket }: BucketChange, rule: ReplicationRule, location: string): Promise<void> {
  const { destination } = rule
  if (bucket.versioning === 'Suspended') throw new OssError('replicationVersioning')
  if (!/^oss-[a-z0-9-]+$/.test(destination.location)) throw new OssError('replicationLocation')
  const isHere = destination.location === location
  const target: BucketRecord | undefined = isHere ? await readBucketIfAny(domain, tx, destination.bucket) : undefined
  const isWrong = !isBucketName(destination.bucket) || destination.bucket === bucket.name
  if (isWrong || (isHere && target?.owner !== bucket.owner)) throw new OssError('replicationTarget')
}

function sameTarget(one: ReplicationRule, other: ReplicationRule): boolean {
  const prefixesOf = ({ prefixSet }: ReplicationRule) => prefixSet?.prefixes ?? ['']
  return (
    one.destination.bucket === other.destination.bucket &&
    prefixesOf(one).some((prefix) =>
      prefixesOf(other).some((next) => prefix.startsWith(next) || next.startsWith(prefix)),
    )
  )
}

/** Removes replication rules by their ids. Throws noSuchBucket, noSuchReplicationRule. */
export async function removeReplications(domain: Domain, bucket: BucketName, ids: readonly string[]): Promise<void> {
  await changeListed(domain, bucket, RULES, (rules) => {
    for (const id of ids) requireRule(rules, id)
    return rules.filter(({ id }) => id === undefined || !ids.includes(id))
  })
}

/** Throws noSuchBucket. */
export async function removeAllReplications(domain: Domain, bucket: BucketName): Promise<void> {
  await changeDocument(domain, bucket, RULES, () => undefined)
}

/** Throws noSuchBucket, noSuchReplicationRule. */
export async function setRtc(
  domain: Domain,
  bucket: BucketName,
  id: string,
  rtc: NonNullable<ReplicationRule['rtc']>,
): Promise<void> {
  await changeListed(domain, bucket, RULES, (rules) => {
    requireRule(rules, id)
    return rules.map((rule) => (rule.id === id ? { ...rule, rtc } : rule))
  })
}

/** The rule with an id. Throws noSuchReplicationRule. */
export function requireRule(rules: readonly ReplicationRule[], id: string): ReplicationRule {
  const found = rules.find((rule) => rule.id === id)
  if (found === undefined) throw new OssError('noSuchReplicationRule', { id })
  return found
}

/** The replication rules of a bucket. Throws noSuchBucket, notReplicated. */
export function findReplications(domain: Domain, bucket: BucketName): Awaitable<readonly ReplicationRule[]> {
  return andThen(findListed(domain, bucket, RULES), (rules) => {
    if (rules.length === 0) throw new OssError('notReplicated', { bucketName: bucket })
    return rules
  })
}
