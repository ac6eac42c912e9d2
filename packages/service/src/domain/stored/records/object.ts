import { bytesToString, utf8Bytes, utf8Text } from '@bindery/bytes'
import { type Bytes, carriesBytes, splitCarried } from '@bindery/storage'
import { bigIntOf, type Codec, damagedRecord, decodeJson, encodeJson, isText } from '../codec.js'
import { isId } from '../ids.js'
import type { ObjectRecord } from '../model.js'
import { packEncryption, type StoredEncryption, unpackEncryption } from './encryption.js'

const VERSION = 1

/**
 * JSON. For a blob whose id carries its bytes the JSON holds only the name in that id: the rest of the id follows behind
 * a zero byte, so that listings need not decode it.
 */
export const objectCodec: Codec<ObjectRecord> = {
  form: 'JSON',
  version: VERSION,
  encode: encodeObject,
  decode: decodeObject,
  isSound: ({ size, etag, storageClass }) =>
    Number.isSafeInteger(size) && size >= 0 && isText(etag) && isText(storageClass),
}

type StoredObject = Omit<ObjectRecord, 'crc64' | 'encryption'> & StoredEncryption & { readonly crc64: string }

function encodeObject(record: ObjectRecord): Bytes {
  const { bytes } = record
  const stored = { ...record, crc64: record.crc64.toString(), ...packEncryption(record) }
  if (bytes.kind !== 'blob' || !carriesBytes(bytes.blob)) return encodeJson(VERSION, stored)
  const { name, carried } = splitCarried(bytes.blob)
  const named = JSON.stringify({ ...stored, bytes: { kind: 'blob', blob: name } })
  return utf8Bytes(`${String.fromCharCode(VERSION)}${named}\0${carried}`)
}

function decodeObject(value: Bytes): ObjectRecord {
  const end = value.indexOf(0, 1)
  const stored = decodeJson(VERSION, end === -1 ? value : value.subarray(0, end)) as StoredObject
  requireSource(stored)
  const crc64 = bigIntOf(stored.crc64)
  const record = { ...stored, crc64, ...unpackEncryption(stored) } as ObjectRecord
  if (end === -1 || record.bytes.kind !== 'blob') return record
  return { ...record, bytes: new CarryingBlob(record.bytes.blob, value.subarray(end + 1)) }
}

/** A blob whose id is put together when it is asked for. */
class CarryingBlob {
  readonly kind = 'blob'
  readonly #name: string
  readonly #carried: Bytes

  constructor(name: string, carried: Bytes) {
    this.#name = name
    this.#carried = carried
  }

  get blob(): string {
    // damaged bytes may be no text any more: the checksum in them reports that when they are read
    return this.#name + (utf8Text(this.#carried) ?? bytesToString(this.#carried))
  }
}

/** Refuses a record that does not say where its bytes are. */
function requireSource({ bytes, manifest, reference }: Partial<StoredObject>): void {
  const hasBytes = bytes?.kind === 'manifest' || (bytes?.kind === 'blob' && typeof bytes.blob === 'string')
  if (!hasBytes || !isId(manifest) || !isId(reference)) throw damagedRecord()
}
