import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { crc64 } from '@bindery/client'
import type { ClientOf } from '../objects/with-client.js'
import type { Entry } from './entries.js'
import type { Place } from './places.js'

/** The checksums that a place has or that its bytes were given, by their names; CRC-64 in decimal. */
type Checksums = Readonly<Partial<Record<'ecma' | 'nvme' | 'md5', string>>>

/** Whether two entries have one size and one checksum; false where nothing can be compared. Throws OssError, and what reading throws. */
export async function hasSameBytes(clientOf: ClientOf, source: Entry, target: Entry): Promise<boolean> {
  return source.size === target.size && haveSameChecksum(clientOf, source.place, target.place)
}

/**
 * Whether two places have one checksum. Objects have that of their server: OSS keeps CRC-64/ECMA, S3 keeps CRC-64/NVME of most
 * objects, and of others the MD5 as ETag. A file is read for the one that the other place has. Throws OssError, and what reading throws.
 */
export async function haveSameChecksum(clientOf: ClientOf, one: Place, other: Place): Promise<boolean> {
  const [known, unknown] = one.kind === 'object' ? [one, other] : [other, one]
  const stored = await storedOf(clientOf, known)
  const crc = await checksumOf(clientOf, known)
  const compared =
    unknown.kind === 'file' ? await computed(unknown.path, stored, crc) : await storedOf(clientOf, unknown)
  const [name] = (Object.keys(stored) as (keyof Checksums)[]).filter((each) => compared[each] !== undefined)
  return name !== undefined && stored[name] === compared[name]
}

/** The CRC-64 that a place has. */
export async function checksumOf(clientOf: ClientOf, place: Place): Promise<typeof crc64> {
  return place.kind === 'object' ? (await clientOf(place.address).checksum()).crc64 : crc64
}

async function storedOf(clientOf: ClientOf, place: Place): Promise<Checksums> {
  if (place.kind === 'file') return computed(place.path, { ecma: '' }, crc64)
  if (place.kind === 'stream') return {}
  const { bucket, key } = place.address
  const client = clientOf(place.address)
  const { crc64: checksum, etag } = await client.head(key, { bucket })
  const isS3 = client.requester.dialect === 's3'
  return {
    ...(checksum === undefined ? {} : { [isS3 ? 'nvme' : 'ecma']: checksum }),
    ...(/^[0-9a-f]{32}$/i.test(etag) ? { md5: etag.toLowerCase() } : {}),
  }
}

/** Reads a file for the first checksum that is known of another place. */
async function computed(file: string, stored: Checksums, crc: typeof crc64): Promise<Checksums> {
  const [name] = Object.keys(stored) as (keyof Checksums)[]
  if (name === undefined) return {}
  const pieces = createReadStream(file) as AsyncIterable<Uint8Array>
  if (name === 'md5') {
    const md5 = createHash('md5')
    for await (const piece of pieces) md5.update(piece)
    return { md5: md5.digest('hex') }
  }
  let checksum = 0n
  for await (const piece of pieces) checksum = crc(piece, checksum)
  return { [name]: String(checksum) }
}
