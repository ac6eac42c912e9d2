import { requesterId } from '../../access/requester.js'
import { type CallOf, handler } from '../../call.js'
import type { InitiatingClient } from '../../domain/stored/initiating-client.js'
import { initiateUpload } from '../../domain/uploads/uploads.js'
import { describeObject, uploadChecksumOf } from '../describe.js'
import { chosenEncryption, customerKeyHeaders, encryptionHeaders } from '../encryption.js'
import { statedHolds } from '../object/holds.js'
import { aclOfNew } from '../require-acls.js'

/** Characters of a user agent that are kept: the rest of some browsers' is of no use here. */
const USER_AGENT_MAX = 256

export const initiateMultipartUpload = handler('InitiateMultipartUpload', async (call) => {
  const { bucket, key, input } = call
  const checksum = uploadChecksumOf(input)
  const { uploadId, encryption } = await initiateUpload(call.domain, {
    bucket: bucket.name,
    key,
    initiator: requesterId(call.requester),
    client: clientOf(call),
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

function clientOf({ requester, origin, head }: CallOf<'InitiateMultipartUpload'>): InitiatingClient {
  const userAgent = head.conditions.stated.userAgent?.slice(0, USER_AGENT_MAX)
  return {
    ...(requester.kind !== 'anonymous' && { accessKeyId: requester.standsFor ?? requester.accessKeyId }),
    remoteAddress: origin.remoteAddress,
    ...(userAgent !== undefined && { userAgent }),
  }
}
