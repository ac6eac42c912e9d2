import { handler } from '../../call.js'

export const getObjectMeta = handler('GetObjectMeta', (call) => {
  const { size, etag, modifiedAt, crc64 } = call.object
  return { output: { contentLength: size, etag, lastModified: modifiedAt, crc64 } }
})
