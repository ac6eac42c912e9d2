import { StorageError } from './storage-error.js'

const COUNTER_BYTES = 8
const HALF = 2 ** 32

/**
 * A counters row: signed 64-bit big-endian integers, one after another. Throws StorageError `misuse` unless all are
 * safe integers.
 */
export function encodeCounters(values: readonly number[]): Uint8Array {
  requireSafe(values)
  const bytes = new Uint8Array(values.length * COUNTER_BYTES)
  const view = new DataView(bytes.buffer)
  // in two halves, because a BigInt for each costs more than everything else
  values.forEach((value, index) => {
    const high = Math.floor(value / HALF)
    view.setInt32(index * COUNTER_BYTES, high)
    view.setUint32(index * COUNTER_BYTES + 4, value - high * HALF)
  })
  return bytes
}

/** The integers of a counters row. Throws StorageError `corrupt` if its length or a value is invalid. */
export function decodeCounters(bytes: Uint8Array): number[] {
  if (bytes.length % COUNTER_BYTES !== 0) throw new StorageError('corrupt', 'a counters row has a broken length')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values: number[] = []
  for (let at = 0; at < bytes.length; at += COUNTER_BYTES)
    values.push(view.getInt32(at) * HALF + view.getUint32(at + 4))
  if (!values.every(Number.isSafeInteger)) throw new StorageError('corrupt', 'a counter is not a safe integer')
  return values
}

/** Bytes of the row of these counters. */
export const counterBytes = (values: readonly number[]): number => values.length * COUNTER_BYTES

/** The row after `deltas` were added; a missing row counts as zeros, and the longer of both lengths is kept. */
export function addCounters(row: Uint8Array | undefined, deltas: readonly number[]): Uint8Array {
  const values = row === undefined ? [] : decodeCounters(row)
  return encodeCounters(summed(values, deltas))
}

/** The sums, with the longer of both lengths. Throws StorageError `misuse` unless all are safe integers. */
export function summed(values: readonly number[], deltas: readonly number[]): number[] {
  const sums: number[] = []
  const length = Math.max(values.length, deltas.length)
  for (let index = 0; index < length; index++) sums.push((values[index] ?? 0) + (deltas[index] ?? 0))
  requireSafe(sums)
  return sums
}

function requireSafe(values: readonly number[]): void {
  if (!values.every(Number.isSafeInteger)) throw new StorageError('misuse', 'a counter is not a safe integer')
}
