import { grantsOf, statedAcl } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { hasListingAcl } from '../../domain/buckets/buckets.js'
import { findObject, setObjectAcl } from '../../domain/objects/objects.js'
import type { BucketAcl, BucketRecord, ObjectRecord } from '../../domain/stored/model.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'
import { ownerOf } from '../describe.js'
import { requireAcls, requirePrivacy } from '../require-acls.js'

/** The ACL that results where an object leaves it to its bucket: S3's ACLs of buckets are not about reading objects. */
function resulting({ acl }: ObjectRecord, bucket: BucketRecord): BucketAcl {
  if (acl !== 'default') return acl
  return hasListingAcl(bucket) ? 'private' : bucket.acl
}

const getObjectGrants = handler('GetObjectGrants', ({ domain, bucket, objectName }) => {
  return andThen(findObject(domain, objectName), (object) => {
    const { owner } = object
    const grants = grantsOf(owner, resulting(object, bucket))
    return {
      output: { versionId: shownVersionOf(bucket, object) },
      result: { owner: ownerOf(owner), accessControlList: { grants } },
    }
  })
})

const putObjectGrants = handler('PutObjectGrants', async ({ domain, bucket, objectName, input, document }) => {
  const acl = statedAcl(input, document, bucket.owner)
  await requireAcls(domain, bucket, acl)
  await requirePrivacy(domain, bucket, acl)
  const object = await setObjectAcl(domain, objectName, acl)
  return { output: { versionId: shownVersionOf(bucket, object) } }
})

/** The handlers of object ACLs as lists of grants. */
export const objectGrantHandlers = [getObjectGrants, putObjectGrants] as const
