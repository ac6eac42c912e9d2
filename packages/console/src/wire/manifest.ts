/** The parts of an object, and whether its bytes still are what was stored. */
import { CRC_PARAMETERS, createPlainCrc, createWasmCrc } from '@bindery/bytes'
import type { Page, Target } from './objects.js'
import { send, sendForJson } from './request.js'

/** A part of an object, as its upload stored it. Sizes and offsets in bytes, checksums as decimal numbers. */
export interface ManifestPart {
  readonly partNumber: number
  readonly offset: number
  readonly size: number
  readonly etag: string
  readonly crc64: string
  readonly lastModified: string
}

interface Answer {
  readonly partCount: number
  readonly parts: readonly ManifestPart[]
  readonly nextPartNumberMarker?: number
}

const versionOf = ({ versionId }: Target): Record<string, string> => (versionId === undefined ? {} : { versionId })

/** One page of the parts of an object; none of one that was put at once. Throws ServerError. */
export async function listManifest(
  bucket: string,
  target: Target,
  position: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Page<ManifestPart>> {
  const query = { 'x-oss-ext-manifest': '', ...versionOf(target), ...position }
  const answer = await sendForJson<Answer>({ method: 'GET', bucket, key: target.key, query, signal })
  const { parts, nextPartNumberMarker: marker } = answer
  return marker === undefined ? { rows: parts } : { rows: parts, next: { 'part-number-marker': String(marker) } }
}

/** The result of reading an object again. */
export interface Verdict {
  readonly isWhole: boolean
  /** Numbers of parts whose bytes have another checksum than when they were stored. */
  readonly damaged: readonly number[]
}

/**
 * Reads all bytes of an object and compares their CRC-64, and that of each part, with the stored ones. `onProgress` gets the bytes
 * read so far. Throws ServerError; a server that finds damage itself ends the answer, which throws too.
 */
export async function verifyObject(
  bucket: string,
  target: Target,
  {
    expected,
    signal,
    onProgress,
  }: { readonly expected: string; readonly signal: AbortSignal; readonly onProgress: (bytes: number) => void },
): Promise<Verdict> {
  const parts = await allParts(bucket, target, signal)
  const crc = createWasmCrc(CRC_PARAMETERS.crc64) ?? createPlainCrc(CRC_PARAMETERS.crc64)
  const { body } = await send({ method: 'GET', bucket, key: target.key, query: versionOf(target), signal })
  const damaged: number[] = []
  let [read, whole, ofPart, index] = [0, 0n, 0n, 0]
  const reader = body?.getReader()
  for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read()) {
    whole = crc(piece.value, whole)
    let rest: Uint8Array = piece.value
    while (rest.length > 0 && index < parts.length) {
      const part = parts[index] as ManifestPart
      const own = rest.subarray(0, part.offset + part.size - read)
      ofPart = crc(own, ofPart)
      read += own.length
      rest = rest.subarray(own.length)
      if (read < part.offset + part.size) continue
      if (String(ofPart) !== part.crc64) damaged.push(part.partNumber)
      ofPart = 0n
      index += 1
    }
    read += rest.length
    onProgress(read)
  }
  return { isWhole: String(whole) === expected && damaged.length === 0, damaged }
}

async function allParts(bucket: string, target: Target, signal: AbortSignal): Promise<readonly ManifestPart[]> {
  const parts: ManifestPart[] = []
  let position: Readonly<Record<string, string>> | undefined = {}
  while (position !== undefined) {
    const page: Page<ManifestPart> = await listManifest(bucket, target, position, signal)
    parts.push(...page.rows)
    position = page.next
  }
  return parts
}
