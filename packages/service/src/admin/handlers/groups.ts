import { createIdentity, findIdentity, listIdentities } from '../../domain/ram/identities.js'
import { deleteGroup, listMembers, setMembership } from '../../domain/ram/users.js'
import type { AdminHandlers } from '../context.js'
import { pageOf } from '../page.js'
import { shownGroup, shownPage } from '../shown.js'

type Names =
  | 'CreateGroup'
  | 'GetGroup'
  | 'ListGroups'
  | 'DeleteGroup'
  | 'AddUserToGroup'
  | 'RemoveUserFromGroup'
  | 'ListUsersForGroup'
  | 'ListGroupsForUser'

/** Members that a listing shows: all of them, because an account has no more users. */
const MEMBERS_MAX = 1_000

/** The handlers of groups and memberships. */
export const groupHandlers: AdminHandlers<Names> = {
  async CreateGroup({ domain, account, input: { GroupName: name, Comments = '' } }) {
    const created = await createIdentity(
      domain,
      { account, kind: 'group', name },
      { kind: 'group', comments: Comments },
    )
    return { Group: shownGroup({ ...created, name }) }
  },
  async GetGroup({ domain, account, input }) {
    return { Group: shownGroup(await findIdentity(domain, { account, kind: 'group', name: input.GroupName })) }
  },
  async ListGroups({ domain, account, input }) {
    return shownPage('Groups', 'Group', await listIdentities(domain, account, 'group', pageOf(input)), shownGroup)
  },
  async DeleteGroup({ domain, account, input }) {
    await deleteGroup(domain, account, input.GroupName)
    return {}
  },
  async AddUserToGroup({ domain, account, input }) {
    await setMembership(domain, { account, user: input.UserName }, input.GroupName, true)
    return {}
  },
  async RemoveUserFromGroup({ domain, account, input }) {
    await setMembership(domain, { account, user: input.UserName }, input.GroupName, false)
    return {}
  },
  async ListUsersForGroup({ domain, account, input }) {
    const members = await listMembers(domain, account, input.GroupName, MEMBERS_MAX)
    return { Users: { User: members.map((UserName) => ({ UserName })) } }
  },
  async ListGroupsForUser({ domain, account, input }) {
    const { groups } = await findIdentity(domain, { account, kind: 'user', name: input.UserName })
    return { Groups: { Group: groups.map((GroupName) => ({ GroupName })) } }
  },
}
