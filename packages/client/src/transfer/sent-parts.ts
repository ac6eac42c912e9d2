/** Checks on the parts that were sent. */
import type { CheckpointPart } from '../types/checkpoint.js'
import type { Checksum } from '../wire/checksum.js'

/** The CRC-64 of the whole; undefined where that of a part is not known. */
export function combined(parts: readonly CheckpointPart[], { combine }: Checksum): bigint | undefined {
  let checksum = 0n
  for (const { crc64, size } of parts) {
    if (crc64 === undefined) return undefined
    checksum = combine(checksum, BigInt(crc64), size)
  }
  return checksum
}
