/** ACLs as lists of grants. */
import { oneOf, text } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { OssError } from '../../errors/oss-error.js'
import { header, optional } from '../../field.js'
import { DOCUMENT_CAUSES, ownerGroup, shownVersionId, VERSION_CAUSES, versionId } from '../../operations/shared.js'
import { element, escapeXml, group, list, type Member, optionalDocument, optionalElement, xml } from '../../xml.js'
import { s3Instead, s3Page } from './declare.js'
import { cannedAcl, cannedBucketAcl, grantHeaders } from './shared.js'

const PERMISSIONS = ['FULL_CONTROL', 'WRITE', 'WRITE_ACP', 'READ', 'READ_ACP'] as const

/** The grantee: an account, a group, or an account by its address. */
export type Grantee =
  | { readonly kind: 'CanonicalUser'; readonly id: string }
  | { readonly kind: 'Group'; readonly uri: string }
  | { readonly kind: 'AmazonCustomerByEmail'; readonly address: string }

/** One grant of an ACL. */
export interface Grant {
  readonly grantee: Grantee
  readonly permission: (typeof PERMISSIONS)[number]
}

const XSI = 'http://www.w3.org/2001/XMLSchema-instance'

/** Its kind is an attribute, which clients need; on reading, its content determines the kind. */
const grantee: Member<Grantee> = {
  decode(parent) {
    const node = parent.children.find(({ name }) => name === 'Grantee')
    const textOf = (name: string) => node?.children.find((child) => child.name === name)?.text
    const [id, uri, address] = [textOf('ID'), textOf('URI'), textOf('EmailAddress')]
    if (id !== undefined) return { kind: 'CanonicalUser', id }
    if (uri !== undefined) return { kind: 'Group', uri }
    if (address !== undefined) return { kind: 'AmazonCustomerByEmail', address }
    throw new OssError('malformedXml')
  },
  encode(one) {
    const open = `<Grantee xmlns:xsi="${XSI}" xsi:type="${one.kind}">`
    const name = (tag: string, value: string) => `<${tag}>${escapeXml(value)}</${tag}>`
    if (one.kind === 'Group') return `${open}${name('URI', one.uri)}</Grantee>`
    if (one.kind === 'AmazonCustomerByEmail') return `${open}${name('EmailAddress', one.address)}</Grantee>`
    return `${open}${name('ID', one.id)}${name('DisplayName', one.id)}</Grantee>`
  },
  docLines: () => ['Grantee/ID | URI | EmailAddress'],
}

const accessControlList = group('AccessControlList', {
  grants: list('Grant', { grantee, permission: element('Permission', oneOf(PERMISSIONS, 'malformedXml')) }),
})

const shownPolicy = xml('AccessControlPolicy', { owner: ownerGroup, accessControlList })

const sentPolicy = optionalDocument(
  xml(
    'AccessControlPolicy',
    {
      owner: group('Owner', { id: element('ID', text), displayName: optionalElement('DisplayName', text) }),
      accessControlList,
    },
    { malformed: 'malformedAcl' },
  ),
)

const ACL_CAUSES = [
  'malformedAcl',
  'aclTwice',
  'aclCannedAndGrants',
  'aclMissing',
  'granteeInvalid',
  'grantNotImplemented',
  'aclsOff',
  ...DOCUMENT_CAUSES,
] as const satisfies readonly Cause[]

const acl = { when: [{ query: ['acl'] }], status: 200 } as const

/** The operations on ACLs. Their handlers are not those of OSS's ACLs, which are single words. */
export const aclOperations = [
  s3Instead({
    ...acl,
    name: 'GetBucketAcl',
    handledAs: 'GetBucketGrants',
    summary: 'Returns the ACL of a bucket as grants.',
    source: s3Page('GetBucketAcl'),
    method: 'GET',
    level: 'bucket',
    permissions: ['oss:GetBucketAcl'],
    input: {},
    output: {},
    result: shownPolicy,
    errors: ['noSuchBucket'],
  }),
  s3Instead({
    ...acl,
    name: 'PutBucketAcl',
    handledAs: 'PutBucketGrants',
    summary: 'Sets the ACL of a bucket, which is about listing and writing, and not about reading its objects.',
    source: s3Page('PutBucketAcl'),
    method: 'PUT',
    level: 'bucket',
    permissions: ['oss:PutBucketAcl'],
    input: { acl: optional(header('x-amz-acl', cannedBucketAcl)), ...grantHeaders },
    body: sentPolicy,
    output: {},
    errors: ['noSuchBucket', 'publicBucketAclBlocked', ...ACL_CAUSES],
  }),
  s3Instead({
    ...acl,
    name: 'GetObjectAcl',
    handledAs: 'GetObjectGrants',
    summary: 'Returns the ACL of an object as grants.',
    source: s3Page('GetObjectAcl'),
    method: 'GET',
    level: 'object',
    permissions: ['oss:GetObjectAcl'],
    input: { versionId },
    output: { versionId: shownVersionId },
    result: shownPolicy,
    errors: ['noSuchBucket', 'noSuchKey', ...VERSION_CAUSES],
  }),
  s3Instead({
    ...acl,
    name: 'PutObjectAcl',
    handledAs: 'PutObjectGrants',
    summary: 'Sets the ACL of an object.',
    source: s3Page('PutObjectAcl'),
    method: 'PUT',
    level: 'object',
    permissions: ['oss:PutObjectAcl'],
    input: { versionId, acl: optional(header('x-amz-acl', cannedAcl)), ...grantHeaders },
    body: sentPolicy,
    output: { versionId: shownVersionId },
    errors: ['noSuchBucket', 'noSuchKey', 'publicObjectAclBlocked', ...VERSION_CAUSES, ...ACL_CAUSES],
  }),
] as const
