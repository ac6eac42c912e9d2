import { bytesToString, utf8Text } from '@bindery/bytes'
import { type Bytes, carriesBytes, splitCarried, textBytesBefore } from '@bindery/storage'
import { bigIntOf, type Codec, damagedRecord, decodeJson, encodeJson, isText } from '../codec.js'
import { isId } from '../ids.js'
import type { ObjectRecord } from '../model.js'
import { packEncryption, type StoredEncryption, unpackEncryption } from './encryption.js'

/** Version of the form in which objects and their earlier versions are stored. */
export const OBJECT_VERSION = 1

/**
 * JSON. For a blob whose id carries its bytes the JSON holds only the name in that id: the rest of the id follows after
 * a zero byte, so that listings need not decode it.
 */
export const objectCodec: Codec<ObjectRecord> = {
  form: 'JSON',
  version: OBJECT_VERSION,
  encode: encodeObject,
  decode: decodeObject,
  isSound: ({ size, etag, storageClass }) =>
    Number.isSafeInteger(size) && size >= 0 && isText(etag) && isText(storageClass),
}

type StoredObject = Omit<ObjectRecord, 'crc64' | 'encryption'> & StoredEncryption & { readonly crc64: string }

function encodeObject(record: ObjectRecord): Bytes {
  const { bytes, encryption } = record
  const crc64 = record.crc64.toString()
  // two copies cost as much as the JSON: plain bytes get one
  const packed = encryption === undefined ? { ...record, crc64 } : { ...record, crc64, ...packEncryption(record) }
  if (bytes.kind !== 'blob' || !carriesBytes(bytes.blob)) return encodeJson(OBJECT_VERSION, packed)
  const { name, carried } = splitCarried(bytes.blob)
  packed.bytes = { kind: 'blob', blob: name }
  return textBytesBefore(`${String.fromCharCode(OBJECT_VERSION)}${JSON.stringify(packed)}\0`, carried)
}

function decodeObject(value: Bytes): ObjectRecord {
  const { stored, carried } = decodeHead(value)
  return objectOf(stored, carried)
}

/** The JSON of a value, and the rest of its blob's id if that carries bytes. */
interface Head {
  readonly stored: object
  readonly carried: Bytes | undefined
}

/** Splits the value of a record into its JSON and the bytes that it carries. Throws StorageError `corrupt`. */
export function decodeHead(value: Bytes): Head {
  const head = headOf(value)
  const carried = head.length === value.length ? undefined : value.subarray(head.length + 1)
  return { stored: decodeJson(OBJECT_VERSION, head), carried }
}

/** The version and the JSON of a value, without the bytes that it carries. */
export function headOf(value: Bytes): Bytes {
  const end = value.indexOf(0, 1)
  return end === -1 ? value : value.subarray(0, end)
}

/**
 * The record of an object from its parsed JSON, which becomes the record itself, and the bytes that it carries. Throws
 * StorageError `corrupt`.
 */
export function objectOf(head: object, carried: Bytes | undefined): ObjectRecord {
  const stored = head as StoredObject
  requireSource(stored)
  const { bytes } = stored
  // the parsed JSON becomes the record: nothing else has it, and each copy costs as much as the rest of this function
  return Object.assign(head, { crc64: bigIntOf(stored.crc64) }, unpackEncryption(stored), {
    bytes: carried === undefined || bytes.kind !== 'blob' ? bytes : new CarryingBlob(bytes.blob, carried),
  }) as ObjectRecord
}

/** A blob whose id is assembled on demand. */
class CarryingBlob {
  readonly kind = 'blob'
  readonly #name: string
  readonly #carried: Bytes

  constructor(name: string, carried: Bytes) {
    this.#name = name
    this.#carried = carried
  }

  get blob(): string {
    // damaged bytes may no longer be text: their checksum reports that when they are read
    return this.#name + (utf8Text(this.#carried) ?? bytesToString(this.#carried))
  }
}

/** Refuses a record that does not name its bytes. */
function requireSource({ bytes, manifest, reference }: Partial<StoredObject>): void {
  const hasBytes = bytes?.kind === 'manifest' || (bytes?.kind === 'blob' && typeof bytes.blob === 'string')
  if (!hasBytes || !isId(manifest) || !isId(reference)) throw damagedRecord()
}
