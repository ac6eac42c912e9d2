import { requesterId } from '../../access/requester.js'
import { handler } from '../../call.js'
import { initiateUpload } from '../../domain/uploads/uploads.js'

import { describeObject, uploadChecksumOf } from '../describe.js'
import { chosenEncryption, customerKeyHeaders, encryptionHeaders } from '../encryption.js'
import { statedHolds } from '../object/holds.js'
import { aclOfNew } from '../require-acls.js'

export const initiateMultipartUpload = handler('InitiateMultipartUpload', async (call) => {
  const { bucket, key, input } = call
  const checksum = uploadChecksumOf(input)
  const { uploadId, encryption } = await initiateUpload(call.domain, {
    bucket: bucket.name,
    key,
    initiator: requesterId(call.requester),
    owner: bucket.owner,
    description: { ...describeObject(input), holds: statedHolds(call) },
    acl: await aclOfNew(call),
    checksum,
    sequential: input.sequential,
    forbidOverwrite: call.forbidsOverwrite,
    encryption: await chosenEncryption(call),
    autoComplete: input.autoComplete && { ...input.autoComplete, forbidOverwrite: call.forbidsOverwrite },
  })
  const checksums = { checksumAlgorithm: checksum?.name, checksumType: checksum?.type }
  return {
    output: { ...encryptionHeaders(encryption), ...customerKeyHeaders(encryption, input), ...checksums },
    result: { encodingType: input.encodingType, bucket: bucket.name, key, uploadId },
  }
})
