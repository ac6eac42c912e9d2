import { SESSION_SECONDS_DEFAULT } from '@bindery/protocol'
import { changeIdentity, createIdentity, findIdentity, listIdentities } from '../../domain/ram/identities.js'
import { deleteRole } from '../../domain/ram/users.js'
import type { AdminHandlers } from '../context.js'
import { pageOf } from '../page.js'
import { checkedDocument, shownPage, shownRole } from '../shown.js'

type Names = 'CreateRole' | 'GetRole' | 'ListRoles' | 'UpdateRole' | 'DeleteRole'

/** The handlers of roles. */
export const roleHandlers: AdminHandlers<Names> = {
  async CreateRole({ domain, account, input }) {
    const { RoleName: name, Description = '', MaxSessionDuration = SESSION_SECONDS_DEFAULT } = input
    const trust = checkedDocument('trust', input.AssumeRolePolicyDocument)
    const described = { kind: 'role', comments: Description, trust, sessionSecondsMax: MaxSessionDuration } as const
    const created = await createIdentity(domain, { account, kind: 'role', name }, described)
    return { Role: shownRole(account, { ...created, name }) }
  },
  async GetRole({ domain, account, input }) {
    return { Role: shownRole(account, await findIdentity(domain, { account, kind: 'role', name: input.RoleName })) }
  },
  async ListRoles({ domain, account, input }) {
    const page = await listIdentities(domain, account, 'role', pageOf(input))
    return shownPage('Roles', 'Role', page, (role) => shownRole(account, role))
  },
  async UpdateRole({ domain, account, input }) {
    const { NewAssumeRolePolicyDocument, NewMaxSessionDuration } = input
    const trust = NewAssumeRolePolicyDocument && checkedDocument('trust', NewAssumeRolePolicyDocument)
    const name = { account, kind: 'role', name: input.RoleName } as const
    const changed = await changeIdentity(domain, name, (role) => ({
      ...role,
      trust: trust ?? role.trust,
      sessionSecondsMax: NewMaxSessionDuration ?? role.sessionSecondsMax,
    }))
    return { Role: shownRole(account, { ...changed, name: input.RoleName }) }
  },
  async DeleteRole({ domain, account, input }) {
    await deleteRole(domain, account, input.RoleName)
    return {}
  },
}
