import { jsonCodec } from '../codec.js'
import type { EntranceRecord } from '../model.js'

/** The codec of the names that lead to access points. */
export const entranceCodec = jsonCodec<EntranceRecord>({
  version: 1,
  isSound: ({ bucket, accessPoint }) => typeof bucket === 'string' && typeof accessPoint === 'string',
})
