/**
 * A key as a string with one character per byte (Latin-1). Such strings are equal and ordered as the bytes are,
 * immutable, and usable as keys of a Map.
 */
export type KeyText = string

/** The text of a key. The key may be changed afterwards. */
export function keyText(key: Uint8Array): KeyText {
  // the memory of a short array that is not a Buffer must first be made, which costs more than all the rest
  const buffer = key instanceof Buffer ? key : Buffer.from(key.buffer, key.byteOffset, key.byteLength)
  return buffer.toString('latin1')
}

/** The UTF-8 bytes of a text, for a key or value: in memory that others share, because arrays of their own cost ten times as much. */
export function textBytes(text: string): Uint8Array {
  return Buffer.from(text)
}

/** The UTF-8 bytes of a text, and behind them those of another one, which has ASCII characters alone. */
export function textBytesBefore(text: string, ascii: string): Uint8Array {
  const start = Buffer.byteLength(text)
  const bytes = Buffer.allocUnsafe(start + ascii.length)
  bytes.write(text, 0)
  bytes.write(ascii, start, 'latin1')
  return bytes
}

/** The bytes of a key's text, in a new array. */
export function keyBytes(text: KeyText): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
  return bytes
}

/** Small copies share memory: allocating it for each costs more than copying. */
const SLAB_BYTES = 64 * 1024
const SLAB_SHARE_MAX = 4 * 1024
let slab = new Uint8Array(SLAB_BYTES)
let slabUsed = 0

/** A copy that shares no memory with `bytes`: always a plain Uint8Array, never a Buffer. */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  const { length } = bytes
  if (length > SLAB_SHARE_MAX) return new Uint8Array(bytes)
  if (slabUsed + length > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES)
    slabUsed = 0
  }
  const copy = slab.subarray(slabUsed, slabUsed + length)
  slabUsed += length
  copy.set(bytes)
  return copy
}

/** Whether two values are the same; undefined stands for a missing row. */
export function sameBytes(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === right) return true
  if (left === undefined || right === undefined) return false
  return left.length === right.length && Buffer.compare(left, right) === 0
}
