import { base64, utf8Bytes } from '@bindery/bytes'
import { RamError } from '@bindery/protocol'
import { secretContext } from '../../access/ram-keys.js'
import { createIdentity, findIdentity, listIdentities } from '../../domain/ram/identities.js'
import { newAccessKeyId, newSecret } from '../../domain/ram/names.js'
import {
  createAccessKey,
  deleteAccessKey,
  deleteUser,
  listAccessKeys,
  setAccessKeyEnabled,
} from '../../domain/ram/users.js'
import type { AdminHandlers } from '../context.js'
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
    if (sealer === undefined) throw new RamError('requestInvalid', { reason: 'This server keeps no access keys.' })
    const accessKeyId = newAccessKeyId(domain)
    const accessKeySecret = newSecret(domain)
    const secret = base64(sealer.seal(utf8Bytes(accessKeySecret), secretContext(accessKeyId)))
    const { createdAt } = await createAccessKey(domain, { account, user: input.UserName }, { accessKeyId, secret })
    const { LastUsedDate: _, ...shown } = shownKey({ accessKeyId, enabled: true, createdAt })
    return { AccessKey: { ...shown, AccessKeySecret: accessKeySecret } }
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
