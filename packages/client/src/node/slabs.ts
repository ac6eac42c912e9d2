/** Blocks of memory that transfers use again and again: new ones for every piece would keep the garbage collector busy. */

/** Bytes of a block. */
export const SLAB_BYTES = 512 * 1024
/** Blocks that are kept for later. */
const FREE_MAX = 32

const free: Buffer[] = []

/** A block. Its content is arbitrary. */
export function takeSlab(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES)
}

/** Returns a block that nothing refers to any more. */
export function returnSlab(slab: Buffer): void {
  if (free.length < FREE_MAX) free.push(slab)
}
