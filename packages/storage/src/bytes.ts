/**
 * A key as a string with one character per byte (Latin-1). Such strings are equal and ordered as the bytes are,
 * immutable, and usable as keys of a Map.
 */
export type KeyText = string

/** The text of a key. The key may be changed afterwards. */
export function keyText(key: Uint8Array): KeyText {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}

/** The bytes of a key's text, in a new array. */
export function keyBytes(text: KeyText): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
  return bytes
}

/** A copy that shares no memory with `bytes`: always a plain Uint8Array, never a Buffer. */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

/** Whether two values are the same; undefined stands for a missing row. */
export function sameBytes(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  return left.length === right.length && Buffer.compare(left, right) === 0
}
