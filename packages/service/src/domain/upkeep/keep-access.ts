/** Writes the reads that were noted, and brings objects back that return to Standard when they are visited. */
import { type BucketName, OssError } from '@bindery/protocol'
import type { Transaction } from '@bindery/storage'
import { readBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import type { AccessNote } from '../objects/access-notes.js'
import { readStored, rewrite } from '../objects/current.js'
import { changeStorageClass } from '../objects/versions.js'
import { isDamage } from '../stored/damage.js'
import { readDocument } from '../stored/documents.js'
import { type LifecycleRule, returnsOnAccess } from './due-action.js'

/** Objects of one transaction: records of 40 kB stay within its limits. */
const AT_ONCE = 25

/**
 * Writes the access times that this process has noted. Those that cannot be written are dropped: later reads are noted
 * again.
 */
export async function keepAccess(domain: Domain): Promise<void> {
  const byBucket = new Map<BucketName, AccessNote[]>()
  for (const note of domain.accessNotes.take()) {
    const { bucket } = note.name
    const notes = byBucket.get(bucket) ?? []
    notes.push(note)
    byBucket.set(bucket, notes)
  }
  for (const [bucket, notes] of byBucket) {
    for (let at = 0; at < notes.length; at += AT_ONCE) await keepSome(domain, bucket, notes.slice(at, at + AT_ONCE))
  }
}

async function keepSome(domain: Domain, bucket: BucketName, notes: readonly AccessNote[]): Promise<void> {
  try {
    await domain.metadata.transact(async (tx) => {
      const record = await readBucket(domain, tx, bucket)
      if ((await readDocument(tx, record, 'accessmonitor'))?.status !== 'Enabled') return
      const rules = (await readDocument(tx, record, 'lifecycle'))?.rules ?? []
      for (const note of notes) await keepOne(tx, note, rules, domain.clock())
    })
  } catch (error) {
    const isGone = error instanceof OssError && error.reason === 'noSuchBucket'
    if (!isGone && !isDamage(error)) throw error
  }
}

async function keepOne(
  tx: Transaction,
  { name, reference, accessedAt }: AccessNote,
  rules: readonly LifecycleRule[],
  now: number,
): Promise<void> {
  const stored = await readStored(tx, name)
  if (stored?.record.reference !== reference) return
  const record = { ...stored.record, accessedAt }
  if (returnsOnAccess(rules, name.key, record))
    changeStorageClass(tx, name.bucket, { ...stored, record }, 'Standard', now)
  else rewrite(tx, stored, record)
}
