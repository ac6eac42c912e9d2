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
import { readDocument } from '../stored/documents.js'
import type { BucketRecord } from '../stored/model.js'
import { readBucketIfAny } from './buckets.js'
import { type BucketChange, changeDocument, findDocument } from './documents.js'

const DOCUMENT = { kind: 'replication', rowsMax: 4 } as const

/** One replication rule of a bucket. */
export type ReplicationRule = BucketSettings['replication']['rules'][number]

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
  await changeDocument(domain, bucket, DOCUMENT, async (change) => {
    const rules = await rulesOf(change)
    await checkRule(change, rule, location)
    const isTaken = (other: ReplicationRule) => other.id === id || sameTarget(other, rule)
    if (rules.some(isTaken)) throw new OssError('replicationExists')
    if (rules.length >= REPLICATION_RULES_MAX) {
      throw new OssError('replicationTooManyRules', { max: REPLICATION_RULES_MAX })
    }
    return { rules: [...rules, { ...rule, id, status: 'starting' }] }
  })
  return id
}

/** In the form of a UUID. */
function newRuleId(domain: Domain): string {
  const digits = newId(domain).toLowerCase()
  return [0, 8, 12, 16, 20].map((start, part) => digits.slice(start, [8, 12, 16, 20, 32][part])).join('-')
}

async function rulesOf({ tx, bucket }: Pick<BucketChange, 'tx' | 'bucket'>): Promise<readonly ReplicationRule[]> {
  return (await readDocument(tx, bucket, 'replication'))?.rules ?? []
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
  await changeDocument(domain, bucket, DOCUMENT, async (change) => {
    const rules = await rulesOf(change)
    for (const id of ids) requireRule(rules, id)
    const rest = rules.filter(({ id }) => id === undefined || !ids.includes(id))
    return rest.length === 0 ? undefined : { rules: rest }
  })
}

/** Throws noSuchBucket. */
export async function removeAllReplications(domain: Domain, bucket: BucketName): Promise<void> {
  await changeDocument(domain, bucket, DOCUMENT, () => undefined)
}

/** Throws noSuchBucket, noSuchReplicationRule. */
export async function setRtc(
  domain: Domain,
  bucket: BucketName,
  id: string,
  rtc: NonNullable<ReplicationRule['rtc']>,
): Promise<void> {
  await changeDocument(domain, bucket, DOCUMENT, async (change) => {
    const rules = await rulesOf(change)
    requireRule(rules, id)
    return { rules: rules.map((rule) => (rule.id === id ? { ...rule, rtc } : rule)) }
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
  return andThen(findDocument(domain, bucket, 'replication'), (found) => {
    if (found === undefined) throw new OssError('notReplicated', { bucketName: bucket })
    return found.rules
  })
}
