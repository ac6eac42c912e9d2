import { jsonCodec } from '../codec.js'
import type { IncarnationRecord } from '../model.js'

export const incarnationCodec = jsonCodec<IncarnationRecord>({
  version: 1,
  isSound: ({ state }) => state === 'living' || state === 'dead',
})
