import { base64 } from '@bindery/protocol'
import type { HandlerOf } from '../call.js'
import { completeIfWhole } from '../domain/auto-complete.js'
import { uploadPart as storePart } from '../domain/uploads.js'

export const uploadPart: HandlerOf<'UploadPart'> = async (call) => {
  const { uploadId, partNumber, contentMd5 } = call.input
  const part = { bucket: call.bucket.name, key: call.key, uploadId, partNumber, contentMd5 }
  const { etag, md5, crc64, upload } = await storePart(call.domain, part, call.content())
  await completeIfWhole(call.domain, upload)
  return { output: { etag, contentMd5: base64(md5), crc64 } }
}
