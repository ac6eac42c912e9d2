import type { HandlerOf } from '../call.js'
import { listParts as readParts } from '../domain/uploads.js'

export const listParts: HandlerOf<'ListParts'> = async (call) => {
  const { bucket, key } = call
  const { uploadId, maxParts, partNumberMarker, encodingType } = call.input
  const { upload, parts, isTruncated } = await readParts(call.domain, {
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
    nextPartNumberMarker: parts.at(-1)?.partNumber,
    maxParts,
    isTruncated,
    parts: parts.map(({ partNumber, modifiedAt, etag, crc64, size }) => ({
      partNumber,
      lastModified: modifiedAt,
      etag,
      crc64,
      size,
    })),
  }
  return { output: {}, result }
}
