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
      const { etag, crc64, version, encryption: made, checksum } = record
      const output = {
        etag,
        crc64,
        qosDelayTime: pace?.delayedMs,
        expiration: shownExpiration(call.expirationOf(record)),
        versionId: version?.id,
        // next to the application's answer it would be taken for the digest of that answer
        contentMd5: callback === undefined ? record.contentMd5 : undefined,
        ...encryptionHeaders(made),
        ...customerKeyHeaders(made, input),
        ...checksumsOf(checksum),
      }
      if (callback === undefined) return { output }
      return callback.make(record).then((outcome) => ({ output, answer: answerOf(outcome) }))
    })
  },
})
