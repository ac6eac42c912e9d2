import { jsonCodec } from '../codec.js'
import type { BoundDomainRecord } from '../model.js'

/** The codec of bound domains. */
export const boundDomainCodec = jsonCodec<BoundDomainRecord>({
  version: 1,
  isSound: ({ bucket }) => typeof bucket === 'string',
})
