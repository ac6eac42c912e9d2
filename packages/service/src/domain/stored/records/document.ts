/** A document of a bucket's configuration: one JSON value, split into slices with a row each. */
import { utf8Bytes, utf8Text } from '@bindery/bytes'
import { type Bytes, METADATA_LIMITS } from '@bindery/storage'
import { type Codec, checkVersion, damagedRecord } from '../codec.js'

const VERSION = 1
/** Bytes of a document per row. */
const SLICE_BYTES_MAX = METADATA_LIMITS.valueBytes - 1

/** A slice of a document's text, after its version. */
export const documentCodec: Codec<Bytes> = {
  form: 'binary',
  version: VERSION,
  encode: (slice) => {
    const bytes = new Uint8Array(1 + slice.length)
    bytes[0] = VERSION
    bytes.set(slice, 1)
    return bytes
  },
  decode: (value) => {
    checkVersion(VERSION, value)
    return value.subarray(1)
  },
  isSound: () => true,
}

/** The slices of a document. */
export function slicesOf(document: unknown): Bytes[] {
  const text = utf8Bytes(JSON.stringify(document))
  return Array.from({ length: Math.ceil(text.length / SLICE_BYTES_MAX) }, (_, index) =>
    text.subarray(index * SLICE_BYTES_MAX, (index + 1) * SLICE_BYTES_MAX),
  )
}

/** The document from all its slices, none of which may be missing. Nothing can change it. Throws StorageError `corrupt`. */
export function documentOf(slices: readonly (Bytes | undefined)[]): unknown {
  const text = new Uint8Array(slices.reduce((sum, slice) => sum + (slice?.length ?? 0), 0))
  let at = 0
  for (const slice of slices) {
    if (slice === undefined) throw damagedRecord()
    text.set(slice, at)
    at += slice.length
  }
  try {
    return JSON.parse(utf8Text(text) ?? '', (_, value) => Object.freeze(value))
  } catch (error) {
    throw damagedRecord(error)
  }
}
