/** Ids of manifests, uploads and references: 16 bytes, written as 32 upper-case hex digits. */
import { upperHex } from '@bindery/bytes'
import type { Bytes } from '@bindery/storage'

/** Bytes of an id. */
export const ID_BYTES = 16

/** Whether a value is an id in the form that this server writes. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9A-F]{32}$/.test(value)
}

/** The id at offset `start`. */
export function idAt(bytes: Bytes, start: number): string {
  return upperHex(bytes.subarray(start, start + ID_BYTES))
}

/** Writes an id at offset `start`. Digits may have either case. */
export function setId(bytes: Bytes, start: number, id: string): void {
  for (let index = 0; index < ID_BYTES; index += 1) {
    bytes[start + index] = (digitAt(id, index * 2) << 4) | digitAt(id, index * 2 + 1)
  }
}

function digitAt(id: string, index: number): number {
  const code = id.charCodeAt(index)
  return (code & 0xf) + (code > 0x39 ? 9 : 0)
}
