import type { CopySourceName, Operation } from '@bindery/protocol'
import type { Call } from '../../call.js'
import { findBucket } from '../../domain/buckets/buckets.js'

/** Requires that the requester may read the source of a copy. Throws noSuchBucket, and the causes of access. */
export async function authoriseSource<O extends Operation>(
  call: Pick<Call<O>, 'domain' | 'authoriseSource'>,
  { bucket, key }: CopySourceName,
): Promise<void> {
  await call.authoriseSource(await findBucket(call.domain, bucket), key)
}
