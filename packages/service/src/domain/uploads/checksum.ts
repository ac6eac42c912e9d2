/** The checksum of a multipart object, of the checksums of its parts. */
import { base64, CRC_PARAMETERS, type CrcCombine, createCrcCombine, createPlainCrc } from '@bindery/bytes'
import { type Domain, letOthersRun } from '../domain.js'
import type { Checksum, ChecksumName, UploadRecord } from '../stored/model.js'
import type { PartTable } from '../stored/part-table.js'

type CrcName = Extract<ChecksumName, keyof typeof CRC_PARAMETERS>

/** CRCs that are combined before other requests run: some milliseconds, even where each part has a size of its own. */
const COMBINED_AT_ONCE = 200

/**
 * The checksum of an object of some parts; of thousands in steps, between which other requests run. Undefined where the upload has
 * none, or a part lacks it, for example one that was copied.
 */
export async function checksumOfParts(
  domain: Pick<Domain, 'digests' | 'sleep'>,
  { checksum }: UploadRecord,
  parts: PartTable,
): Promise<Checksum | undefined> {
  if (checksum === undefined) return undefined
  const all: Uint8Array[] = []
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts.checksum(index)
    if (part?.name !== checksum.name) return undefined
    all.push(part.bytes)
  }
  if (checksum.type === 'COMPOSITE') {
    return { ...checksum, value: `${base64(digestOf(checksum.name, join(all), domain.digests))}-${parts.length}` }
  }
  const name = checksum.name as CrcName
  const combine = combineOf(name)
  let whole = 0n
  for (const [index, bytes] of all.entries()) {
    if (index > 0 && index % COMBINED_AT_ONCE === 0) await letOthersRun(domain)
    whole = combine(whole, numberOf(bytes), parts.size(index))
  }
  return { ...checksum, value: base64(bytesOf(name, whole)) }
}

/** Whether a checksum is a CRC, so that it is also known of bytes that come in parts. */
export function isCrc(name: ChecksumName): name is CrcName {
  return name in CRC_PARAMETERS
}

const combines = new Map<CrcName, CrcCombine>()

function combineOf(name: CrcName): CrcCombine {
  const combine = combines.get(name) ?? createCrcCombine(CRC_PARAMETERS[name])
  combines.set(name, combine)
  return combine
}

/** The digest of a few bytes, which are not worth sending to another thread. */
export function digestOf(name: ChecksumName, bytes: Uint8Array, digests: Domain['digests']): Uint8Array {
  if (isCrc(name)) return bytesOf(name, createPlainCrc(CRC_PARAMETERS[name])(bytes))
  const digest = digests.begin(name)
  digest.update(bytes)
  return digest.digest()
}

function bytesOf(name: CrcName, value: bigint): Uint8Array {
  const width = name === 'crc64nvme' ? 8 : 4
  return Uint8Array.from({ length: width }, (_, index) => Number((value >> BigInt(8 * (width - 1 - index))) & 0xffn))
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}
