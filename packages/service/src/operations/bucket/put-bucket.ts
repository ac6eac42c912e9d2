import { type BucketSettings, checkEncryption, type Operations, OssError } from '@bindery/protocol'
import { type HandledInput, handler } from '../../call.js'
import { createBucket } from '../../domain/buckets/buckets.js'
import { locationOf } from '../../response/endpoint.js'

export const putBucket = handler('PutBucket', async (call) => {
  const { document, input } = call
  const hasAclsOff = input.objectOwnership === 'BucketOwnerEnforced'
  if (hasAclsOff && (input.acl ?? 'private') !== 'private') throw new OssError('publicAclWithOwnership')
  const place = document?.locationConstraint
  if (place !== undefined && place !== locationOf(call.region)) throw new OssError('invalidLocationConstraint')
  if (document?.tagging !== undefined) await call.authoriseBody()
  await createBucket(call.domain, {
    name: call.bucketName,
    owner: call.accountId,
    acl: input.acl,
    aclIsOfListing: input.aclIsOfListing,
    keepsExisting: input.keepsExisting,
    versioning: input.objectLock === true ? 'Enabled' : undefined,
    storageClass: document?.storageClass,
    redundancy: document?.dataRedundancyType,
    settings: settingsOf(input, document?.tagging),
  })
  return { output: { location: `/${call.bucketName}` } }
})

/** The settings that headers and document request. */
function settingsOf(
  input: HandledInput<Operations['PutBucket']>,
  sent: BucketSettings['tagging'] | undefined,
): Partial<BucketSettings> {
  const { sseAlgorithm, kmsDataEncryption, kmsMasterKeyId, resourceGroupId, tagging = sent } = input
  const { objectOwnership, objectLock } = input
  return {
    ...(sseAlgorithm && {
      encryption: { byDefault: checkEncryption({ sseAlgorithm, kmsDataEncryption, kmsMasterKeyId }) },
    }),
    ...(resourceGroupId && { resourceGroup: { resourceGroupId } }),
    ...(tagging && { tagging }),
    ...(objectLock && { objectWorm: { enabled: 'Enabled' } }),
    ...(objectOwnership && { ownershipControls: { rule: { objectOwnership } } }),
  }
}
