import { isText, jsonCodec } from '../codec.js'
import type { BucketRecord } from '../model.js'

/** The codec of buckets; a sound one has the name that its key has. */
export const bucketCodec = jsonCodec<BucketRecord, { readonly bucket: string }>({
  version: 1,
  isSound: ({ name, owner, storageClass }, { bucket }) => name === bucket && isText(owner) && isText(storageClass),
})
