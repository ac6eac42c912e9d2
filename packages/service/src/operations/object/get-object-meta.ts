import { handler } from '../../call.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'
import { shownTransition } from '../describe.js'

export const getObjectMeta = handler('GetObjectMeta', (call) => {
  const { size, etag, modifiedAt, crc64 } = call.object
  const versionId = shownVersionOf(call.bucket, call.object)
  const transitionTime = shownTransition(call.object)
  const lastAccessTime = call.lastAccessOf(call.object)
  return {
    output: { contentLength: size, etag, lastModified: modifiedAt, crc64, transitionTime, lastAccessTime, versionId },
  }
})
