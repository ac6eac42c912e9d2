/**
 * The keys of all stored records. A key is the letter of its space, then its names: text in UTF-8, each but the last
 * ended by a zero byte (no name holds one); ids of manifests as 16 raw bytes; numbers big-endian.
 *
 * | Space | Key | Value |
 * |---|---|---|
 * | `b` | bucket | bucket record; every write transaction of the bucket reads it |
 * | `l` | bucket / page (1 byte) | lifecycle rules of the bucket, some a page |
 * | `x` | bucket | CORS rules of the bucket |
 * | `o` | bucket / key | the current version of an object |
 * | `u` | bucket / key / uploadId | what Initiate said |
 * | `a` | bucket / key / uploadId | an open upload that completes itself, and why it could not |
 * | `p` | manifest / part number (2 bytes) | one part; an upload's id is its manifest's id |
 * | `m` | manifest | which parts in order, and where each starts |
 * | `s` | uploadId (16 bytes) | counters: parts, bytes, edition of an upload |
 * | `h` | manifest / reference (16 bytes) | empty: the record or slice with this reference names the manifest |
 * | `w` | blob | key of the record that names a blob which was moved from the key in its header |
 * | `r` | uploadId (16 bytes) | receipt: the answer of a Complete |
 * | `i` | incarnation | a process that writes blobs: living, or dead and to be searched for orphans |
 * | `g` | kind / id / token | garbage: something that was un-named, and is to be freed |
 * | `c` | bucket | counters of the bucket |
 */
import { stringToBytes, utf8Bytes, utf8Text } from '@bindery/protocol'
import type { Bytes } from '@bindery/storage'

const ZERO = new Uint8Array(1)

/** Rows that hold the lifecycle rules of a bucket: the body that sets them bounds how many rules there are. */
export const LIFECYCLE_PAGES_MAX = 128

export const bucketKey = (bucket: string): Bytes => join('b', utf8Bytes(bucket))
export const lifecycleKey = (bucket: string, page: number): Bytes =>
  join('l', utf8Bytes(bucket), ZERO, Uint8Array.of(page))
export const corsKey = (bucket: string): Bytes => join('x', utf8Bytes(bucket))
export const objectKeyOf = (bucket: string, key: string): Bytes => join('o', utf8Bytes(bucket), ZERO, utf8Bytes(key))
export const uploadKey = (bucket: string, key: string, uploadId: string): Bytes =>
  join('u', utf8Bytes(bucket), ZERO, utf8Bytes(key), ZERO, utf8Bytes(uploadId))
export const autoCompleteKey = (bucket: string, key: string, uploadId: string): Bytes =>
  join('a', utf8Bytes(bucket), ZERO, utf8Bytes(key), ZERO, utf8Bytes(uploadId))
/** What the keys of all uploads begin with whose objects' names begin with `prefix`. */
export const uploadsBeginning = (bucket: string, prefix: string): Bytes =>
  join('u', utf8Bytes(bucket), ZERO, utf8Bytes(prefix))
export const partKey = (manifest: string, partNumber: number): Bytes =>
  join('p', idBytes(manifest), new Uint8Array([partNumber >> 8, partNumber & 0xff]))
export const manifestKey = (manifest: string): Bytes => join('m', idBytes(manifest))
export const usageKey = (uploadId: string): Bytes => join('s', idBytes(uploadId))
export const holderKey = (manifest: string, reference: string): Bytes =>
  join('h', idBytes(manifest), idBytes(reference))
export const ownerKey = (blob: string): Bytes => join('w', utf8Bytes(blob))
export const receiptKey = (uploadId: string): Bytes => join('r', idBytes(uploadId))
export const incarnationKey = (incarnation: string): Bytes => join('i', utf8Bytes(incarnation))
export const garbageKey = (kind: string, id: string, token: string): Bytes =>
  join('g', utf8Bytes(kind), ZERO, utf8Bytes(id), ZERO, utf8Bytes(token))
export const counterKey = (bucket: string): Bytes => join('c', utf8Bytes(bucket))

/** Half-open range of keys. */
export interface KeyRange {
  readonly from: Bytes
  readonly to: Bytes
}

/** All keys that begin with these bytes. */
export const startingWith = (prefix: Bytes): KeyRange => ({ from: prefix, to: successor(prefix) })

export const allBuckets = (): KeyRange => startingWith(join('b'))
export const lifecycleOf = (bucket: string): KeyRange => startingWith(join('l', utf8Bytes(bucket), ZERO))
export const allLifecycles = (): KeyRange => startingWith(join('l'))
export const objectsOf = (bucket: string): KeyRange => startingWith(objectKeyOf(bucket, ''))
export const uploadsOf = (bucket: string): KeyRange => startingWith(uploadsBeginning(bucket, ''))
export const allAutoCompletes = (): KeyRange => startingWith(join('a'))
export const partsOf = (manifest: string): KeyRange => startingWith(join('p', idBytes(manifest)))
export const holdersOf = (manifest: string): KeyRange => startingWith(join('h', idBytes(manifest)))
export const allIncarnations = (): KeyRange => startingWith(join('i'))
export const allReceipts = (): KeyRange => startingWith(join('r'))
export const allGarbage = (): KeyRange => startingWith(join('g'))

/** The names that a key holds after its space's letter, where none but the last may be raw bytes. */
export function namesOf(key: Bytes): string[] {
  const names: string[] = []
  let start = 1
  for (;;) {
    const end = key.indexOf(0, start)
    names.push(utf8Text(key.subarray(start, end === -1 ? key.length : end)) ?? '')
    if (end === -1) return names
    start = end + 1
  }
}

export const partNumberOf = (key: Bytes): number => ((key.at(-2) ?? 0) << 8) | (key.at(-1) ?? 0)

/** The first key after all that begin with `prefix`. */
export function successor(prefix: Bytes): Bytes {
  let end = prefix.length
  while (end > 0 && prefix[end - 1] === 0xff) end -= 1
  const next = prefix.slice(0, end)
  next[end - 1] = (next[end - 1] ?? 0) + 1
  return next
}

/** The first key after this one. */
export const following = (key: Bytes): Bytes => join('', key, ZERO)

/** The range of one key. */
export const onlyKey = (key: Bytes): KeyRange => ({ from: key, to: following(key) })

/** Whether a key stands behind another. */
export function isAfter(a: Bytes, b: Bytes): boolean {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return a.length > b.length
}

/** The bytes of a manifest's id or a reference: 32 hex digits. */
export function idBytes(id: string): Bytes {
  const bytes = new Uint8Array(16)
  for (let index = 0; index < 16; index += 1) bytes[index] = Number.parseInt(id.slice(index * 2, index * 2 + 2), 16)
  return bytes
}

function join(space: string, ...names: readonly Uint8Array[]): Bytes {
  const head = stringToBytes(space)
  const bytes = new Uint8Array(names.reduce((length, name) => length + name.length, head.length))
  bytes.set(head)
  let offset = head.length
  for (const name of names) {
    bytes.set(name, offset)
    offset += name.length
  }
  return bytes
}
