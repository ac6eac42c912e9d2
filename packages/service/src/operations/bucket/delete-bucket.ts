import type { HandlerOf } from '../../call.js'
import { deleteBucket as removeBucket } from '../../domain/buckets/buckets.js'

export const deleteBucket: HandlerOf<'DeleteBucket'> = async (call) => {
  await removeBucket(call.domain, call.bucket.name)
  return { output: {} }
}
