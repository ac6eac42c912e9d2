/** Checks on the parts that were sent. */
import { crc64Combine } from '@bindery/bytes'
import type { CheckpointPart } from '../types/checkpoint.js'
import { CLIENT_CODES, OssError } from '../types/error.js'

/** The CRC-64 of the whole; undefined where that of a part is not known. */
export function combined(parts: readonly CheckpointPart[]): bigint | undefined {
  let checksum = 0n
  for (const { crc64, size } of parts) {
    if (crc64 === undefined) return undefined
    checksum = crc64Combine(checksum, BigInt(crc64), size)
  }
  return checksum
}

/**
 * The error ChecksumMismatch of a part whose CRC-64 on the server (decimal) differs from that of the bytes sent. It is
 * retryable: the part is sent again.
 */
export function damaged(partNumber: number, stored: string, sent: bigint): OssError {
  const error = new OssError({
    code: CLIENT_CODES.checksumMismatch,
    message: `The server stored part ${partNumber} with the CRC-64 ${stored}; the bytes sent have ${sent}.`,
    retryable: true,
    hint: 'If this repeats, something between this machine and the server changes bytes.',
  })
  error.partNumber = partNumber
  return error
}
