/** Users, groups, roles and policies, by the admin interface. Every function throws ServerError. */
import { pages, type Truncated } from './access.js'
import { admin } from './request.js'

/** The kinds of what has policies. */
export type HolderKind = 'user' | 'group' | 'role'
/** All kinds, in the order of their tabs. */
export const KINDS = ['user', 'group', 'role', 'policy'] as const
/** One kind. */
export type Kind = (typeof KINDS)[number]

/** A user, group or role. */
export interface Holder {
  readonly kind: HolderKind
  readonly name: string
}

/** One row of a list. */
export interface Listed {
  readonly name: string
  readonly comments: string
  readonly created: string
  /** A policy of the server itself, which cannot be changed. */
  readonly isSystem: boolean
}

/** A policy of a user, group or role. An inline one has its document. */
export interface AttachedPolicy {
  readonly PolicyName: string
  readonly PolicyType: string
  readonly PolicyDocument?: string
}

/** A role with its trust policy. Seconds. */
export interface Role {
  readonly Arn: string
  readonly MaxSessionDuration: number
  readonly AssumeRolePolicyDocument: string
}

const NOUNS = { user: 'User', group: 'Group', role: 'Role', policy: 'Policy' } as const
const PLURALS = { user: 'Users', group: 'Groups', role: 'Roles', policy: 'Policies' } as const

type Row = Readonly<Record<string, string>>
const named = (kind: Kind, name: string): Row => ({ [`${NOUNS[kind]}Name`]: name })

/** All of one kind by name; the policies of the server come first. */
export function list(kind: Kind): Promise<Listed[]> {
  const noun = NOUNS[kind]
  const [member, root] = [noun, PLURALS[kind]]
  type Page = Truncated & Readonly<Record<string, Readonly<Record<string, readonly Row[]>>>>
  return pages<Page, Listed>(`List${root}`, (page) => (page[root]?.[member] ?? []).map((row) => listedOf(noun, row)))
}

function listedOf(noun: string, row: Row): Listed {
  return {
    name: row[`${noun}Name`] ?? '',
    comments: row.Comments ?? row.Description ?? '',
    created: row.CreateDate ?? '',
    isSystem: row.PolicyType === 'System',
  }
}

/** Creates a user or group. */
export async function create(kind: 'user' | 'group', name: string, comments: string): Promise<void> {
  await admin(`Create${NOUNS[kind]}`, { ...named(kind, name), Comments: comments })
}

/** Creates a role that the principals of its trust policy may assume. */
export async function createRole(name: string, description: string, trust: string): Promise<void> {
  const input = { ...named('role', name), Description: description, AssumeRolePolicyDocument: trust }
  await admin('CreateRole', input)
}

/** Creates a policy that can be attached. */
export async function createPolicy(name: string, description: string, document: string): Promise<void> {
  await admin('CreatePolicy', { ...named('policy', name), Description: description, PolicyDocument: document })
}

/** Deletes one of any kind. */
export async function remove(kind: Kind, name: string): Promise<void> {
  await admin(`Delete${NOUNS[kind]}`, named(kind, name))
}

/** The role with its trust policy. */
export async function readRole(name: string): Promise<Role> {
  return (await admin<{ readonly Role: Role }>('GetRole', named('role', name))).Role
}

/** Replaces the trust policy of a role. */
export async function trustBy(name: string, document: string): Promise<void> {
  await admin('UpdateRole', { ...named('role', name), NewAssumeRolePolicyDocument: document })
}

/** The document of a policy. */
export async function readPolicy(name: string): Promise<{ readonly document: string; readonly isSystem: boolean }> {
  type Answer = { readonly Policy: { readonly PolicyDocument: string; readonly PolicyType: string } }
  const { Policy } = await admin<Answer>('GetPolicy', named('policy', name))
  return { document: Policy.PolicyDocument, isSystem: Policy.PolicyType === 'System' }
}

/** Replaces the document of a policy, wherever it is attached. */
export async function writePolicy(name: string, document: string): Promise<void> {
  await admin('UpdatePolicy', { ...named('policy', name), PolicyDocument: document })
}

/** The users, groups and roles to which a policy is attached. */
export async function holdersOf(policy: string): Promise<readonly Holder[]> {
  type Answer = Readonly<Record<string, Readonly<Record<string, readonly Row[]>>>>
  const answer = await admin<Answer>('ListEntitiesForPolicy', named('policy', policy))
  const kinds: readonly HolderKind[] = ['user', 'group', 'role']
  return kinds.flatMap((kind) => {
    const rows = answer[PLURALS[kind]]?.[NOUNS[kind]] ?? []
    return rows.map((row) => ({ kind, name: row[`${NOUNS[kind]}Name`] ?? '' }))
  })
}

/** The names of the members of a group. */
export async function membersOf(group: string): Promise<readonly string[]> {
  type Answer = { readonly Users: { readonly User: readonly { readonly UserName: string }[] } }
  const { Users } = await admin<Answer>('ListUsersForGroup', named('group', group))
  return Users.User.map(({ UserName }) => UserName)
}

/** The names of the groups of a user. */
export async function groupsOf(user: string): Promise<readonly string[]> {
  type Answer = { readonly Groups: { readonly Group: readonly { readonly GroupName: string }[] } }
  const { Groups } = await admin<Answer>('ListGroupsForUser', named('user', user))
  return Groups.Group.map(({ GroupName }) => GroupName)
}

/** Makes a user a member of a group, or ends that. */
export async function setMember(group: string, user: string, isMember: boolean): Promise<void> {
  const operation = isMember ? 'AddUserToGroup' : 'RemoveUserFromGroup'
  await admin(operation, { ...named('group', group), ...named('user', user) })
}

/** The policies that are attached to a user, group or role, and its inline ones. */
export async function policiesOf({ kind, name }: Holder): Promise<readonly AttachedPolicy[]> {
  type Answer = { readonly Policies: { readonly Policy: readonly AttachedPolicy[] } }
  return (await admin<Answer>(`ListPoliciesFor${NOUNS[kind]}`, named(kind, name))).Policies.Policy
}

/** Sets an inline policy; a document that is not a policy is refused. */
export async function putInline({ kind, name }: Holder, policy: string, document: string): Promise<void> {
  await admin(`Put${NOUNS[kind]}Policy`, { ...named(kind, name), PolicyName: policy, PolicyDocument: document })
}

/** Deletes an inline policy. */
export async function deleteInline({ kind, name }: Holder, policy: string): Promise<void> {
  await admin(`Delete${NOUNS[kind]}Policy`, { ...named(kind, name), PolicyName: policy })
}

/** Attaches a policy, or detaches it. */
export async function attach({ kind, name }: Holder, policy: string, isAttached: boolean): Promise<void> {
  const operation = isAttached ? `AttachPolicyTo${NOUNS[kind]}` : `DetachPolicyFrom${NOUNS[kind]}`
  await admin(operation, { ...named(kind, name), PolicyName: policy })
}
