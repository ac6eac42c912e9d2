/** The CRC-64 that a server reports: OSS and S3 have different ones. */
import { CRC_PARAMETERS, type CrcCombine, createCrcCombine, createPlainCrc, createWasmCrc } from '@bindery/bytes'
import type { Crc64 } from '../types/client.js'

/** A CRC-64 of bytes, and of two sequences from those of each. */
export interface Checksum {
  readonly crc64: Crc64
  readonly combine: CrcCombine
  /** That of a blob, elsewhere than in this thread. It resolves to undefined where this thread is to compute it. */
  readonly ofBlob?: (blob: Blob) => Promise<bigint | undefined>
}

let nvme: Checksum | undefined

/** CRC-64/NVME, which S3 keeps of objects. */
export function s3Checksum(): Checksum {
  nvme ??= { crc64: compiled(), combine: createCrcCombine(CRC_PARAMETERS.crc64nvme) }
  return nvme
}

function compiled(): Crc64 {
  try {
    return createWasmCrc(CRC_PARAMETERS.crc64nvme) ?? createPlainCrc(CRC_PARAMETERS.crc64nvme)
  } catch {
    return createPlainCrc(CRC_PARAMETERS.crc64nvme) // a Content-Security-Policy without wasm-unsafe-eval
  }
}
