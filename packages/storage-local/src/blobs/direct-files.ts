import { loadNative } from '@bindery/digest'
import { PAGE_BYTES } from './blob-location.js'

/**
 * Fewer bytes are written through the page cache, where those who read a small blob soon find it. A large blob would
 * push out what others read, and costs less without the copy.
 */
export const DIRECT_BYTES_MIN = 64 * 1024

const native = loadNative()
/** By an open file: another descriptor of it for direct writes, or undefined if there can be none. */
const descriptors = new Map<number, number | undefined>()

/** The descriptor through which pieces are written that bypass the page cache; undefined if they do not. */
export function directDescriptor(file: number, pieces: readonly Uint8Array[], position: number): number | undefined {
  if (native === undefined || position % PAGE_BYTES !== 0) return undefined
  if (!pieces.some(({ length }) => length >= DIRECT_BYTES_MIN)) return undefined
  if (!descriptors.has(file)) descriptors.set(file, native.openDirect(file))
  return descriptors.get(file)
}

/** Forgets a file that is about to be closed. Returns its other descriptor, which must be closed too. */
export function forgetDirect(file: number): number | undefined {
  const direct = descriptors.get(file)
  descriptors.delete(file)
  return direct
}

/** Memory of a page at an address from which it can be written directly, where that is possible. Its content is arbitrary. */
export function alignedPage(): Buffer {
  const room = Buffer.allocUnsafeSlow(2 * PAGE_BYTES)
  const start = native === undefined ? 0 : (PAGE_BYTES - native.offsetInPage(room)) % PAGE_BYTES
  return room.subarray(start, start + PAGE_BYTES)
}
