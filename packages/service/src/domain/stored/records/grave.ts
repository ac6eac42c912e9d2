import { jsonCodec } from '../codec.js'
import type { GraveRecord } from '../model.js'

export const graveCodec = jsonCodec<GraveRecord>({
  version: 1,
  isSound: ({ diedAt }) => Number.isSafeInteger(diedAt),
})
