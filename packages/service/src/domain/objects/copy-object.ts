/**
 * CopyObject by reference: the copy names the source's manifest, and a holder row in the same commit keeps it. No byte is
 * moved. Below the reserve of disk copies are refused as bodies are: what they name cannot be freed, and rows take space.
 */
import type { BucketName, ObjectKey } from '@bindery/protocol'
import { together } from '@bindery/storage'
import { readBucket } from '../buckets/buckets.js'
import { type Domain, newId } from '../domain.js'
import { holderRows } from '../stored/keyspace.js'
import type { BucketRecord, ObjectAcl, ObjectDescription, ObjectName, ObjectRecord } from '../stored/model.js'
import { requireStored } from './current.js'
import { promote } from './promote.js'
import { snapshot } from './snapshot.js'
import { putCurrent, readStanding, withRewritten } from './versions.js'
import type { WriteCondition } from './write-condition.js'

export interface CopiedObject {
  readonly bucket: BucketName
  readonly key: ObjectKey
  readonly owner: string
  /** Undefined: the source's. */
  readonly acl: ObjectAcl | undefined
  readonly forbidOverwrite: boolean
  readonly condition?: WriteCondition | undefined
  readonly source: ObjectName
  /** Judges the source (conditions), and returns how the copy is described. May be called more than once. */
  readonly descriptionOf: (source: ObjectRecord) => ObjectDescription
}

/** The object that a copy made, and its source. */
export interface Copied<T> {
  readonly made: T
  readonly source: ObjectRecord
}

/**
 * Copies a whole object in one commit.
 * Throws noSuchBucket, noSuchKey, noSuchVersion, fileAlreadyExists and what `describe` throws.
 */
export async function copyObject(domain: Domain, copy: CopiedObject): Promise<Copied<ObjectRecord>> {
  await domain.blobs.requireSpace?.()
  const name: ObjectName = { bucket: copy.bucket, key: copy.key }
  const reference = newId(domain)
  const ids = { manifest: newId(domain), reference: newId(domain) }
  const modifiedAt = domain.clock()
  return domain.metadata.transact(async (tx) => {
    const [standing, , found] = await together(
      readStanding(domain, tx, name),
      readBucket(domain, tx, copy.source.bucket),
      requireStored(tx, copy.source),
    )
    const description = copy.descriptionOf(found.record)
    // a version that can still grow is shared with nothing but what takes its place
    const grows = found.record.type === 'Appendable' && !replacesSource(standing.bucket, name, copy.source)
    const source = grows ? found.record : promote(tx, found)
    // the copy is a version of its own
    const { version: _, ...copied } = grows ? { ...unsealed(source), ...snapshot(tx, source, ids) } : source
    const record: ObjectRecord = {
      ...copied,
      owner: copy.owner,
      acl: copy.acl ?? source.acl,
      modifiedAt,
      reference,
      headers: description.headers,
      userMetadata: description.userMetadata,
      tagging: description.tagging,
      storageClass: description.storageClass ?? standing.bucket.storageClass,
    }
    holderRows.set(tx, record, undefined)
    // a source of the same key is replaced, or kept, as the promotion has left it
    const made = putCurrent(domain, tx, withRewritten(standing, source), copy, record)
    return { made, source }
  })
}

/** Whether a copy onto its source leaves nothing of the version that it copies. */
function replacesSource({ versioning }: BucketRecord, name: ObjectName, source: ObjectName): boolean {
  return versioning === undefined && source.bucket === name.bucket && source.key === name.key
}

function unsealed({ sealedAt: _, ...record }: ObjectRecord): ObjectRecord {
  return record
}
