import type { RamNames } from '../domain/trail/settings.js'

/** Whether an operation changes nothing. */
export function isReading(operation: string): boolean {
  return /^(Get|List|Lookup|Explain)/.test(operation)
}

/** The identities and the policy that the parameters of an operation name. */
export function ramNamesIn(input: object): RamNames {
  const {
    UserName: user,
    GroupName: group,
    RoleName: role,
    PolicyName: policy,
  } = input as Record<string, string | undefined>
  return { user, group, role, policy }
}
