import { percentEncode } from '@bindery/bytes'
import { requesterId } from '../../access/requester.js'
import { handler } from '../../call.js'
import { type AskedCallback, askedCallback } from '../../callback/ask.js'
import { type AnsweredCallback, answerOf, keepOutcome, keptOutcome } from '../../callback/outcome.js'
import type { Domain } from '../../domain/domain.js'
import { type Completed, completeUpload, findCompletion } from '../../domain/uploads/complete.js'
import { answerReceipt } from '../../domain/uploads/receipts.js'

/** A missing upload is reported before the body is read. Once begun, nothing here depends on the client. */
export const completeMultipartUpload = handler('CompleteMultipartUpload', {
  async find(call) {
    const name = { bucket: call.bucket.name, key: call.key, uploadId: call.input.uploadId }
    await findCompletion(call.domain, name, requesterId(call.requester))
    return { name, callback: await askedCallback(call) }
  },
  async handle(call, { name, callback }) {
    const { domain, document, input } = call
    const completed = await completeUpload(domain, {
      ...name,
      parts: document === undefined ? 'all' : document.parts,
      acl: input.objectAcl ?? 'default',
      forbidOverwrite: input.forbidOverwrite,
      etagRecipe: call.exchange.dialect.etagRecipe,
      requester: requesterId(call.requester),
      callbackFollows: callback !== undefined,
    })
    const answer = await answerAfter(domain, input.uploadId, completed, callback)
    const { etag, crc64 } = completed
    const { bucket, key } = name
    const location = `${call.bucketUrl}/${percentEncode(key, { keepTilde: false })}`
    const result = { encodingType: input.encodingType, location, bucket, key, etag }
    return { output: { etag, crc64 }, answer, result }
  },
})

/**
 * Makes the callback of an upload that this request completed; for one that was completed before, returns its earlier
 * outcome.
 */
async function answerAfter(
  domain: Domain,
  uploadId: string,
  { object, answer }: Completed,
  callback: AskedCallback | undefined,
): Promise<AnsweredCallback | undefined> {
  if (object === undefined) return answer === undefined ? undefined : keptOutcome(answer)
  if (callback === undefined) return undefined
  const outcome = await callback.make(object)
  await answerReceipt(domain, uploadId, keepOutcome(outcome))
  return answerOf(outcome)
}
