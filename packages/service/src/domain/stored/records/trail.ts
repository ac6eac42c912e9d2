import { isText, jsonCodec } from '../codec.js'
import type { TrailRecord } from '../trail-model.js'

/** The codec of entries of the trail. */
export const trailCodec = jsonCodec<TrailRecord>({
  version: 1,
  isSound: ({ requestId, operation, actor }) =>
    isText(requestId) && isText(operation) && isText(actor?.account) && isText(actor.accessKeyId),
})
