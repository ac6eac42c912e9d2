import { CRC_PARAMETERS, type Crc, type CrcName, createPlainCrc, createWasmCrc } from '@bindery/bytes'
import { loadNative } from './native/native.js'

const crcs = new Map<CrcName, Crc>()

/** The fastest implementation of a CRC, prepared on first use. */
export function crcOf(name: CrcName): Crc {
  const known = crcs.get(name)
  if (known !== undefined) return known
  const native = loadNative()
  const parameters = CRC_PARAMETERS[name]
  const crc: Crc =
    native === undefined
      ? (createWasmCrc(parameters) ?? createPlainCrc(parameters))
      : (bytes, previous) => native.crc(name, bytes, previous)
  crcs.set(name, crc)
  return crc
}
