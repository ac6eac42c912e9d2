import { upperHex, utf8Bytes } from '@bindery/bytes'
import type { Domain } from '../domain.js'
import type { MultipartETags } from '../stored/model.js'
import type { PartTable } from '../stored/part-table.js'

/** Hex digits of an MD5. */
const DIGEST_LENGTH = 32

/** Both tags of a multipart object: an MD5 of its parts' ETags, then their number. OSS hashes text, S3 the digests. */
export function multipartETags({ digests }: Pick<Domain, 'digests'>, parts: PartTable): Required<MultipartETags> {
  const tagOf = (hashed: Uint8Array) => `${upperHex(digests.md5(hashed))}-${parts.length}`
  return { etag: tagOf(parts.joinedETags), digestETag: tagOf(joinedDigests(parts)) }
}

/** An ETag that is not a digest, as of a part that was copied from a multipart object, is taken as text. */
function joinedDigests({ length, joinedETags, etagEnds }: PartTable): Uint8Array {
  const joined = new Uint8Array(joinedETags.length)
  let at = 0
  let start = 0
  for (let index = 0; index < length; index += 1) {
    const end = etagEnds[index] ?? start
    const tag = joinedETags.subarray(start, end)
    const written = tag.length === DIGEST_LENGTH && decodeHex(tag, joined, at)
    if (written) at += DIGEST_LENGTH / 2
    else {
      joined.set(tag, at)
      at += tag.length
    }
    start = end
  }
  return joined.subarray(0, at)
}

const HEX = new Int8Array(256).fill(-1)
for (const [value, digit] of [...utf8Bytes('0123456789ABCDEF')].entries()) HEX[digit] = value

/** Writes the bytes that upper-case digits stand for; false if they are others. */
function decodeHex(digits: Uint8Array, target: Uint8Array, at: number): boolean {
  for (let index = 0; index < digits.length; index += 2) {
    const high = HEX[digits[index] ?? 0] ?? -1
    const low = HEX[digits[index + 1] ?? 0] ?? -1
    if (high < 0 || low < 0) return false
    target[at + index / 2] = (high << 4) | low
  }
  return true
}
