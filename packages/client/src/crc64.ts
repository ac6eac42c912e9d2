/** CRC-64 by WebAssembly, or by plain code where a page's policy forbids that. */
import { CRC_PARAMETERS, createWasmCrc, crc64 as plainCrc64 } from '@bindery/bytes'
import type { Crc64 } from './types/client.js'

let fastest: Crc64 | undefined

/** Compiled when first used. */
export const crc64: Crc64 = (bytes, previous) => {
  fastest ??= compiled() ?? plainCrc64
  return fastest(bytes, previous)
}

function compiled(): Crc64 | undefined {
  try {
    return createWasmCrc(CRC_PARAMETERS.crc64)
  } catch {
    return undefined // a Content-Security-Policy without wasm-unsafe-eval
  }
}
