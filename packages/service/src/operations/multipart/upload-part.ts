import { base64 } from '@bindery/bytes'
import { handler } from '../../call.js'
import { completeIfWhole } from '../../domain/uploads/auto-complete.js'
import { uploadPart as storePart } from '../../domain/uploads/uploads.js'
import { pacedSource, paceOf } from '../../traffic.js'

export const uploadPart = handler('UploadPart', async (call) => {
  const { uploadId, partNumber, contentMd5 } = call.input
  const part = { bucket: call.bucket.name, key: call.key, uploadId, partNumber, contentMd5 }
  const pace = paceOf(call)
  const { etag, md5, crc64, upload } = await storePart(call.domain, part, pacedSource(call.content, pace))
  await completeIfWhole(call.domain, upload)
  return { output: { etag, contentMd5: base64(md5), crc64, qosDelayTime: pace?.delayedMs } }
})
