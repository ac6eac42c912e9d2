import { OssError, ownershipControlsDocument } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { changeDocument, findDocument } from '../../domain/buckets/documents.js'

/** ACLs cannot be switched off while one opens the bucket. */
const putBucketOwnershipControls = handler('PutBucketOwnershipControls', async ({ domain, bucket, document }) => {
  await changeDocument(domain, bucket.name, ownershipControlsDocument, ({ bucket: { acl } }) => {
    const isOff = document.rule.objectOwnership === 'BucketOwnerEnforced'
    if (isOff && acl !== 'private') throw new OssError('publicAclWithOwnership')
    return document
  })
  return { output: {} }
})

const getBucketOwnershipControls = handler('GetBucketOwnershipControls', ({ domain, bucket }) => {
  return andThen(findDocument(domain, bucket.name, 'ownershipControls'), (result) => {
    if (result === undefined) throw new OssError('noSuchOwnershipControls')
    return { output: {}, result }
  })
})

const deleteBucketOwnershipControls = handler('DeleteBucketOwnershipControls', async ({ domain, bucket }) => {
  await changeDocument(domain, bucket.name, ownershipControlsDocument, () => undefined)
  return { output: {} }
})

/** The handlers of S3's ownership controls. */
export const ownershipHandlers = [
  putBucketOwnershipControls,
  getBucketOwnershipControls,
  deleteBucketOwnershipControls,
] as const
