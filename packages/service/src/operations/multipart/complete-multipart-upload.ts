import { percentEncode } from '@bindery/bytes'
import { CHECKSUM_NAMES } from '@bindery/protocol'
import { requesterId } from '../../access/requester.js'
import { type CallOf, handler } from '../../call.js'
import { askedCallback } from '../../callback/ask.js'
import {
  type AnsweredCallback,
  answerOf,
  type CallbackOutcome,
  keepOutcome,
  keptOutcome,
} from '../../callback/outcome.js'
import { verifyCustomerKey } from '../../domain/bytes/encryption.js'
import { type Completed, completeUpload, findCompletion } from '../../domain/uploads/complete.js'
import type { Statements } from '../../domain/uploads/stated-checksums.js'

import { checksumsOf, conditionOf, shownExpiration } from '../describe.js'
import { encryptionHeaders } from '../encryption.js'
import { aclOfObject } from '../require-acls.js'

/** A missing upload is reported before the body is read. Once begun, nothing here depends on the client. */
export const completeMultipartUpload = handler('CompleteMultipartUpload', {
  async find(call) {
    const { uploadId, answersRepeats } = call.input
    const requester = requesterId(call.requester)
    const completion = { bucket: call.bucket.name, key: call.key, uploadId, requester, answersRepeats }
    const upload = await findCompletion(call.domain, completion)
    const { encryption } = upload ?? {}
    const { customerKey } = call.input
    if (customerKey !== undefined) await verifyCustomerKey(call.domain, encryption, uploadId, customerKey)
    const acl = await aclOfObject(call)
    return { completion, encryption, acl, callback: await askedCallback(call) }
  },
  async handle(call, { completion, encryption, acl, callback }) {
    const { document, input } = call
    const completed = await completeUpload<CallbackOutcome>(call.domain, {
      ...completion,
      parts: document === undefined ? 'all' : document.parts,
      acl,
      forbidOverwrite: call.forbidsOverwrite,
      condition: conditionOf(input),
      stated: statementsOf(call),
      callback: callback && { make: (object) => callback.make(object), encode: keepOutcome },
    })
    const { crc64, version } = completed
    const etag = call.etagOf(completed)
    const { bucket, key } = completion
    const location = `${call.bucketUrl}/${percentEncode(key, { keepTilde: false })}`
    const checksum = checksumsOf(completed.checksum)
    const result = { encodingType: input.encodingType, location, bucket, key, etag, ...checksum }
    const expiration = completed.kind === 'repeated' ? undefined : shownExpiration(call.expirationOf(completed.object))
    const output = { etag, crc64, versionId: version, expiration, ...encryptionHeaders(encryption) }
    return { output, answer: answerIn(completed), result }
  },
})

/** S3's clients state checksums; for those of OSS there is nothing to compare. */
function statementsOf({ document, input }: CallOf<'CompleteMultipartUpload'>): Statements {
  return {
    parts: document?.checksums,
    demandsPartChecksums: input.answersRepeats === true,
    checksum: CHECKSUM_NAMES.map((name) => input[name]).find((value) => value !== undefined),
    checksumType: input.checksumType,
    size: input.objectSize,
  }
}

/** The answer of the application to the callback, now or before. Throws the failure of a failed callback. */
function answerIn(completed: Completed<CallbackOutcome>): AnsweredCallback | undefined {
  if (completed.kind === 'calledBack') return answerOf(completed.outcome)
  if (completed.kind === 'created' || completed.outcome === undefined) return undefined
  return keptOutcome(completed.outcome)
}
