import { OssError } from '@bindery/protocol'
import type { ByteRange } from '@bindery/storage'
import { handler } from '../../call.js'
import { requireCustomerKey, verifyCustomerKey } from '../../domain/bytes/encryption.js'
import { findDirectRead, requireReadable } from '../../domain/objects/restore.js'
import type { ObjectRecord } from '../../domain/stored/model.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'
import { copyPart } from '../../domain/uploads/copy-part.js'
import { findUpload } from '../../domain/uploads/uploads.js'
import { requireWanted } from '../../response/conditions.js'
import { contentRange, selectRange } from '../../response/range.js'
import { customerKeyHeaders, encryptionHeaders } from '../encryption.js'

/**
 * A range that does not lie within the source is ignored: the whole source is copied, and no Content-Range
 * returned.
 */
export const uploadPartCopy = handler('UploadPartCopy', async (call) => {
  const { domain, bucket, key, input } = call
  const { uploadId, partNumber, copySource } = input
  const name = { bucket: bucket.name, key, uploadId }
  const { encryption } = await findUpload(domain, name)
  const { serverSideEncryption: repeated } = input
  if (repeated !== undefined && repeated !== encryption?.algorithm) throw new OssError('encryptionHeaderOnPart')
  await verifyCustomerKey(domain, encryption, uploadId, input.customerKey)
  const sourceBucket = await call.authoriseSource(copySource, input.sourceOwner)
  const isDirectlyRead = await findDirectRead(domain, sourceBucket)
  const rangeOf = ({ size }: ObjectRecord): ByteRange | undefined => {
    const range = chooseRange(input.copySourceRange, size)
    const leaves = range === undefined && input.copySourceRange !== undefined
    if (leaves && input.wholeRange === true) throw new OssError('copyRangeOutside', { size })
    return range
  }
  const choose = (source: ObjectRecord): ByteRange | undefined => {
    requireReadable(source, domain.clock, isDirectlyRead)
    requireCustomerKey(source.encryption, input.sourceKey)
    requireWanted(input, source)
    return rangeOf(source)
  }
  const { made, source } = await copyPart(domain, {
    ...name,
    partNumber,
    source: { ...copySource, bucket: sourceBucket.name },
    choose,
  })
  const range = rangeOf(source)
  const { etag, crc64, modifiedAt } = made
  return {
    output: {
      etag,
      crc64,
      contentRange: range && contentRange(range, source.size),
      copySourceVersionId: shownVersionOf(sourceBucket, source),
      ...encryptionHeaders(encryption),
      ...customerKeyHeaders(encryption, input),
    },
    result: { etag, lastModified: modifiedAt },
  }
})

/** Unlike in a read, a suffix (`bytes=-5`) is not a range here. */
function chooseRange(header: string | undefined, size: number): ByteRange | undefined {
  return header !== undefined && /^\s*bytes\s*=\s*\d/.test(header) ? selectRange(header, size, false) : undefined
}
