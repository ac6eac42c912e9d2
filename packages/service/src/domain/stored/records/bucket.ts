import { isText, jsonCodec } from '../codec.js'
import type { BucketRecord } from '../model.js'

export const bucketCodec = jsonCodec<BucketRecord, { readonly bucket: string }>({
  version: 1,
  isSound: ({ name, owner, storageClass }, { bucket }) => name === bucket && isText(owner) && isText(storageClass),
})
