import { jsonCodec } from '../codec.js'
import type { LeaderRecord } from '../model.js'

/** The codec of leaders. */
export const leaderCodec = jsonCodec<LeaderRecord>({
  version: 1,
  isSound: ({ holder, beat }) => typeof holder === 'string' && Number.isSafeInteger(beat),
})
