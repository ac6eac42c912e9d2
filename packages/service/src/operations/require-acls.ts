import { OssError } from '@bindery/protocol'
import { findDocument } from '../domain/buckets/documents.js'
import type { Domain } from '../domain/domain.js'
import type { BucketAcl, BucketRecord } from '../domain/stored/model.js'

/**
 * Checks that an ACL may be set in a bucket. Throws aclsOff where the owner of the bucket has switched its ACLs off,
 * and the ACL would open something.
 */
export async function requireAcls(domain: Domain, bucket: BucketRecord, acl: BucketAcl): Promise<void> {
  if (acl === 'private' || bucket.documents?.ownershipControls === undefined) return
  const controls = await findDocument(domain, bucket.name, 'ownershipControls')
  if (controls?.rule.objectOwnership === 'BucketOwnerEnforced') throw new OssError('aclsOff')
}
