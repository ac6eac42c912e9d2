import type { HandlerOf } from '../../call.js'

export const getObjectMeta: HandlerOf<'GetObjectMeta'> = async (call) => {
  const { size, etag, modifiedAt, crc64 } = call.object
  return { output: { contentLength: size, etag, lastModified: modifiedAt, crc64 } }
}
