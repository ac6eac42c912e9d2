import { handler } from '../../call.js'
import { listParts as readPage } from '../../domain/uploads/uploads.js'
import { ownerOf } from '../describe.js'

export const listParts = handler('ListParts', async (call) => {
  const { bucket, key } = call
  const { uploadId, maxParts, partNumberMarker, encodingType } = call.input
  const { upload, parts, isTruncated } = await readPage(call.domain, {
    bucket: bucket.name,
    key,
    uploadId,
    after: partNumberMarker,
    maxParts,
  })
  const result = {
    encodingType,
    bucket: bucket.name,
    key,
    uploadId,
    storageClass: upload.storageClass,
    partNumberMarker,
    nextPartNumberMarker: parts.partNumbers.at(-1),
    maxParts,
    isTruncated: isTruncated && maxParts > 0,
    initiator: ownerOf(upload.initiator),
    owner: ownerOf(upload.owner),
    parts: Array.from(parts.partNumbers, (partNumber, index) => ({
      partNumber,
      lastModified: parts.modifiedAt(index),
      etag: parts.etag(index),
      crc64: parts.crc64(index),
      size: parts.size(index),
    })),
  }
  return { output: {}, result }
})
