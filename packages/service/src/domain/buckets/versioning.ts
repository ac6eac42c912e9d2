import { type BucketName, OssError } from '@bindery/protocol'
import type { Domain } from '../domain.js'
import { bucketRows } from '../stored/keyspace.js'
import type { Versioning } from '../stored/model.js'
import { readBucket } from './buckets.js'
import { readRetentionMs } from './worm.js'

/**
 * Enables or suspends versioning; a bucket that ever had it cannot go back. A bucket under retention cannot suspend it.
 * Throws noSuchBucket, wormInvalid, objectWormNotPossible.
 */
export async function setVersioning(domain: Domain, name: BucketName, versioning: Versioning): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    const record = await readBucket(domain, tx, name)
    if (versioning === 'Suspended' && (await readRetentionMs(domain, tx, record)) > 0) throw new OssError('wormInvalid')
    if (versioning === 'Suspended' && record.documents?.objectWorm !== undefined) {
      throw new OssError('objectWormNotPossible')
    }
    if (record.versioning !== versioning) bucketRows.set(tx, { bucket: name }, { ...record, versioning })
  })
}
