/**
 * The event stream in which S3 sends results: length of the message, length of its headers, checksum of both; headers;
 * payload; checksum of all before. Numbers are big-endian, checksums CRC-32.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 */
import { crc32 } from './crc32.js'

const PRELUDE_BYTES = 12
const CHECKSUM_BYTES = 4
/** A header's value is text. */
const TEXT = 7

/** Counts of bytes. */
export interface EventCounts {
  /** Bytes of the object that were read. */
  readonly scanned: number
  /** The same, decompressed. */
  readonly processed: number
  /** Bytes of rows that were sent. */
  readonly returned: number
}

type Headers = Readonly<Record<string, string>>

const event = (type: string, more: Headers = {}): Headers => ({
  ':message-type': 'event',
  ':event-type': type,
  ...more,
})

/** Rows. */
export function recordsEvent(rows: Uint8Array): Uint8Array {
  return message(event('Records', { ':content-type': 'application/octet-stream' }), rows)
}

/** The counts so far. */
export function progressEvent(counts: EventCounts): Uint8Array {
  return countsEvent('Progress', counts)
}

/** The counts at the end, after the last rows. */
export function statsEvent(counts: EventCounts): Uint8Array {
  return countsEvent('Stats', counts)
}

/** The last event of a query that succeeded. */
export function endEvent(): Uint8Array {
  return message(event('End'))
}

/** The last message of a query that failed after its answer had begun. */
export function errorMessage(code: string, text: string): Uint8Array {
  return message({ ':message-type': 'error', ':error-code': code, ':error-message': text })
}

function countsEvent(name: 'Progress' | 'Stats', { scanned, processed, returned }: EventCounts): Uint8Array {
  const counts = `<BytesScanned>${scanned}</BytesScanned><BytesProcessed>${processed}</BytesProcessed><BytesReturned>${returned}</BytesReturned>`
  const text = `<?xml version="1.0" encoding="UTF-8"?><${name}>${counts}</${name}>`
  return message(event(name, { ':content-type': 'text/xml' }), new TextEncoder().encode(text))
}

function message(headers: Headers, payload: Uint8Array = new Uint8Array()): Uint8Array {
  const encoded = Object.entries(headers).map(([name, value]) => encodeHeader(name, value))
  const headerBytes = encoded.reduce((sum, { length }) => sum + length, 0)
  const bytes = new Uint8Array(PRELUDE_BYTES + headerBytes + payload.length + CHECKSUM_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length)
  view.setUint32(4, headerBytes)
  view.setUint32(8, crc32(bytes.subarray(0, 8)))
  let at = PRELUDE_BYTES
  for (const part of [...encoded, payload]) {
    bytes.set(part, at)
    at += part.length
  }
  view.setUint32(at, crc32(bytes.subarray(0, at)))
  return bytes
}

function encodeHeader(name: string, value: string): Uint8Array {
  const [nameBytes, valueBytes] = [name, value].map((text) => new TextEncoder().encode(text))
  if (nameBytes === undefined || valueBytes === undefined) return new Uint8Array()
  const bytes = new Uint8Array(1 + nameBytes.length + 3 + valueBytes.length)
  bytes[0] = nameBytes.length
  bytes.set(nameBytes, 1)
  const at = 1 + nameBytes.length
  bytes[at] = TEXT
  new DataView(bytes.buffer).setUint16(at + 1, valueBytes.length)
  bytes.set(valueBytes, at + 3)
  return bytes
}
