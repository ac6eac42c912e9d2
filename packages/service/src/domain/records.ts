/**
 * How stored records are written: a version byte, then JSON, or for the many small records of a multipart object a
 * fixed binary form. A record of a version that this build does not know is refused, never guessed at.
 */
import { hex, utf8Bytes, utf8Text } from '@bindery/protocol'
import { type Bytes, StorageError } from '@bindery/storage'
import type { BucketRecord, ObjectRecord, PartRecord, UploadRecord } from './model.js'

const VERSION = 1

export const encodeBucket = (record: BucketRecord): Bytes => encodeJson(record)
export const decodeBucket = (bytes: Bytes): BucketRecord => decodeJson(bytes) as BucketRecord

export const encodeObject = (record: ObjectRecord): Bytes => encodeJson({ ...record, crc64: record.crc64.toString() })
export function decodeObject(bytes: Bytes): ObjectRecord {
  const stored = decodeJson(bytes) as Omit<ObjectRecord, 'crc64'> & { crc64: string }
  return { ...stored, crc64: BigInt(stored.crc64) }
}

/** An upload without the names that its key holds. */
export type StoredUpload = Omit<UploadRecord, 'bucket' | 'key' | 'uploadId'>
export const encodeUpload = ({ bucket: _b, key: _k, uploadId: _u, ...stored }: UploadRecord): Bytes =>
  encodeJson(stored)
export const decodeUpload = (bytes: Bytes): StoredUpload => decodeJson(bytes) as StoredUpload

/** A process that wrote blobs. `dead`: its orphans are still to be found. */
export interface IncarnationRecord {
  readonly state: 'living' | 'dead'
}
export const encodeIncarnation = (record: IncarnationRecord): Bytes => encodeJson(record)
export const decodeIncarnation = (bytes: Bytes): IncarnationRecord => decodeJson(bytes) as IncarnationRecord

/** What was un-named. */
export interface GarbageRecord {
  readonly why: 'overwritten' | 'deleted' | 'aborted' | 'replaced' | 'unlisted' | 'orphan'
  /** The one blob of a manifest that has no rows. */
  readonly blob?: string
  /** Byte string of the key whose record named the blob. */
  readonly owner?: string
}
export const encodeGarbage = (record: GarbageRecord): Bytes => encodeJson(record)
export const decodeGarbage = (bytes: Bytes): GarbageRecord => decodeJson(bytes) as GarbageRecord

const PART_HEAD_BYTES = 1 + 1 + 8 + 8 + 8 + 16
const BLOB_KIND = 0

/** version, kind, size, CRC-64, time (8 bytes each), MD5 (16 bytes), then the blob's id. */
export function encodePart(record: PartRecord): Bytes {
  const id = utf8Bytes(record.bytes.blob)
  const bytes = new Uint8Array(PART_HEAD_BYTES + id.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = VERSION
  bytes[1] = BLOB_KIND
  view.setBigUint64(2, BigInt(record.size))
  view.setBigUint64(10, record.crc64)
  view.setBigUint64(18, BigInt(record.modifiedAt))
  for (let index = 0; index < 16; index += 1) {
    bytes[26 + index] = Number.parseInt(record.etag.slice(index * 2, index * 2 + 2), 16)
  }
  bytes.set(id, PART_HEAD_BYTES)
  return bytes
}

export function decodePart(partNumber: number, bytes: Bytes): PartRecord {
  checkVersion(bytes)
  const blob = bytes.length > PART_HEAD_BYTES ? utf8Text(bytes.subarray(PART_HEAD_BYTES)) : undefined
  if (bytes[1] !== BLOB_KIND || blob === undefined) throw new StorageError('corrupt', 'a part record is damaged')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    partNumber,
    size: Number(view.getBigUint64(2)),
    crc64: view.getBigUint64(10),
    modifiedAt: Number(view.getBigUint64(18)),
    etag: hex(bytes.subarray(26, 42)).toUpperCase(),
    bytes: { kind: 'blob', blob },
  }
}

function encodeJson(value: unknown): Bytes {
  const text = utf8Bytes(JSON.stringify(value))
  const bytes = new Uint8Array(text.length + 1)
  bytes[0] = VERSION
  bytes.set(text, 1)
  return bytes
}

function decodeJson(bytes: Bytes): unknown {
  checkVersion(bytes)
  try {
    return JSON.parse(utf8Text(bytes.subarray(1)) ?? '')
  } catch (error) {
    throw new StorageError('corrupt', 'a stored record is damaged', { cause: error })
  }
}

function checkVersion(bytes: Bytes): void {
  if (bytes[0] !== VERSION) throw new StorageError('corrupt', `a stored record has the unknown version ${bytes[0]}`)
}
