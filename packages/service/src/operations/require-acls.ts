import { OssError, type StatedAcl, statedAcl } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import { findDocument } from '../domain/buckets/documents.js'
import type { Domain } from '../domain/domain.js'
import type { BucketAcl, BucketRecord, ObjectAcl } from '../domain/stored/model.js'

/**
 * Checks that an ACL may be set in a bucket. Throws aclsOff where the owner of the bucket has switched its ACLs off,
 * and the ACL would open something.
 */
export async function requireAcls(domain: Domain, bucket: BucketRecord, acl: BucketAcl): Promise<void> {
  if (acl === 'private' || bucket.documents?.ownershipControls === undefined) return
  const controls = await findDocument(domain, bucket.name, 'ownershipControls')
  if (controls?.rule.objectOwnership === 'BucketOwnerEnforced') throw new OssError('aclsOff')
}

/** The part of a call that states the ACL of a new object. */
interface StatingAcl {
  readonly domain: Domain
  readonly bucket: BucketRecord
  readonly input: Omit<StatedAcl, 'acl'> & {
    readonly objectAcl?: ObjectAcl | undefined
    readonly obeysOwnership?: boolean
  }
}

/** The ACL of a new object, as its request states it; undefined where it states none. Throws as statedAcl and requireAcls. */
export function aclOfNew({ domain, bucket, input }: StatingAcl): Awaitable<ObjectAcl | undefined> {
  const { objectAcl } = input
  if (input.obeysOwnership !== true || objectAcl === 'default') return objectAcl
  const headers = [input.grantFullControl, input.grantRead, input.grantReadAcp, input.grantWrite, input.grantWriteAcp]
  if (objectAcl === undefined && headers.every((header) => header === undefined)) return undefined
  const acl = statedAcl({ ...input, acl: objectAcl }, undefined, bucket.owner)
  return andThen(requireAcls(domain, bucket, acl), () => acl)
}
