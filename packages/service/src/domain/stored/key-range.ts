/** Ranges of stored keys. Keys are ordered as unsigned bytes. */
import type { Bytes } from '@bindery/storage'

/** Half-open: keys with `from <= key < to`. */
export interface KeyRange {
  readonly from: Bytes
  readonly to: Bytes
}

/** All keys that begin with these bytes. */
export const startingWith = (prefix: Bytes): KeyRange => ({ from: prefix, to: successor(prefix) })

/** The range of one key. */
export const onlyKey = (key: Bytes): KeyRange => ({ from: key, to: following(key) })

/** The first key after all that begin with `prefix`. */
export function successor(prefix: Bytes): Bytes {
  let end = prefix.length
  while (end > 0 && prefix[end - 1] === 0xff) end -= 1
  // not `slice`, because that of a Buffer does not copy
  const next = new Uint8Array(prefix.subarray(0, end))
  next[end - 1] = (next[end - 1] ?? 0) + 1
  return next
}

/** The first key after this one. */
export function following(key: Bytes): Bytes {
  const next = new Uint8Array(key.length + 1)
  next.set(key)
  return next
}

/** Whether `a` sorts after `b`. */
export function isAfter(a: Bytes, b: Bytes): boolean {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return a.length > b.length
}
