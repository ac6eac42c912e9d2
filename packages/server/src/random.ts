import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 4096

/**
 * Random bytes, fetched from the system a pool at a time: a call for the few bytes of a request id costs more than the
 * bytes.
 */
export function pooledRandom(): (bytes: number) => Uint8Array {
  let pool = new Uint8Array(0)
  return (bytes) => {
    if (bytes > pool.length) pool = randomFillSync(new Uint8Array(Math.max(bytes, POOL_BYTES)))
    const drawn = pool.subarray(0, bytes)
    pool = pool.subarray(bytes)
    return drawn
  }
}
