/**
 * How stored records are written: a version byte, then JSON, or for the many small records of a multipart object a
 * fixed binary form. A record of a version that this build does not know is refused, never guessed at.
 */
import { bytesToString, hex, utf8Bytes, utf8Text } from '@bindery/bytes'
import { type Bytes, carriesBytes, METADATA_LIMITS, StorageError } from '@bindery/storage'
import { idBytes } from './keyspace.js'
import type { BucketRecord, ObjectRecord, PartBytes, PartRecord, ReceiptRecord, Slice, UploadRecord } from './model.js'

const VERSION = 1
const VERSION_TEXT = String.fromCharCode(VERSION)

export const encodeBucket = (record: BucketRecord): Bytes => encodeJson(record)

/** Almost every request reads its bucket, whose row hardly ever changes: the same bytes are decoded once. */
const decodedBuckets = new Map<string, BucketRecord>()
const DECODED_BUCKETS_MAX = 256

export function decodeBucket(bytes: Bytes): BucketRecord {
  const stored = utf8Text(bytes) ?? ''
  const known = decodedBuckets.get(stored)
  if (known !== undefined) return known
  const record = decodeJson(bytes) as BucketRecord
  if (decodedBuckets.size === DECODED_BUCKETS_MAX) decodedBuckets.clear()
  decodedBuckets.set(stored, record)
  return record
}

/** Bytes of a document in one row. */
const SLICE_BYTES_MAX = METADATA_LIMITS.valueBytes - 1

/** The rows of a document: its JSON in slices, each behind a version. */
export function encodeDocument(value: unknown): Bytes[] {
  const text = utf8Bytes(JSON.stringify(value))
  return Array.from({ length: Math.ceil(text.length / SLICE_BYTES_MAX) }, (_, index) => {
    const slice = text.subarray(index * SLICE_BYTES_MAX, (index + 1) * SLICE_BYTES_MAX)
    return joined([Uint8Array.of(VERSION), slice])
  })
}

/** The document of all its rows, none of which may be missing. */
export function decodeDocument(rows: readonly (Bytes | undefined)[]): unknown {
  const slices = rows.map((row) => {
    if (row === undefined) throw damagedRecord()
    checkVersion(row)
    return row.subarray(1)
  })
  return parseJson(joined(slices))
}

/**
 * Of a blob's id that carries bytes, only what names it stands in the JSON: the bytes' text follows behind a zero byte,
 * so that who does not ask for them, a listing for one, does not read them.
 */
export function encodeObject(record: ObjectRecord): Bytes {
  const stored = { ...record, crc64: record.crc64.toString() }
  const { bytes } = record
  if (bytes.kind !== 'blob' || !carriesBytes(bytes.blob)) return encodeJson(stored)
  const end = bytes.blob.indexOf('~') + 1
  const named = { ...stored, bytes: { kind: 'blob', blob: bytes.blob.slice(0, end) } }
  return utf8Bytes(`${VERSION_TEXT}${JSON.stringify(named)}\0${bytes.blob.slice(end)}`)
}

export function decodeObject(bytes: Bytes): ObjectRecord {
  const end = bytes.indexOf(0, 1)
  const head = end === -1 ? bytes : bytes.subarray(0, end)
  const stored = decodeJson(head) as Omit<ObjectRecord, 'crc64'> & { crc64: string }
  checkPlace(stored)
  const crc64 = bigIntOf(stored.crc64)
  if (end === -1 || stored.bytes.kind !== 'blob') return { ...stored, crc64 }
  return { ...stored, crc64, bytes: new CarryingBlob(stored.bytes.blob, bytes.subarray(end + 1)) }
}

class CarryingBlob {
  readonly kind = 'blob'
  readonly #name: string
  readonly #carried: Bytes

  constructor(name: string, carried: Bytes) {
    this.#name = name
    this.#carried = carried
  }

  get blob(): string {
    // what was damaged is no text any more: the checksum in it says so to whoever reads the bytes
    return this.#name + (utf8Text(this.#carried) ?? bytesToString(this.#carried))
  }
}

/** What a damaged record must not lead to: bytes of nobody. */
function checkPlace({
  bytes,
  manifest,
  reference,
}: Partial<Pick<ObjectRecord, 'bytes' | 'manifest' | 'reference'>>): void {
  const isPlaced = bytes?.kind === 'manifest' || (bytes?.kind === 'blob' && typeof bytes.blob === 'string')
  const isId = (id: unknown): boolean => typeof id === 'string' && /^[0-9A-F]{32}$/.test(id)
  if (!isPlaced || !isId(manifest) || !isId(reference)) throw damagedRecord()
}

export const encodeReceipt = (record: ReceiptRecord): Bytes => encodeJson({ ...record, crc64: record.crc64.toString() })
export function decodeReceipt(bytes: Bytes): ReceiptRecord {
  const stored = decodeJson(bytes) as Omit<ReceiptRecord, 'crc64'> & { crc64: string }
  return { ...stored, crc64: bigIntOf(stored.crc64) }
}

/** An upload without the names that its key holds. */
export type StoredUpload = Omit<UploadRecord, 'bucket' | 'key' | 'uploadId'>
export const encodeUpload = ({ bucket: _b, key: _k, uploadId: _u, ...stored }: UploadRecord): Bytes => {
  const crc64 = stored.autoComplete?.crc64
  if (crc64 === undefined) return encodeJson(stored)
  return encodeJson({ ...stored, autoComplete: { ...stored.autoComplete, crc64: crc64.toString() } })
}
export function decodeUpload(bytes: Bytes): StoredUpload {
  const stored = decodeJson(bytes) as StoredUpload & { autoComplete?: { crc64?: string } }
  const { autoComplete } = stored
  if (autoComplete?.crc64 === undefined) return stored
  return { ...stored, autoComplete: { ...autoComplete, crc64: bigIntOf(autoComplete.crc64) } }
}

/** Of an open upload that completes itself. */
export interface AutoCompleteRecord {
  /** Why it could not, though it was whole. */
  readonly failure?: AutoCompleteFailure
}
export interface AutoCompleteFailure {
  /** OSS's, or one of the extension's own. */
  readonly code: string
  readonly message: string
  /** Of the upload's usage: while it stays, so does the failure. */
  readonly edition: number
}
export const encodeAutoComplete = (record: AutoCompleteRecord): Bytes => encodeJson(record)
export const decodeAutoComplete = (bytes: Bytes): AutoCompleteRecord => decodeJson(bytes) as AutoCompleteRecord

/** A process that wrote blobs. `dead`: its orphans are still to be found. */
export interface IncarnationRecord {
  readonly state: 'living' | 'dead'
}
export const encodeIncarnation = (record: IncarnationRecord): Bytes => encodeJson(record)
export const decodeIncarnation = (bytes: Bytes): IncarnationRecord => decodeJson(bytes) as IncarnationRecord

/** What was un-named. */
export interface GarbageRecord {
  readonly why: 'overwritten' | 'deleted' | 'aborted' | 'replaced' | 'unlisted' | 'orphan'
  /** Of a blob that was an object: the manifest by whose id the reads of it are registered. */
  readonly manifest?: string
  /** Byte string of the key whose record named the blob. */
  readonly owner?: string
  /** Bytes that go with it at most, where that was known; for users to see. */
  readonly bytes?: number
}
export const encodeGarbage = (record: GarbageRecord): Bytes => encodeJson(record)
export function decodeGarbage(bytes: Bytes): GarbageRecord {
  const stored = decodeJson(bytes) as GarbageRecord
  for (const name of [stored.manifest, stored.owner]) {
    if (name !== undefined && (typeof name !== 'string' || name === '')) throw damagedRecord()
  }
  return stored
}

/** Where the fields of a part's row begin. */
const SIZE_AT = 2
const CRC64_AT = 10
const MODIFIED_AT = 18
const ETAG_AT = 28
const SLICE_BYTES = 48
const BLOB = 0
const SLICES = 1

/**
 * version, kind (1 byte each), size, CRC-64, time (8 bytes each), the lengths of ETag and MD5 state (1 byte each), these
 * two, then the blob's id, or depth (1 byte) and slices (manifest, reference: 16 bytes; offset, length: 8 each).
 */
export function encodePart(record: PartRecord): Bytes {
  const etag = utf8Bytes(record.etag)
  const md5State = record.md5State ?? new Uint8Array()
  const place = record.bytes.kind === 'blob' ? utf8Bytes(record.bytes.blob) : encodeSlices(record.bytes)
  const bytes = new Uint8Array(ETAG_AT + etag.length + md5State.length + place.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = VERSION
  bytes[1] = record.bytes.kind === 'blob' ? BLOB : SLICES
  view.setBigUint64(SIZE_AT, BigInt(record.size))
  view.setBigUint64(CRC64_AT, record.crc64)
  view.setBigUint64(MODIFIED_AT, BigInt(record.modifiedAt))
  bytes[26] = etag.length
  bytes[27] = md5State.length
  bytes.set(etag, ETAG_AT)
  bytes.set(md5State, ETAG_AT + etag.length)
  bytes.set(place, ETAG_AT + etag.length + md5State.length)
  return bytes
}

export function decodePart(partNumber: number, row: Bytes): PartRecord {
  const { size, crc64High, crc64Low, modifiedAt, etagStart, etagEnd, placeStart } = readPart(row)
  const record = {
    partNumber,
    size,
    crc64: (BigInt(crc64High) << 32n) | BigInt(crc64Low),
    modifiedAt,
    etag: bytesToString(row.subarray(etagStart, etagEnd)),
    bytes: decodePlace(row[1], row.subarray(placeStart)),
  }
  return placeStart > etagEnd ? { ...record, md5State: row.slice(etagEnd, placeStart) } : record
}

/** What is read of a part's row in place. */
export interface PartFields {
  readonly size: number
  /** Of the CRC-64, 32 bits each. */
  readonly crc64High: number
  readonly crc64Low: number
  readonly modifiedAt: number
  /** The ETag's bytes are `[etagStart, etagEnd)` of the row. */
  readonly etagStart: number
  readonly etagEnd: number
  /** Where what says the place of the part's bytes begins. */
  readonly placeStart: number
  /** The manifests that a read of its bytes goes through. */
  readonly depth: number
}

/** Reads a part's row as far as that makes nothing but the answer. Throws StorageError corrupt. */
export function readPart(row: Bytes): PartFields {
  checkVersion(row)
  const etagEnd = ETAG_AT + (row[26] ?? 0)
  const placeStart = etagEnd + (row[27] ?? 0)
  const isBlob = row[1] === BLOB
  if (row.length <= placeStart || !(isBlob || isSlices(row, placeStart))) throw damagedPart()
  return {
    size: wholeAt(row, SIZE_AT),
    crc64High: wordAt(row, CRC64_AT),
    crc64Low: wordAt(row, CRC64_AT + 4),
    modifiedAt: wholeAt(row, MODIFIED_AT),
    etagStart: ETAG_AT,
    etagEnd,
    placeStart,
    depth: isBlob ? 0 : (row[placeStart] ?? 0),
  }
}

function isSlices(row: Bytes, placeStart: number): boolean {
  return row[1] === SLICES && (row.length - placeStart - 1) % SLICE_BYTES === 0
}

/** 32 bits, unsigned and big-endian. */
function wordAt(row: Bytes, at: number): number {
  const a = row[at] ?? 0
  const b = row[at + 1] ?? 0
  const c = row[at + 2] ?? 0
  return ((a << 24) | (b << 16) | (c << 8) | (row[at + 3] ?? 0)) >>> 0
}

/** 64 bits, of which 53 may be used. */
function wholeAt(row: Bytes, at: number): number {
  const high = wordAt(row, at)
  if (high >= 2 ** 21) throw damagedPart()
  return high * 2 ** 32 + wordAt(row, at + 4)
}

function encodeSlices({ slices, depth }: PartBytes & { kind: 'slices' }): Bytes {
  const bytes = new Uint8Array(1 + slices.length * SLICE_BYTES)
  const view = new DataView(bytes.buffer)
  bytes[0] = depth
  slices.forEach(({ manifest, reference, offset, length }, index) => {
    const at = 1 + index * SLICE_BYTES
    bytes.set(idBytes(manifest), at)
    bytes.set(idBytes(reference), at + 16)
    view.setBigUint64(at + 32, BigInt(offset))
    view.setBigUint64(at + 40, BigInt(length))
  })
  return bytes
}

function decodePlace(kind: number | undefined, bytes: Bytes): PartBytes {
  if (kind === BLOB) return { kind: 'blob', blob: bytesToString(bytes) }
  const slices: Slice[] = []
  for (let at = 1; at < bytes.length; at += SLICE_BYTES) {
    slices.push({
      manifest: idOf(bytes.subarray(at, at + 16)),
      reference: idOf(bytes.subarray(at + 16, at + 32)),
      offset: wholeAt(bytes, at + 32),
      length: wholeAt(bytes, at + 40),
    })
  }
  return { kind: 'slices', slices, depth: bytes[0] ?? 0 }
}

const damagedPart = (): StorageError => new StorageError('corrupt', 'a part record is damaged')
const idOf = (bytes: Bytes): string => hex(bytes).toUpperCase()

function encodeJson(value: unknown): Bytes {
  return utf8Bytes(VERSION_TEXT + JSON.stringify(value))
}

function decodeJson(bytes: Bytes): object {
  checkVersion(bytes)
  const value = parseJson(bytes.subarray(1))
  if (typeof value !== 'object' || value === null) throw damagedRecord()
  return value
}

function joined(pieces: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

function parseJson(text: Bytes): unknown {
  try {
    return JSON.parse(utf8Text(text) ?? '')
  } catch (error) {
    throw damagedRecord(error)
  }
}

function bigIntOf(text: string): bigint {
  if (!/^\d{1,20}$/.test(text)) throw damagedRecord()
  return BigInt(text)
}

const damagedRecord = (cause?: unknown): StorageError =>
  new StorageError('corrupt', 'a stored record is damaged', { cause })

function checkVersion(bytes: Bytes): void {
  if (bytes[0] !== VERSION) throw new StorageError('corrupt', `a stored record has the unknown version ${bytes[0]}`)
}
