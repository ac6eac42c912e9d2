/** The rules of a bucket about overwriting: which of them are for a requester and a key. */
import type { BucketSettings } from '@bindery/protocol'
import { Glob } from './access/policy/glob.js'
import { type Requester, requesterId } from './access/requester.js'

type Rules = BucketSettings['overwriteConfig']['rules']

/** Whether a requester must not overwrite an object of a key. A rule without principals is for every requester. */
export function forbidsOverwrite(rules: Rules, requester: Requester, key: string): boolean {
  return rules.some(({ prefix = '', suffix = '', principals }) => {
    const named = principals?.principals ?? []
    const isMeant = named.length === 0 || named.some((principal) => isNamed(principal, requester))
    return isMeant && key.startsWith(prefix) && key.endsWith(suffix)
  })
}

/** By id, or a role by its ARN, which may have wildcards. */
function isNamed(principal: string, requester: Requester): boolean {
  if (principal === '*') return true
  if (requester.kind === 'anonymous') return false
  const { account, identity } = requester
  if (identity?.kind !== 'role') return principal === requesterId(requester)
  const arn = `arn:sts::${account.id}:assumed-role/${identity.name}/${identity.sessionName}`
  return principal.startsWith('arn:') && new Glob(principal).matches(arn)
}
