import { CRC_PARAMETERS, createWasmCrc, crc64 as plainCrc64 } from '@bindery/bytes'
import { loadNative } from './native/native.js'

/** CRC-64 (ECMA-182, reflected) of `bytes`, or, given the checksum of what came before, of all together. */
export const crc64: (bytes: Uint8Array, previous?: bigint) => bigint =
  loadNative()?.crc64 ?? createWasmCrc(CRC_PARAMETERS.crc64) ?? plainCrc64
