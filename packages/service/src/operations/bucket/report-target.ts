/** Reports that the server writes into a bucket on behalf of the requester that set them: access logs and inventories. */
import type { BucketName, BucketSettings, ObjectKey, Operation } from '@bindery/protocol'
import type { Call } from '../../call.js'
import { readBucketIfAny } from '../../domain/buckets/buckets.js'

/**
 * Allows a requester to have reports written that it could write itself, or throws the cause of the denial. A target that does
 * not exist, or that belongs to another account, is left to the rules of the setting to refuse.
 */
export async function authoriseReports(call: Call<Operation>, bucket: BucketName, prefix: string): Promise<void> {
  const { domain } = call
  const target = await domain.metadata.read((reader) => readBucketIfAny(domain, reader, bucket))
  if (target?.owner !== call.bucket.owner) return
  // stands for all keys of the reports, which begin so
  await call.authoriseTarget({ bucket, key: `${prefix}${call.bucket.name}` as ObjectKey })
}

/** The same for the target of an access log, where one is set. */
export async function authoriseLogs(
  call: Call<Operation>,
  { loggingEnabled }: BucketSettings['logging'],
): Promise<void> {
  if (loggingEnabled === undefined) return
  const { targetBucket, targetPrefix } = loggingEnabled
  await authoriseReports(call, targetBucket as BucketName, targetPrefix)
}
