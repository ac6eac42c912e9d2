/** ACLs as grants. Only grants that match a canned ACL are supported. */
import { OssError } from '../errors/oss-error.js'
import type { Grant, Grantee } from './operations/acl.js'

/** The canned ACLs of a bucket. */
type CannedAcl = 'private' | 'public-read' | 'public-read-write'

const GROUPS = 'http://acs.amazonaws.com/groups/'
const ALL_USERS = `${GROUPS}global/AllUsers`
const OTHER_GROUPS: readonly string[] = [`${GROUPS}global/AuthenticatedUsers`, `${GROUPS}s3/LogDelivery`]

/** The grants of a canned ACL. */
export function grantsOf(owner: string, acl: CannedAcl): Grant[] {
  const everyone: Grantee = { kind: 'Group', uri: ALL_USERS }
  const grants: Grant[] = [{ grantee: { kind: 'CanonicalUser', id: owner }, permission: 'FULL_CONTROL' }]
  if (acl !== 'private') grants.push({ grantee: everyone, permission: 'READ' })
  if (acl === 'public-read-write') grants.push({ grantee: everyone, permission: 'WRITE' })
  return grants
}

/** The canned ACL that matches some grants; the owner has every permission anyway. Throws granteeInvalid, grantNotImplemented. */
function cannedOf(grants: readonly Grant[], owner: string): CannedAcl {
  const open = new Set<Grant['permission']>()
  for (const { grantee, permission } of grants) {
    if (grantee.kind === 'CanonicalUser') {
      if (grantee.id !== owner) throw new OssError('granteeInvalid', { why: 'Invalid id' })
    } else if (grantee.kind === 'Group' && grantee.uri === ALL_USERS) open.add(permission)
    else if (grantee.kind === 'Group' && !OTHER_GROUPS.includes(grantee.uri)) {
      throw new OssError('granteeInvalid', { why: 'Invalid group uri' })
    } else throw new OssError('grantNotImplemented')
  }
  const isKnown = [...open].every((permission) => permission === 'READ' || permission === 'WRITE')
  if (!isKnown || (open.has('WRITE') && !open.has('READ'))) throw new OssError('grantNotImplemented')
  if (open.has('WRITE')) return 'public-read-write'
  return open.has('READ') ? 'public-read' : 'private'
}

/** The ways in which a request may state an ACL. */
export interface StatedAcl {
  readonly acl?: CannedAcl | undefined
  readonly grantFullControl?: string | undefined
  readonly grantRead?: string | undefined
  readonly grantReadAcp?: string | undefined
  readonly grantWrite?: string | undefined
  readonly grantWriteAcp?: string | undefined
}

type SentPolicy = { readonly accessControlList: { readonly grants: readonly Grant[] } } | undefined

/** The ACL that a request states in exactly one way. Throws aclTwice, aclCannedAndGrants, aclMissing, and as cannedOf. */
export function statedAcl(stated: StatedAcl, document: SentPolicy, owner: string): CannedAcl {
  const inHeaders = [
    ...grantees('FULL_CONTROL', stated.grantFullControl),
    ...grantees('READ', stated.grantRead),
    ...grantees('READ_ACP', stated.grantReadAcp),
    ...grantees('WRITE', stated.grantWrite),
    ...grantees('WRITE_ACP', stated.grantWriteAcp),
  ]
  const { acl } = stated
  if (document !== undefined && (acl !== undefined || inHeaders.length > 0)) throw new OssError('aclTwice')
  if (acl !== undefined && inHeaders.length > 0) throw new OssError('aclCannedAndGrants')
  if (acl !== undefined) return acl
  if (document === undefined && inHeaders.length === 0) throw new OssError('aclMissing')
  return cannedOf(document?.accessControlList.grants ?? inHeaders, owner)
}

/** The grants of a header: `id="…", uri="…"`. Throws granteeInvalid. */
function grantees(permission: Grant['permission'], header: string | undefined): Grant[] {
  if (header === undefined) return []
  return header.split(',').map((item) => {
    const [, name, value = ''] = /^\s*(id|uri|emailAddress)\s*=\s*"?([^"]*)"?\s*$/i.exec(item) ?? []
    switch (name?.toLowerCase()) {
      case 'id':
        return { permission, grantee: { kind: 'CanonicalUser', id: value } }
      case 'uri':
        return { permission, grantee: { kind: 'Group', uri: value } }
      case 'emailaddress':
        return { permission, grantee: { kind: 'AmazonCustomerByEmail', address: value } }
    }
    throw new OssError('granteeInvalid', { why: 'Argument format not recognized' })
  })
}
