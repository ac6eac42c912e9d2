import type { HandlerOf } from '../../call.js'
import { findCors } from '../../domain/buckets/cors.js'

export const getBucketCors: HandlerOf<'GetBucketCors'> = async ({ domain, bucket }) => {
  return { output: {}, result: await findCors(domain, bucket.name) }
}
