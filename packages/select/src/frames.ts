/**
 * The frames in which results are sent: version, type, length of the payload, checksum of these; payload; its checksum.
 * Numbers are big-endian, checksums CRC-32.
 */
import { crc32 } from './crc32.js'

const VERSION = 1
const HEADER_BYTES = 12

const DATA = 0x800001
const CONTINUATION = 0x800004
const END = 0x800005
const CSV_META_END = 0x800006
const JSON_META_END = 0x800007

/** @param offset bytes of the object that were scanned so far */
export function dataFrame(offset: number, data: Uint8Array): Uint8Array {
  return frame(DATA, [u64(offset), data])
}

/** Keeps a connection alive while nothing matches. */
export function continuationFrame(offset: number): Uint8Array {
  return frame(CONTINUATION, [u64(offset)])
}

/** The last frame. @param message `Code.Detail`, empty on success */
export function endFrame(offset: number, status: number, message = ''): Uint8Array {
  return frame(END, [u64(offset), u64(offset), u32(status), new TextEncoder().encode(message)])
}

/** Counts of a scan. */
export interface ScannedMeta {
  readonly splits: number
  readonly rows: number
  /** Columns of the first row; undefined for JSON. */
  readonly columns?: number
}

/** The only frame of CreateSelectObjectMeta. @param size bytes of the object */
export function metaFrame(size: number, { splits, rows, columns }: ScannedMeta): Uint8Array {
  const counts = [u64(size), u64(size), u32(200), u32(splits), u64(rows)]
  return columns === undefined ? frame(JSON_META_END, counts) : frame(CSV_META_END, [...counts, u32(columns)])
}

function frame(type: number, payload: readonly Uint8Array[]): Uint8Array {
  const length = payload.reduce((sum, part) => sum + part.length, 0)
  const bytes = new Uint8Array(HEADER_BYTES + length + 4)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, type)
  view.setUint8(0, VERSION)
  view.setUint32(4, length)
  view.setUint32(8, crc32(bytes.subarray(0, 8)))
  let position = HEADER_BYTES
  for (const part of payload) {
    bytes.set(part, position)
    position += part.length
  }
  view.setUint32(position, crc32(bytes.subarray(HEADER_BYTES, position)))
  return bytes
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}
