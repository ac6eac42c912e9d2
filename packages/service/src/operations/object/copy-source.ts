import type { CopySourceName } from '@bindery/protocol'
import { authoriseObject, type Call } from '../../call.js'
import { findBucket } from '../../domain/buckets/buckets.js'

/** Allows the requester to read what is to be copied. Throws noSuchBucket, and the causes of access. */
export async function authoriseSource(
  { domain, requester }: Pick<Call<never>, 'domain' | 'requester'>,
  { bucket, key }: CopySourceName,
): Promise<void> {
  await authoriseObject(domain, requester, 'read', await findBucket(domain, bucket), key)
}
