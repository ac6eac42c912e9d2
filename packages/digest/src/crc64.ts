import { CRC_PARAMETERS, createWasmCrc, crc64 as plainCrc64 } from '@bindery/bytes'
import { loadNative } from './native/native.js'

/**
 * CRC-64 (ECMA-182, reflected) of `bytes`, or of everything so far if `previous` is the checksum of the preceding
 * bytes.
 */
export const crc64: (bytes: Uint8Array, previous?: bigint) => bigint =
  loadNative()?.crc64 ?? createWasmCrc(CRC_PARAMETERS.crc64) ?? plainCrc64
