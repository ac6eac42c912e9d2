import { StorageError } from './storage-error.js'

const COUNTER_BYTES = 8

/** A counters row: signed 64-bit big-endian integers, one after another. Throws StorageError `misuse` unless all are safe integers. */
export function encodeCounters(values: readonly number[]): Uint8Array {
  if (!values.every(Number.isSafeInteger)) throw new StorageError('misuse', 'a counter is not a safe integer')
  const bytes = new Uint8Array(values.length * COUNTER_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of values.entries()) view.setBigInt64(index * COUNTER_BYTES, BigInt(value))
  return bytes
}

/** The integers of a counters row. Throws StorageError `corrupt` if it is none: by its length, or by what it counts to. */
export function decodeCounters(bytes: Uint8Array): number[] {
  if (bytes.length % COUNTER_BYTES !== 0) throw new StorageError('corrupt', 'a counters row has a broken length')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = Array.from({ length: bytes.length / COUNTER_BYTES }, (_, index) =>
    Number(view.getBigInt64(index * COUNTER_BYTES)),
  )
  if (!values.every(Number.isSafeInteger)) throw new StorageError('corrupt', 'a counter is not a safe integer')
  return values
}

/** The row after `deltas` were added; a missing row counts as zeros, and the longer of both lengths is kept. */
export function addCounters(row: Uint8Array | undefined, deltas: readonly number[]): Uint8Array {
  const values = row === undefined ? [] : decodeCounters(row)
  for (const [index, delta] of deltas.entries()) values[index] = (values[index] ?? 0) + delta
  return encodeCounters(values)
}
