import type { RpcMembers } from '@bindery/protocol'
import type { KeyHolder } from '../access/requester.js'

/** The identity behind a key, which needs no permission. @see https://help.aliyun.com/document_detail/43767.html */
export function callerIdentity({ account, identity }: KeyHolder): RpcMembers {
  const arn = `acs:ram::${account.id}:`
  if (identity === undefined) {
    return {
      AccountId: account.id,
      UserId: account.id,
      PrincipalId: account.id,
      IdentityType: 'Account',
      Arn: `${arn}root`,
    }
  }
  if (identity.kind === 'user') {
    return {
      AccountId: account.id,
      UserId: identity.id,
      PrincipalId: identity.id,
      IdentityType: 'RAMUser',
      Arn: `${arn}user/${identity.name}`,
    }
  }
  return {
    AccountId: account.id,
    RoleId: identity.id,
    PrincipalId: `${identity.id}:${identity.sessionName}`,
    IdentityType: 'AssumedRoleUser',
    Arn: `${arn}assumed-role/${identity.name}/${identity.sessionName}`,
  }
}
