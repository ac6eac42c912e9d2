import { handler } from '../../call.js'
import { abortUpload } from '../../domain/uploads/uploads.js'

export const abortMultipartUpload = handler('AbortMultipartUpload', async (call) => {
  await abortUpload(call.domain, { bucket: call.bucket.name, key: call.key, uploadId: call.input.uploadId })
  const { requester } = call
  // only sessions of the console stand for a key
  if (requester.kind !== 'anonymous' && requester.standsFor !== undefined) call.domain.meter.abortedInConsole()
  return { output: {} }
})
