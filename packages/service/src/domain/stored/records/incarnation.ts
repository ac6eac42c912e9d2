import { jsonCodec } from '../codec.js'
import type { IncarnationRecord } from '../member-model.js'

/** Only whether there is a row counts. */
export const incarnationCodec = jsonCodec<IncarnationRecord>({ version: 1, isSound: () => true })
