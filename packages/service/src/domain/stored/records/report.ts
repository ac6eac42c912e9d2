import type { Bytes } from '@bindery/storage'
import { type Codec, checkVersion, damagedRecord } from '../codec.js'
import { ID_BYTES, idAt, setId } from '../ids.js'
import type { ReportRecord } from '../model.js'

const VERSION = 1
const ANY = 1
const SEEN_AT = 2
const HEAD_BYTES = 10

/** Version, whether any manifest may be in use (1 byte each), the epoch seen (8 bytes), then ids of 16 bytes. */
export const reportCodec: Codec<ReportRecord> = {
  form: 'binary',
  version: VERSION,
  encode({ seen, busy }) {
    const ids = busy === 'any' ? [] : busy
    const bytes = new Uint8Array(HEAD_BYTES + ids.length * ID_BYTES)
    bytes[0] = VERSION
    bytes[1] = busy === 'any' ? ANY : 0
    new DataView(bytes.buffer).setBigUint64(SEEN_AT, BigInt(seen))
    for (const [index, id] of ids.entries()) setId(bytes, HEAD_BYTES + index * ID_BYTES, id)
    return bytes
  },
  decode(value: Bytes) {
    checkVersion(VERSION, value)
    if (value.length < HEAD_BYTES || (value.length - HEAD_BYTES) % ID_BYTES !== 0) throw damagedRecord()
    const seen = Number(new DataView(value.buffer, value.byteOffset, value.byteLength).getBigUint64(SEEN_AT))
    if (value[1] === ANY) return { seen, busy: 'any' }
    const busy: string[] = []
    for (let at = HEAD_BYTES; at < value.length; at += ID_BYTES) busy.push(idAt(value, at))
    return { seen, busy }
  },
  isSound: ({ seen }) => Number.isSafeInteger(seen),
}
