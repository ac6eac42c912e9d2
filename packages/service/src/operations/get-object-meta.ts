import type { HandlerOf } from '../call.js'
import { findObject } from '../domain/objects.js'

export const getObjectMeta: HandlerOf<'GetObjectMeta'> = async (call) => {
  const { size, etag, modifiedAt, crc64 } = await findObject(call.domain, call.bucket.name, call.key)
  return { output: { contentLength: size, etag, lastModified: modifiedAt, crc64 } }
}
