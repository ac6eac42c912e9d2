/** Objects that the server writes on behalf of a bucket's owner: access logs and inventories. */
import type { ObjectKey } from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'
import { findDefaultEncryption } from '../buckets/default-encryption.js'
import type { Domain } from '../domain.js'
import type { BucketRecord, EncryptionChoice, ObjectRecord } from '../stored/model.js'
import { type NewObject, putObject } from './objects.js'

/** The name and the kind of a report. */
export interface Report {
  readonly key: ObjectKey
  readonly contentType: string
  /** Absent: as the bucket encrypts by default. */
  readonly encryption?: EncryptionChoice | undefined
  readonly inCommit?: NewObject['inCommit']
}

/** Stores a report as an ordinary object. Throws what putObject throws. */
export async function storeReport(
  domain: Domain,
  bucket: BucketRecord,
  { key, contentType, encryption, inCommit }: Report,
  source: ByteSource,
): Promise<ObjectRecord> {
  const byDefault = encryption ?? (await findDefaultEncryption(domain, bucket))
  const description = { headers: { contentType }, userMetadata: {}, tagging: [] }
  const { name, owner } = bucket
  return putObject(
    domain,
    { bucket: name, key, owner, description, acl: 'default', forbidOverwrite: false, encryption: byDefault, inCommit },
    source,
  )
}
