import { loadNative } from './native/native.js'

/** Fewer bytes cost the collector less than freeing them. */
const FREED_BYTES_MIN = 16 * 1024

/** An ArrayBuffer of Node.js 22 or later. */
interface Transferable {
  transfer?(bytes: number): ArrayBuffer
}

const detach = loadNative()?.detach ?? (({ buffer }: Uint8Array) => void (buffer as Transferable).transfer?.(0))

/**
 * Frees the memory of bytes that will not be used again, instead of leaving it to the garbage collector, which runs the more often
 * the more such memory there is. Does nothing to less than 16 KiB, to a view of a part of the memory, whose rest others may
 * use, and where the system cannot free it.
 */
export function freeMemory(bytes: Uint8Array): void {
  if (bytes.length >= FREED_BYTES_MIN && bytes.length === bytes.buffer.byteLength) detach(bytes)
}
