/**
 * A bucket's lifecycle rules. They lie in rows of their own, a page of rules a row, since they may be larger than one
 * value; each write of them replaces all.
 */
import { type BucketName, LIFECYCLE_RULES_MAX, OssError } from '@bindery/protocol'
import type { Reader, Transaction } from '@bindery/storage'
import { type Domain, newId } from '../domain.js'
import { LIFECYCLE_PAGES_MAX, lifecycleKey, lifecycleOf } from '../stored/keyspace.js'
import type { LifecycleRule } from '../stored/model.js'
import { decodeLifecycle, encodeLifecycle } from '../stored/records.js'
import { readBucket } from './buckets.js'

/** A rule as it is set; without an id it is given one. */
export type NewLifecycleRule = Omit<LifecycleRule, 'id'> & { readonly id: string | undefined }

export interface NewLifecycle {
  readonly bucket: BucketName
  readonly rules: readonly NewLifecycleRule[]
  /** Rules whose prefixes begin one another may stand side by side; then an upload goes as soon as one of them says so. */
  readonly allowOverlap: boolean
}

/** Replaces the rules. Throws noSuchBucket, malformedXml for none, lifecycleTooManyRules, lifecycleIdTwice, lifecycleOverlap. */
export async function setLifecycle(domain: Domain, { bucket, rules, allowOverlap }: NewLifecycle): Promise<void> {
  checkRules(rules, allowOverlap)
  const pages = paged(rules.map((rule) => ({ ...rule, id: rule.id || newId(domain) })))
  await domain.metadata.transact(async (tx) => {
    await readBucket(tx, bucket)
    await clearLifecycle(tx, bucket)
    pages.forEach((page, index) => {
      tx.set(lifecycleKey(bucket, index), encodeLifecycle(page))
    })
  })
}

/** Throws noSuchBucket, noSuchLifecycle. */
export async function findLifecycle(domain: Domain, bucket: BucketName): Promise<readonly LifecycleRule[]> {
  const rules = await domain.metadata.read(async (reader) => {
    await readBucket(reader, bucket)
    return readLifecycle(reader, bucket)
  })
  if (rules.length === 0) throw new OssError('noSuchLifecycle', { BucketName: bucket })
  return rules
}

/** Deletes the rules, if there are any. Throws noSuchBucket. */
export async function deleteLifecycle(domain: Domain, bucket: BucketName): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    await readBucket(tx, bucket)
    await clearLifecycle(tx, bucket)
  })
}

/** The rules of a bucket; none where none were set. */
export async function readLifecycle(reader: Reader, bucket: string): Promise<LifecycleRule[]> {
  const { from, to } = lifecycleOf(bucket)
  const rows = await reader.range(from, to, { limit: LIFECYCLE_PAGES_MAX })
  return rows.flatMap(({ value }) => decodeLifecycle(value))
}

async function clearLifecycle(tx: Transaction, bucket: string): Promise<void> {
  const { from, to } = lifecycleOf(bucket)
  for (const { key } of await tx.range(from, to, { limit: LIFECYCLE_PAGES_MAX })) tx.delete(key)
}

function checkRules(rules: readonly NewLifecycleRule[], allowOverlap: boolean): void {
  if (rules.length === 0) throw new OssError('malformedXml')
  if (rules.length > LIFECYCLE_RULES_MAX) {
    throw new OssError('lifecycleTooManyRules', {
      Max: LIFECYCLE_RULES_MAX,
      ArgumentName: 'Rule',
      ArgumentValue: rules.length,
    })
  }
  const ids = new Set<string>()
  for (const { id } of rules) {
    if (!id) continue
    if (ids.has(id)) throw new OssError('lifecycleIdTwice', { ArgumentName: 'ID', ArgumentValue: id })
    ids.add(id)
  }
  if (!allowOverlap && overlaps(rules.map(({ prefix }) => prefix))) {
    throw new OssError('lifecycleOverlap', { Action: 'AbortMultipartUpload' })
  }
}

/** Whether one of the prefixes begins another. In order, whatever begins with a prefix follows it at once. */
function overlaps(prefixes: readonly string[]): boolean {
  const ordered = [...prefixes].sort()
  return ordered.some((prefix, index) => index > 0 && prefix.startsWith(ordered[index - 1] ?? prefix))
}

/** UTF-16 units of a page's JSON at most: three bytes each still fit a value. */
const PAGE_LENGTH_MAX = 30_000

function paged(rules: readonly LifecycleRule[]): LifecycleRule[][] {
  const pages: LifecycleRule[][] = []
  let room = 0
  for (const rule of rules) {
    const length = JSON.stringify(rule).length + 1
    if (length > room) {
      pages.push([])
      room = PAGE_LENGTH_MAX
    }
    pages.at(-1)?.push(rule)
    room -= length
  }
  return pages
}
