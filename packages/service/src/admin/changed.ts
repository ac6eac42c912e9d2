import type { RamNames } from '../domain/trail/settings.js'

/** Whether an operation changes nothing. */
export function isReading(operation: string): boolean {
  return /^(Get|List|Lookup|Explain|Follow)/.test(operation)
}

/** The identities, the policy and the account that the parameters of an operation name. */
export function ramNamesIn(operation: string, input: object, account: string): RamNames {
  const {
    UserName: user,
    GroupName: group,
    RoleName: role,
    PolicyName: policy,
    AccountId: ownAccount = operation.endsWith('AccountAccessKey') ? account : undefined,
  } = input as Record<string, string | undefined>
  return { user, group, role, policy, ownAccount }
}

/** They, and the key that the parameters name, with their kinds: `user/alice`. */
export function subjectOf({ ownAccount, ...names }: RamNames, input: object): readonly string[] {
  const { UserAccessKeyId: accessKey } = input as Record<string, string | undefined>
  return Object.entries({ account: ownAccount, ...names, accessKey }).flatMap(([kind, name]) =>
    name === undefined ? [] : [`${kind}/${name}`],
  )
}

/** The account that an operation has created. */
export function accountIn(result: object): Pick<RamNames, 'ownAccount'> {
  const { Account } = result as { readonly Account?: { readonly AccountId: string } }
  return Account === undefined ? {} : { ownAccount: Account.AccountId }
}
