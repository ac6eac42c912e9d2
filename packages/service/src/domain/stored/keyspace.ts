/**
 * The keys of all stored records. A key is the letter of its space, then its names: text in UTF-8, each but the last
 * ended by a zero byte (no name holds one); ids of manifests as 16 raw bytes; numbers big-endian.
 *
 * | Space | Key | Value |
 * |---|---|---|
 * | `b` | bucket | bucket record; every write transaction of the bucket reads it |
 * | `d` | bucket / kind / row (1 byte) | a document of the bucket's configuration, a slice a row |
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
import { utf8Bytes, utf8Text } from '@bindery/bytes'
import type { Bytes } from '@bindery/storage'

const NUL = '\0'

export const bucketKey = (bucket: string): Bytes => utf8Bytes(`b${bucket}`)
export const documentKey = (bucket: string, kind: string, row: number): Bytes =>
  join(utf8Bytes(`d${bucket}${NUL}${kind}${NUL}`), Uint8Array.of(row))
export const objectKeyOf = (bucket: string, key: string): Bytes => utf8Bytes(`o${bucket}${NUL}${key}`)
export const uploadKey = (bucket: string, key: string, uploadId: string): Bytes =>
  utf8Bytes(`u${bucket}${NUL}${key}${NUL}${uploadId}`)
export const autoCompleteKey = (bucket: string, key: string, uploadId: string): Bytes =>
  utf8Bytes(`a${bucket}${NUL}${key}${NUL}${uploadId}`)
/** What the keys of all uploads begin with whose objects' names begin with `prefix`. */
export const uploadsBeginning = (bucket: string, prefix: string): Bytes => utf8Bytes(`u${bucket}${NUL}${prefix}`)
export const partKey = (manifest: string, partNumber: number): Bytes =>
  join(idKey('p', manifest), Uint8Array.of(partNumber >> 8, partNumber & 0xff))
export const manifestKey = (manifest: string): Bytes => idKey('m', manifest)
export const usageKey = (uploadId: string): Bytes => idKey('s', uploadId)
export const holderKey = (manifest: string, reference: string): Bytes => join(idKey('h', manifest), idBytes(reference))
export const ownerKey = (blob: string): Bytes => utf8Bytes(`w${blob}`)
export const receiptKey = (uploadId: string): Bytes => idKey('r', uploadId)
export const incarnationKey = (incarnation: string): Bytes => utf8Bytes(`i${incarnation}`)
export const garbageKey = (kind: string, id: string, token: string): Bytes =>
  utf8Bytes(`g${kind}${NUL}${id}${NUL}${token}`)
export const counterKey = (bucket: string): Bytes => utf8Bytes(`c${bucket}`)

/** Half-open range of keys. */
export interface KeyRange {
  readonly from: Bytes
  readonly to: Bytes
}

/** All keys that begin with these bytes. */
export const startingWith = (prefix: Bytes): KeyRange => ({ from: prefix, to: successor(prefix) })

export const allBuckets = (): KeyRange => startingWith(utf8Bytes('b'))
export const objectsOf = (bucket: string): KeyRange => startingWith(objectKeyOf(bucket, ''))
export const uploadsOf = (bucket: string): KeyRange => startingWith(uploadsBeginning(bucket, ''))
export const allAutoCompletes = (): KeyRange => startingWith(utf8Bytes('a'))
export const partsOf = (manifest: string): KeyRange => startingWith(idKey('p', manifest))
export const holdersOf = (manifest: string): KeyRange => startingWith(idKey('h', manifest))
export const allIncarnations = (): KeyRange => startingWith(utf8Bytes('i'))
export const allReceipts = (): KeyRange => startingWith(utf8Bytes('r'))
export const allGarbage = (): KeyRange => startingWith(utf8Bytes('g'))

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
export const following = (key: Bytes): Bytes => join(key, Uint8Array.of(0))

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
  const bytes = new Uint8Array(ID_BYTES)
  for (let index = 0; index < ID_BYTES; index += 1) {
    bytes[index] = (digitAt(id, index * 2) << 4) | digitAt(id, index * 2 + 1)
  }
  return bytes
}

const ID_BYTES = 16

/** Of a hex digit, large or small. */
function digitAt(id: string, index: number): number {
  const code = id.charCodeAt(index)
  return (code & 0xf) + (code > 0x39 ? 9 : 0)
}

const idKey = (space: string, id: string): Bytes => join(utf8Bytes(space), idBytes(id))

function join(head: Bytes, tail: Bytes): Bytes {
  const bytes = new Uint8Array(head.length + tail.length)
  bytes.set(head)
  bytes.set(tail, head.length)
  return bytes
}
