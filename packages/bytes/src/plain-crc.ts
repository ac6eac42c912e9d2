/** A reflected CRC that begins and ends with all ones in its register. */
export interface CrcParameters {
  /**
   * Reflected: the lowest bit is the coefficient of the highest power. One of 32 bits fills the lower half of 64 as it is,
   * since the polynomial times x^32 gives the same remainders in the lower half of the register.
   */
  readonly polynomial: bigint
  /** As many ones as the CRC has bits. */
  readonly allOnes: bigint
  /**
   * A sparse multiple of the polynomial: how many 64-bit words each of its terms is below the first one, downwards. Words
   * from 16 bytes before are not among them. Absent: none is known.
   */
  readonly multiple?: readonly number[]
}

/** The CRC of `bytes`, or, given the CRC of what came before, of all together. */
export type Crc = (bytes: Uint8Array, previous?: bigint) => bigint

const ONES_32 = 0xffff_ffffn
const ONES_64 = 0xffff_ffff_ffff_ffffn

/** The CRCs of this package by their names in the catalogue of parametrised CRCs. */
export const CRC_PARAMETERS = {
  /** CRC-64/XZ, which OSS calls crc64ecma. */
  crc64: {
    polynomial: 0xc96c5795d7870f42n,
    allOnes: ONES_64,
    multiple: [1403, 1250, 894, 395, 241, 152, 117],
  },
  /** CRC-32/ISO-HDLC, that of zlib. */
  crc32: { polynomial: 0xedb88320n, allOnes: ONES_32 },
  /** CRC-32/ISCSI, Castagnoli's. */
  crc32c: { polynomial: 0x82f63b78n, allOnes: ONES_32 },
  /** CRC-64/NVME. */
  crc64nvme: {
    polynomial: 0x9a6c9329ac4bc9b5n,
    allOnes: ONES_64,
    multiple: [1740, 1645, 1607, 1598, 1172, 979, 280],
  },
} as const satisfies Record<string, CrcParameters>

/** The CRCs that have parameters here. */
export type CrcName = keyof typeof CRC_PARAMETERS

/** A CRC in plain JavaScript, one byte per step: for runtimes without WebAssembly, and to check the others against. */
export function createPlainCrc({ polynomial, allOnes }: CrcParameters): Crc {
  const high = new Uint32Array(256)
  const low = new Uint32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let remainder = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >> 1n) ^ (remainder & 1n ? polynomial : 0n)
    high[byte] = Number(remainder >> 32n)
    low[byte] = Number(remainder & 0xffff_ffffn)
  }
  return (bytes, previous = 0n) => {
    const register = previous ^ allOnes
    let h = Number(register >> 32n)
    let l = Number(register & 0xffff_ffffn)
    for (const byte of bytes) {
      const entry = (l ^ byte) & 0xff
      l = (low[entry] as number) ^ ((l >>> 8) | (h << 24))
      h = (high[entry] as number) ^ (h >>> 8)
    }
    return ((BigInt(h >>> 0) << 32n) | BigInt(l >>> 0)) ^ allOnes
  }
}
