/** CRC-32 (IEEE, as zlib's). */

const TABLE = new Uint32Array(256).map((_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0)
  return remainder
})

/** The CRC of `bytes`, from 0 to 2^32 - 1. */
export function crc32(bytes: Uint8Array): number {
  let register = 0xffffffff
  for (const byte of bytes) register = (TABLE[(register ^ byte) & 0xff] ?? 0) ^ (register >>> 8)
  return ~register >>> 0
}
