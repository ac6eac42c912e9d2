import { handler } from '../../call.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'

export const getObjectMeta = handler('GetObjectMeta', (call) => {
  const { size, etag, modifiedAt, crc64 } = call.object
  const versionId = shownVersionOf(call.bucket, call.object)
  return { output: { contentLength: size, etag, lastModified: modifiedAt, crc64, versionId } }
})
