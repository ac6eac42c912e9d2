import { SYSTEM_POLICIES } from '@bindery/protocol'
import {
  createPolicy,
  deletePolicy,
  findPolicy,
  listAttachments,
  listPolicies,
  updatePolicy,
} from '../../domain/ram/policies.js'
import type { AdminHandlers } from '../context.js'
import { pageOf } from '../page.js'
import { checkedDocument, shownPage, shownPolicy } from '../shown.js'

type Names = 'CreatePolicy' | 'GetPolicy' | 'ListPolicies' | 'UpdatePolicy' | 'DeletePolicy' | 'ListEntitiesForPolicy'

/** Users, groups and roles that a listing shows: all of an account. */
const ATTACHMENTS_MAX = 2_300

/** The handlers of managed policies. */
export const policyHandlers: AdminHandlers<Names> = {
  async CreatePolicy({ domain, account, input: { PolicyName: policy, PolicyDocument, Description = '' } }) {
    const document = checkedDocument('identity', PolicyDocument)
    await createPolicy(domain, { account, policy }, { document, comments: Description })
    return { Policy: shownPolicy(await findPolicy(domain, { account, policy })) }
  },
  async GetPolicy({ domain, account, input }) {
    const policy = await findPolicy(domain, { account, policy: input.PolicyName })
    return { Policy: { ...shownPolicy(policy), PolicyDocument: policy.document } }
  },
  async ListPolicies({ domain, account, input }) {
    const own = await listPolicies(domain, account, pageOf(input))
    if (input.Marker !== undefined) return shownPage('Policies', 'Policy', own, shownPolicy)
    const system = [...SYSTEM_POLICIES].map(([name, policy]) => ({ ...policy, name, createdAt: 0, updatedAt: 0 }))
    return shownPage('Policies', 'Policy', { ...own, items: [...system, ...own.items] }, shownPolicy)
  },
  async UpdatePolicy({ domain, account, input }) {
    const document = checkedDocument('identity', input.PolicyDocument)
    await updatePolicy(domain, { account, policy: input.PolicyName }, document)
    return {}
  },
  async DeletePolicy({ domain, account, input }) {
    await deletePolicy(domain, { account, policy: input.PolicyName })
    return {}
  },
  async ListEntitiesForPolicy({ domain, account, input }) {
    const attached = await listAttachments(domain, { account, policy: input.PolicyName }, ATTACHMENTS_MAX)
    const names = (kind: string) => attached.filter((one) => one.kind === kind).map(({ name }) => name)
    return {
      Users: { User: names('user').map((UserName) => ({ UserName })) },
      Groups: { Group: names('group').map((GroupName) => ({ GroupName })) },
      Roles: { Role: names('role').map((RoleName) => ({ RoleName })) },
    }
  },
}
