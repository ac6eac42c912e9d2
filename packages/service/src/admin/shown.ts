/** Records as RAM's API shows them. */
import { isoSeconds, RamError, SYSTEM_POLICIES } from '@bindery/protocol'
import { PolicyFault, type PolicyKind, parsePolicy } from '../access/policy/grammar.js'
import type { ListedAccessKey } from '../domain/ram/access-keys.js'
import type { NamedAccount } from '../domain/ram/accounts.js'
import type { NamedIdentity, Page } from '../domain/ram/identities.js'
import type { NamedPolicy } from '../domain/ram/policies.js'

/** A user as `User` of an answer. */
export function shownUser({ id, name, displayName, comments, createdAt }: NamedIdentity<'user'>) {
  return {
    UserId: id,
    UserName: name,
    DisplayName: displayName,
    Comments: comments,
    CreateDate: isoSeconds(createdAt),
  }
}

/** An account as `Account` of an answer. */
export function shownAccount({ account, displayName, comments, createdAt }: NamedAccount) {
  return { AccountId: account, DisplayName: displayName, Comments: comments, CreateDate: isoSeconds(createdAt) }
}

/** A group as `Group` of an answer. */
export function shownGroup({ id, name, comments, createdAt }: NamedIdentity<'group'>) {
  return { GroupId: id, GroupName: name, Comments: comments, CreateDate: isoSeconds(createdAt) }
}

/** A role as `Role` of an answer; its ARN names the account. */
export function shownRole(
  account: string,
  { id, name, comments, createdAt, trust, sessionSecondsMax }: NamedIdentity<'role'>,
) {
  return {
    RoleId: id,
    RoleName: name,
    Arn: `acs:ram::${account}:role/${name}`,
    Description: comments,
    MaxSessionDuration: sessionSecondsMax,
    AssumeRolePolicyDocument: trust,
    CreateDate: isoSeconds(createdAt),
  }
}

/** A policy as `Policy` of an answer, without its document. */
export function shownPolicy({ name, comments, createdAt, updatedAt }: Omit<NamedPolicy, 'document'>) {
  return {
    PolicyName: name,
    PolicyType: policyType(name),
    Description: comments,
    CreateDate: isoSeconds(createdAt),
    UpdateDate: isoSeconds(updatedAt),
  }
}

/** Whether a managed policy is one of the server's or an account's own. */
export function policyType(name: string): 'System' | 'Custom' {
  return SYSTEM_POLICIES.has(name) ? 'System' : 'Custom'
}

/** An access key as `AccessKey` of an answer, without its secret; a key that was never used has an empty date. */
export function shownKey({ accessKeyId, enabled, createdAt, lastUsedAt }: ListedAccessKey) {
  return {
    AccessKeyId: accessKeyId,
    Status: enabled ? 'Active' : 'Inactive',
    CreateDate: isoSeconds(createdAt),
    LastUsedDate: lastUsedAt === undefined ? '' : isoSeconds(lastUsedAt),
  }
}

/** A page as RAM's API shows it: `{ "Users": { "User": […] }, "IsTruncated": …, "Marker": … }`. */
export function shownPage<T>(root: string, member: string, { items, nextMarker }: Page<T>, show: (item: T) => object) {
  return {
    [root]: { [member]: items.map(show) },
    IsTruncated: nextMarker !== undefined,
    ...(nextMarker === undefined ? {} : { Marker: nextMarker }),
  }
}

/** A policy that follows the grammar, as it is stored. Throws policyInvalid. */
export function checkedDocument(kind: PolicyKind, document: string): string {
  try {
    parsePolicy(kind, document)
    return document
  } catch (error) {
    if (error instanceof PolicyFault) throw new RamError('policyInvalid', { reason: error.message })
    throw error
  }
}
