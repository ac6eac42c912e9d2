import { hexBytes, upperHex, utf8Bytes } from '@bindery/bytes'
import type { Domain } from '../domain.js'
import type { ETag } from '../stored/model.js'
import type { PartTable } from '../stored/part-table.js'

/** Input of the ETag of a multipart object: its parts' ETags as upper-case text, or the digests that they spell. */
export type ETagRecipe = 'text' | 'digests'

/** The MD5 of the parts' ETags, then their number. OSS hashes text, S3 digests. */
export function multipartETag({ digests }: Pick<Domain, 'digests'>, parts: PartTable, recipe: ETagRecipe): ETag {
  const hashed = recipe === 'text' ? parts.joinedETags : joinedDigests(parts)
  return `${upperHex(digests.md5(hashed))}-${parts.length}`
}

/** An ETag that is no digest, as of a part that was copied from a multipart object, is taken as text. */
function joinedDigests(parts: PartTable): Uint8Array {
  const digests = Array.from(parts.partNumbers, (_, index) => {
    const etag = parts.etag(index)
    return hexBytes(etag) ?? utf8Bytes(etag)
  })
  const joined = new Uint8Array(digests.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const digest of digests) {
    joined.set(digest, at)
    at += digest.length
  }
  return joined
}
