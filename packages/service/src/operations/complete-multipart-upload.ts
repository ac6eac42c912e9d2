import { percentEncode } from '@bindery/protocol'
import { requesterId } from '../access/requester.js'
import type { HandlerOf } from '../call.js'
import { completeUpload, findCompletion } from '../domain/complete.js'

/** An upload that is not there is said before its body is read. Once begun, nothing here depends on the client. */
export const completeMultipartUpload: HandlerOf<'CompleteMultipartUpload'> = async (call) => {
  const { domain, key, input } = call
  const bucket = call.bucket.name
  const name = { bucket, key, uploadId: input.uploadId }
  const requester = requesterId(call.requester)
  await findCompletion(domain, name, requester)
  const document = await call.document()
  const { etag, crc64 } = await completeUpload(domain, {
    ...name,
    parts: document === undefined ? 'all' : document.parts,
    acl: input.objectAcl ?? 'default',
    forbidOverwrite: input.forbidOverwrite,
    requester,
  })
  const location = `${call.bucketUrl}/${percentEncode(key, { keepTilde: false })}`
  return { output: { etag, crc64 }, result: { encodingType: input.encodingType, location, bucket, key, etag } }
}
