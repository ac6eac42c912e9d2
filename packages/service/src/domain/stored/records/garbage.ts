import { damagedRecord, isText, jsonCodec } from '../codec.js'
import type { GarbageKind, GarbageRecord } from '../model.js'

const KINDS: readonly GarbageKind[] = ['blob', 'manifest', 'rows']

/**
 * The codec of garbage rows. One that does not name its owner properly is refused: it could free bytes that are in
 * use.
 */
export const garbageCodec = jsonCodec<GarbageRecord, { readonly garbageKind: GarbageKind }>({
  version: 1,
  unpack: (stored) => {
    const record = stored as GarbageRecord
    for (const name of [record.manifest, record.owner]) {
      if (name !== undefined && (typeof name !== 'string' || name === '')) throw damagedRecord()
    }
    return record
  },
  isSound: ({ why }, { garbageKind }) => KINDS.includes(garbageKind) && isText(why),
})
