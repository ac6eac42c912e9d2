import { isIP } from 'node:net'
import type { InstanceRole } from '@bindery/service'
import type { Config } from './config.js'
import { blockListOf, parseNetworks } from './networks.js'
import { ROOT_ACCOUNT } from './root-key.js'

/** The role whose keys are handed out, and to which addresses; nothing if none is named. */
export function instanceRoleOf({
  instanceRole: role,
  instanceNetworks,
  instanceToken,
}: Pick<Config, 'instanceRole' | 'instanceNetworks' | 'instanceToken'>): { readonly instanceRole?: InstanceRole } {
  if (role === undefined) return {}
  const allowed = blockListOf(instanceNetworks.flatMap((entry) => parseNetworks(entry) ?? []))
  const serves = (remoteAddress: string): boolean => {
    const bare = remoteAddress.replace(/^::ffff:/, '').split('%')[0] ?? ''
    const version = isIP(bare)
    return version !== 0 && allowed.check(bare, version === 6 ? 'ipv6' : 'ipv4')
  }
  const needsToken = instanceToken === 'required'
  return { instanceRole: { account: ROOT_ACCOUNT.id, role, serves, needsToken } }
}
