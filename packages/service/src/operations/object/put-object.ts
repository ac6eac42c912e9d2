import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { askedCallback } from '../../callback/ask.js'
import { answerOf } from '../../callback/outcome.js'
import { checkOverwrite, putObject as storeObject } from '../../domain/objects/objects.js'
import { pacedSource, paceOf } from '../../traffic.js'
import { checksumsOf, conditionOf, describeObject, shownExpiration } from '../describe.js'
import { chosenEncryption, customerKeyHeaders, encryptionHeaders } from '../encryption.js'
import { aclOfNew } from '../require-acls.js'
import { statedHolds } from './holds.js'

/** An object that must not be overwritten, and a callback that cannot be made, are detected before the body is read. */
export const putObject = handler('PutObject', {
  find(call) {
    const { input } = call
    const description = { ...describeObject(input), holds: statedHolds(call) }
    return andThen(aclOfNew(call), (acl) =>
      andThen(chosenEncryption(call), (encryption) =>
        andThen(askedCallback(call), (callback) => {
          const condition = conditionOf(input)
          const { forbidsOverwrite: forbidOverwrite } = call
          const checked = checkOverwrite(call.domain, call.bucket, call.objectName, { forbidOverwrite, condition })
          return andThen(checked, () => ({ description, acl, encryption, callback, condition }))
        }),
      ),
    )
  },
  handle(call, { description, acl = 'default', encryption, callback, condition }) {
    const { domain, bucket, key, input } = call
    const object = {
      bucket: bucket.name,
      key,
      owner: bucket.owner,
      description,
      acl,
      forbidOverwrite: call.forbidsOverwrite,
      condition,
      contentMd5: input.contentMd5,
      expected: call.content.expected,
      encryption,
    }
    const pace = paceOf(call, 'Upload')
    return storeObject(domain, object, pacedSource(call.content.source, pace)).then((record) => {
      const { etag, crc64, version, encryption: made } = record
      const encrypted = { ...encryptionHeaders(made), ...customerKeyHeaders(made, input) }
      const shown = { versionId: version?.id, ...encrypted, ...checksumsOf(record.checksum) }
      const expiration = shownExpiration(call.expirationOf(record))
      const output = { etag, crc64, qosDelayTime: pace?.delayedMs, expiration, ...shown }
      if (callback === undefined) return { output: { ...output, contentMd5: record.contentMd5 } }
      // Content-MD5 next to the application's answer would be taken for the digest of that answer
      return callback.make(record).then((outcome) => ({ output, answer: answerOf(outcome) }))
    })
  },
})
