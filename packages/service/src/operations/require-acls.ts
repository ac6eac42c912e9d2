import { OssError, type StatedAcl, statedAcl } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import { findDocument } from '../domain/buckets/documents.js'
import { readPublicAccessBlock } from '../domain/buckets/public-access.js'
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

/** The part of a call that states the ACL of an object. */
interface Stating {
  readonly domain: Domain
  readonly bucket: BucketRecord
  readonly input: { readonly objectAcl?: ObjectAcl | undefined }
}

/** The ACL that a request states for an object; undefined where it states none. Throws publicObjectAclBlocked. */
export function aclOfObject({ domain, bucket, input: { objectAcl } }: Stating): Awaitable<ObjectAcl | undefined> {
  return andThen(requirePrivacy(domain, bucket, objectAcl), () => objectAcl)
}

/** Throws publicObjectAclBlocked for an ACL that opens an object while public access to its bucket is blocked. */
export function requirePrivacy(domain: Domain, bucket: BucketRecord, acl: ObjectAcl = 'default'): Awaitable<void> {
  if (acl === 'default' || acl === 'private') return
  return andThen(
    domain.metadata.read((reader) => readPublicAccessBlock(reader, bucket)),
    (isBlocked) => {
      if (isBlocked) throw new OssError('publicObjectAclBlocked')
    },
  )
}

/** The part of a call that states the ACL of a new object. */
interface StatingAcl extends Stating {
  readonly input: Omit<StatedAcl, 'acl'> & {
    readonly objectAcl?: ObjectAcl | undefined
    readonly obeysOwnership?: boolean
  }
}

/** The ACL of a new object, as its request states it; undefined where it states none. Throws as statedAcl, requireAcls and requirePrivacy. */
export function aclOfNew({ domain, bucket, input }: StatingAcl): Awaitable<ObjectAcl | undefined> {
  const { objectAcl } = input
  if (input.obeysOwnership !== true || objectAcl === 'default') return aclOfObject({ domain, bucket, input })
  const headers = [input.grantFullControl, input.grantRead, input.grantReadAcp, input.grantWrite, input.grantWriteAcp]
  if (objectAcl === undefined && headers.every((header) => header === undefined)) return undefined
  const acl = statedAcl({ ...input, acl: objectAcl }, undefined, bucket.owner)
  return andThen(requireAcls(domain, bucket, acl), () => andThen(requirePrivacy(domain, bucket, acl), () => acl))
}
