/** The rows of parts, of which a multipart object has thousands: a fixed binary form, read in place. */
import { bytesToString, utf8Bytes } from '@bindery/bytes'
import { type Bytes, StorageError } from '@bindery/storage'
import { type Codec, checkVersion } from '../codec.js'
import { ID_BYTES, idAt, setId } from '../ids.js'
import type { ChecksumName, PartBytes, PartChecksum, PartRecord, Slice } from '../model.js'

/** Offsets of the fields of a part's row. */
const SIZE_AT = 2
const CRC64_AT = 10
const MODIFIED_AT = 18
const ETAG_LENGTH_AT = 26
const STATE_LENGTH_AT = 27
const ETAG_AT = 28
/** A slice: manifest, reference, offset, length. */
const OFFSET_AT = 2 * ID_BYTES
const LENGTH_AT = OFFSET_AT + 8
const SLICE_BYTES = LENGTH_AT + 8
const VERSION = 1

/** Bits of the kind byte: slices rather than a blob, whether wrapped data keys follow them, whether a checksum comes first. */
const SLICES = 1
const KEYED = 2
const CHECKED = 4

/** Checksums of parts by their number in the row, which is their place here plus one; and their bytes. */
const CHECKSUMS = [
  ['sha256', 32],
  ['sha1', 20],
  ['crc32', 4],
  ['crc32c', 4],
  ['crc64nvme', 8],
  ['sha512', 64],
  ['md5', 16],
] as const satisfies readonly (readonly [ChecksumName, number])[]

/** The codec of parts; the number is in the key. Throws StorageError `corrupt`. */
export const partCodec: Codec<PartRecord, { readonly partNumber: number }> = {
  form: 'binary',
  version: VERSION,
  encode: encodePart,
  decode: (value, { partNumber }) => decodePart(partNumber, value),
  isSound: () => true,
}

/**
 * version, kind (1 byte each), size, CRC-64, time (8 bytes each), the lengths of ETag and MD5 state (1 byte each),
 * these two, a checksum if there is one (its number in 1 byte, then the bytes), then the source of the bytes.
 */
function encodePart(record: PartRecord): Bytes {
  const etag = utf8Bytes(record.etag)
  const md5State = record.md5State ?? new Uint8Array()
  const head = Buffer.allocUnsafe(ETAG_AT)
  head[0] = VERSION
  head[1] = kindOf(record.bytes) | (record.checksum === undefined ? 0 : CHECKED)
  head.writeBigUInt64BE(BigInt(record.size), SIZE_AT)
  head.writeBigUInt64BE(record.crc64, CRC64_AT)
  head.writeBigUInt64BE(BigInt(record.modifiedAt), MODIFIED_AT)
  head[ETAG_LENGTH_AT] = etag.length
  head[STATE_LENGTH_AT] = md5State.length
  return joined([head, etag, md5State, encodeChecksum(record.checksum), encodeSource(record.bytes)])
}

function decodePart(partNumber: number, row: Bytes): PartRecord {
  const { size, crc64High, crc64Low, modifiedAt, etagStart, etagEnd, stateEnd, sourceStart } = readPart(row)
  const record = {
    partNumber,
    size,
    crc64: (BigInt(crc64High) << 32n) | BigInt(crc64Low),
    modifiedAt,
    etag: bytesToString(row.subarray(etagStart, etagEnd)),
    bytes: decodeSource(row[1] ?? 0, row.subarray(sourceStart)),
  }
  const checksum = sourceStart > stateEnd ? checksumOf(row, { stateEnd, sourceStart }) : undefined
  return {
    ...record,
    ...(stateEnd > etagEnd && { md5State: row.slice(etagEnd, stateEnd) }),
    ...(checksum !== undefined && { checksum }),
  }
}

function encodeChecksum(checksum: PartChecksum | undefined): Bytes {
  if (checksum === undefined) return new Uint8Array()
  const number = CHECKSUMS.findIndex(([name]) => name === checksum.name) + 1
  return joined([Uint8Array.of(number), checksum.bytes])
}

/** The checksum in a part's row, undefined if it has none. */
export function checksumOf(
  row: Bytes,
  { stateEnd, sourceStart }: Pick<PartFields, 'stateEnd' | 'sourceStart'>,
): PartChecksum | undefined {
  const [name] = CHECKSUMS[(row[stateEnd] ?? 0) - 1] ?? []
  if (name === undefined || sourceStart === stateEnd) return undefined
  return { name, bytes: row.slice(stateEnd + 1, sourceStart) }
}

/** The fields of a part's row that are read in place. */
export interface PartFields {
  readonly size: number
  /** The halves of the CRC-64, 32 bits each. */
  readonly crc64High: number
  readonly crc64Low: number
  readonly modifiedAt: number
  /** The ETag's bytes are `[etagStart, etagEnd)` of the row. */
  readonly etagStart: number
  readonly etagEnd: number
  /** The end of the state of MD5; a checksum may follow. */
  readonly stateEnd: number
  /** The offset of the source of the part's bytes. */
  readonly sourceStart: number
  /** The number of manifests that a read of its bytes passes through. */
  readonly depth: number
}

/** Reads a part's row without allocating anything but the result. Throws StorageError `corrupt`. */
export function readPart(row: Bytes): PartFields {
  checkVersion(VERSION, row)
  const kind = row[1] ?? 0
  const etagEnd = ETAG_AT + (row[ETAG_LENGTH_AT] ?? 0)
  const stateEnd = etagEnd + (row[STATE_LENGTH_AT] ?? 0)
  const sourceStart = stateEnd + ((kind & CHECKED) === 0 ? 0 : checksumBytes(row[stateEnd] ?? 0))
  const isBareRun = (kind & ~CHECKED) === SLICES
  const isRun = isBareRun && (row.length - sourceStart - 1) % SLICE_BYTES === 0
  if (row.length <= sourceStart || kind > (SLICES | KEYED | CHECKED) || (isBareRun && !isRun)) throw damagedPart()
  return {
    size: wholeAt(row, SIZE_AT),
    crc64High: wordAt(row, CRC64_AT),
    crc64Low: wordAt(row, CRC64_AT + 4),
    modifiedAt: wholeAt(row, MODIFIED_AT),
    etagStart: ETAG_AT,
    etagEnd,
    stateEnd,
    sourceStart,
    depth: (kind & SLICES) === 0 ? 0 : (row[sourceStart] ?? 0),
  }
}

/** Bytes of a checksum with its number. */
function checksumBytes(number: number): number {
  const [, bytes] = CHECKSUMS[number - 1] ?? []
  if (bytes === undefined) throw damagedPart()
  return 1 + bytes
}

function kindOf(bytes: PartBytes): number {
  if (bytes.kind === 'blob') return bytes.dataKey === undefined ? 0 : KEYED
  return bytes.slices.some(({ dataKey }) => dataKey !== undefined) ? SLICES | KEYED : SLICES
}

/**
 * A blob's id in ASCII, or the depth (1 byte) and slices. In a source with keys, a wrapped data key precedes the id, or
 * follows each slice.
 */
function encodeSource(source: PartBytes): Bytes {
  const isKeyed = (kindOf(source) & KEYED) !== 0
  if (source.kind === 'blob') {
    const id = utf8Bytes(source.blob)
    return isKeyed ? joined([encodeKey(source.dataKey), id]) : id
  }
  const slices = source.slices.flatMap((slice) =>
    isKeyed ? [encodeSlice(slice), encodeKey(slice.dataKey)] : [encodeSlice(slice)],
  )
  return joined([Uint8Array.of(source.depth), ...slices])
}

function encodeSlice({ manifest, reference, offset, length }: Slice): Bytes {
  const bytes = new Uint8Array(SLICE_BYTES)
  const view = new DataView(bytes.buffer)
  setId(bytes, 0, manifest)
  setId(bytes, ID_BYTES, reference)
  view.setBigUint64(OFFSET_AT, BigInt(offset))
  view.setBigUint64(LENGTH_AT, BigInt(length))
  return bytes
}

/** Its length in 2 bytes, then the wrapped key; a length of 0 for no key. */
function encodeKey(key: Bytes = new Uint8Array()): Bytes {
  return joined([Uint8Array.of(key.length >> 8, key.length & 0xff), key])
}

function decodeSource(kind: number, source: Bytes): PartBytes {
  const isKeyed = (kind & KEYED) !== 0
  if ((kind & SLICES) === 0) {
    if (!isKeyed) return { kind: 'blob', blob: bytesToString(source) }
    const { dataKey, end } = decodeKey(source, 0)
    return { kind: 'blob', blob: bytesToString(source.subarray(end)), ...(dataKey !== undefined && { dataKey }) }
  }
  const slices: Slice[] = []
  for (let at = 1; at < source.length; ) {
    if (at + SLICE_BYTES > source.length) throw damagedPart()
    const slice = {
      manifest: idAt(source, at),
      reference: idAt(source, at + ID_BYTES),
      offset: wholeAt(source, at + OFFSET_AT),
      length: wholeAt(source, at + LENGTH_AT),
    }
    at += SLICE_BYTES
    if (isKeyed) {
      const { dataKey, end } = decodeKey(source, at)
      slices.push(dataKey === undefined ? slice : { ...slice, dataKey })
      at = end
    } else slices.push(slice)
  }
  return { kind: 'slices', slices, depth: source[0] ?? 0 }
}

/** A wrapped key at an offset, and its end. */
function decodeKey(source: Bytes, at: number): { readonly dataKey: Bytes | undefined; readonly end: number } {
  const start = at + 2
  const length = ((source[at] ?? 0) << 8) | (source[at + 1] ?? 0)
  const end = start + length
  if (end > source.length) throw damagedPart()
  return { dataKey: length === 0 ? undefined : source.slice(start, end), end }
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

function joined(pieces: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

const damagedPart = (): StorageError => new StorageError('corrupt', 'a part record is damaged')
