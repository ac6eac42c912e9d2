import type { Domain } from '../../domain/domain.js'
import type { IdentityName } from '../../domain/ram/changes.js'
import { attachPolicy, detachPolicy, findIdentity, setInlinePolicy } from '../../domain/ram/identities.js'
import type { AdminHandlers } from '../context.js'
import { checkedDocument, policyType } from '../shown.js'

type Names =
  | `AttachPolicyTo${'User' | 'Group' | 'Role'}`
  | `DetachPolicyFrom${'User' | 'Group' | 'Role'}`
  | `ListPoliciesFor${'User' | 'Group' | 'Role'}`
  | `${'Put' | 'Delete'}${'User' | 'Group' | 'Role'}Policy`

const user = (account: string, name: string) => ({ account, kind: 'user', name }) as const
const group = (account: string, name: string) => ({ account, kind: 'group', name }) as const
const role = (account: string, name: string) => ({ account, kind: 'role', name }) as const

/** The calls of the three kinds of identity differ in how their parameter is called. */
export const attachmentHandlers: AdminHandlers<Names> = {
  AttachPolicyToUser: ({ domain, account, input }) => attach(domain, user(account, input.UserName), input),
  AttachPolicyToGroup: ({ domain, account, input }) => attach(domain, group(account, input.GroupName), input),
  AttachPolicyToRole: ({ domain, account, input }) => attach(domain, role(account, input.RoleName), input),
  DetachPolicyFromUser: ({ domain, account, input }) => detach(domain, user(account, input.UserName), input),
  DetachPolicyFromGroup: ({ domain, account, input }) => detach(domain, group(account, input.GroupName), input),
  DetachPolicyFromRole: ({ domain, account, input }) => detach(domain, role(account, input.RoleName), input),
  ListPoliciesForUser: ({ domain, account, input }) => list(domain, user(account, input.UserName)),
  ListPoliciesForGroup: ({ domain, account, input }) => list(domain, group(account, input.GroupName)),
  ListPoliciesForRole: ({ domain, account, input }) => list(domain, role(account, input.RoleName)),
  PutUserPolicy: ({ domain, account, input }) => put(domain, user(account, input.UserName), input),
  PutGroupPolicy: ({ domain, account, input }) => put(domain, group(account, input.GroupName), input),
  PutRolePolicy: ({ domain, account, input }) => put(domain, role(account, input.RoleName), input),
  DeleteUserPolicy: ({ domain, account, input }) => remove(domain, user(account, input.UserName), input),
  DeleteGroupPolicy: ({ domain, account, input }) => remove(domain, group(account, input.GroupName), input),
  DeleteRolePolicy: ({ domain, account, input }) => remove(domain, role(account, input.RoleName), input),
}

interface Named {
  readonly PolicyName: string
}

async function attach(domain: Domain, identity: IdentityName, { PolicyName }: Named): Promise<object> {
  await attachPolicy(domain, identity, PolicyName)
  return {}
}

async function detach(domain: Domain, identity: IdentityName, { PolicyName }: Named): Promise<object> {
  await detachPolicy(domain, identity, PolicyName)
  return {}
}

async function list(domain: Domain, identity: IdentityName): Promise<object> {
  const { policies, inline } = await findIdentity(domain, identity)
  const attached = policies.map((PolicyName) => ({ PolicyName, PolicyType: policyType(PolicyName) }))
  const own = Object.entries(inline).map(([PolicyName, PolicyDocument]) => ({
    PolicyName,
    PolicyType: 'Inline',
    PolicyDocument,
  }))
  return { Policies: { Policy: [...attached, ...own] } }
}

async function put(
  domain: Domain,
  identity: IdentityName,
  { PolicyName, PolicyDocument }: Named & { readonly PolicyDocument: string },
): Promise<object> {
  await setInlinePolicy(domain, identity, PolicyName, checkedDocument('identity', PolicyDocument))
  return {}
}

async function remove(domain: Domain, identity: IdentityName, { PolicyName }: Named): Promise<object> {
  await setInlinePolicy(domain, identity, PolicyName, undefined)
  return {}
}
