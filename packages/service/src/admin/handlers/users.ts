import { createAccessKey, deleteAccessKey, listAccessKeys, setAccessKeyEnabled } from '../../domain/ram/access-keys.js'
import { createIdentity, findIdentity, listIdentities } from '../../domain/ram/identities.js'
import { deleteUser } from '../../domain/ram/users.js'
import type { AdminHandlers } from '../context.js'
import { sealedKey, shownNewKey } from '../new-key.js'
import { pageOf } from '../page.js'
import { shownKey, shownPage, shownUser } from '../shown.js'

type Names =
  | 'CreateUser'
  | 'GetUser'
  | 'ListUsers'
  | 'DeleteUser'
  | 'CreateAccessKey'
  | 'ListAccessKeys'
  | 'UpdateAccessKey'
  | 'DeleteAccessKey'

/** The handlers of users and their access keys. */
export const userHandlers: AdminHandlers<Names> = {
  async CreateUser({ domain, account, input: { UserName: name, DisplayName = name, Comments = '' } }) {
    const described = {
      kind: 'user',
      displayName: DisplayName,
      comments: Comments,
      groups: [],
      accessKeys: [],
    } as const
    const created = await createIdentity(domain, { account, kind: 'user', name }, described)
    return { User: shownUser({ ...created, name }) }
  },
  async GetUser({ domain, account, input }) {
    return { User: shownUser(await findIdentity(domain, { account, kind: 'user', name: input.UserName })) }
  },
  async ListUsers({ domain, account, input }) {
    return shownPage('Users', 'User', await listIdentities(domain, account, 'user', pageOf(input)), shownUser)
  },
  async DeleteUser({ domain, account, input }) {
    await deleteUser(domain, { account, user: input.UserName })
    return {}
  },
  async CreateAccessKey({ domain, sealer, account, input }) {
    const key = sealedKey(domain, sealer)
    const { createdAt } = await createAccessKey(domain, { account, user: input.UserName }, key)
    return { AccessKey: shownNewKey(key, createdAt) }
  },
  async ListAccessKeys({ domain, account, input }) {
    const keys = await listAccessKeys(domain, { account, user: input.UserName })
    return { AccessKeys: { AccessKey: keys.map(shownKey) } }
  },
  async UpdateAccessKey({ domain, account, input }) {
    const user = { account, user: input.UserName }
    await setAccessKeyEnabled(domain, user, input.UserAccessKeyId, input.Status === 'Active')
    return {}
  },
  async DeleteAccessKey({ domain, account, input }) {
    await deleteAccessKey(domain, { account, user: input.UserName }, input.UserAccessKeyId)
    return {}
  },
}
