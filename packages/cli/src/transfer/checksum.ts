import { createReadStream } from 'node:fs'
import { crc64 } from '@bindery/client'
import type { ClientOf } from '../objects/with-client.js'
import type { Entry } from './entries.js'

/** Whether two entries have one size and one CRC-64; false where a server reports none. Throws OssError, and what reading throws. */
export async function hasSameBytes(clientOf: ClientOf, source: Entry, target: Entry): Promise<boolean> {
  if (source.size !== target.size) return false
  const [one, other] = await Promise.all([checksumOf(clientOf, source), checksumOf(clientOf, target)])
  return one !== undefined && one === other
}

/** CRC-64 in decimal; undefined where the server reports none. Throws OssError, and what reading throws. */
export async function checksumOf(clientOf: ClientOf, { place }: Pick<Entry, 'place'>): Promise<string | undefined> {
  if (place.kind === 'object') {
    const { bucket, key } = place.address
    return (await clientOf(place.address).head(key, { bucket })).crc64
  }
  let checksum = 0n
  if (place.kind === 'file') for await (const piece of createReadStream(place.path)) checksum = crc64(piece, checksum)
  return String(checksum)
}
