import { jsonCodec } from '../codec.js'
import type { GraveRecord } from '../model.js'

/** The codec of graves. */
export const graveCodec = jsonCodec<GraveRecord>({
  version: 1,
  isSound: ({ diedAt, searches = 0 }) => Number.isSafeInteger(diedAt) && Number.isSafeInteger(searches),
})
