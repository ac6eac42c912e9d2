import { createAccessKey, deleteAccessKey, listAccessKeys, setAccessKeyEnabled } from '../../domain/ram/access-keys.js'
import { createAccount, deleteAccount, findAccount, listAccounts } from '../../domain/ram/accounts.js'
import type { AdminHandlers } from '../context.js'
import { sealedKey, shownNewKey } from '../new-key.js'
import { pageOf } from '../page.js'
import { shownAccount, shownKey, shownPage } from '../shown.js'

type Names =
  | 'CreateAccount'
  | 'GetAccount'
  | 'ListAccounts'
  | 'DeleteAccount'
  | 'CreateAccountAccessKey'
  | 'ListAccountAccessKeys'
  | 'UpdateAccountAccessKey'
  | 'DeleteAccountAccessKey'

/** The handlers of accounts. */
export const accountHandlers: AdminHandlers<Names> = {
  async CreateAccount({ domain, sealer, input: { DisplayName = '', Comments = '' } }) {
    const key = sealedKey(domain, sealer)
    const created = await createAccount(domain, { displayName: DisplayName, comments: Comments }, key)
    return { Account: shownAccount(created), AccessKey: shownNewKey(key, created.createdAt) }
  },
  async GetAccount({ domain, input }) {
    return { Account: shownAccount(await findAccount(domain, input.AccountId)) }
  },
  async ListAccounts({ domain, input }) {
    return shownPage('Accounts', 'Account', await listAccounts(domain, pageOf(input)), shownAccount)
  },
  async DeleteAccount({ domain, input }) {
    await deleteAccount(domain, input.AccountId)
    return {}
  },

  async CreateAccountAccessKey({ domain, sealer, account, input }) {
    const key = sealedKey(domain, sealer)
    const { createdAt } = await createAccessKey(domain, { account: input.AccountId ?? account }, key)
    return { AccessKey: shownNewKey(key, createdAt) }
  },
  async ListAccountAccessKeys({ domain, account, input }) {
    const keys = await listAccessKeys(domain, { account: input.AccountId ?? account })
    return { AccessKeys: { AccessKey: keys.map(shownKey) } }
  },
  async UpdateAccountAccessKey({ domain, account, input }) {
    const { AccountId = account, UserAccessKeyId, Status } = input
    await setAccessKeyEnabled(domain, { account: AccountId }, UserAccessKeyId, Status === 'Active')
    return {}
  },
  async DeleteAccountAccessKey({ domain, account, input }) {
    await deleteAccessKey(domain, { account: input.AccountId ?? account }, input.UserAccessKeyId)
    return {}
  },
}
