import { utf8Bytes } from '@bindery/bytes'
import {
  isoSeconds,
  RamError,
  type RpcMembers,
  type RpcParameters,
  SESSION_SECONDS_DEFAULT,
  SESSION_SECONDS_MIN,
} from '@bindery/protocol'
import type { Access } from '../access/access.js'
import { beginSession } from '../access/begin-session.js'
import { type Conditions, circumstancesOf } from '../access/conditions.js'
import { POLICY_BYTES_MAX, PolicyFault, parsePolicy } from '../access/policy/grammar.js'
import { Refusal } from '../access/refusal.js'
import type { KeyHolder } from '../access/requester.js'
import type { Domain } from '../domain/domain.js'
import { findRole } from '../domain/ram/find-holder.js'
import type { RoleRecord } from '../domain/stored/ram-model.js'
import type { Sealer } from '../options.js'
import { required } from './rpc-request.js'

/** A signed request for a session, and everything that it takes to begin one. */
export interface AssumeRoleCall {
  readonly domain: Domain
  readonly access: Access
  readonly sealer: Sealer
  readonly caller: KeyHolder
  readonly conditions: Conditions
  readonly parameters: RpcParameters
}

/** Begins a session of a role. Throws RamError. @see https://help.aliyun.com/document_detail/28763.html */
export async function assumeRole(call: AssumeRoleCall): Promise<RpcMembers> {
  const { domain, caller, parameters, sealer } = call
  const { account, role } = parseRoleArn(required(parameters, 'RoleArn'))
  const sessionName = required(parameters, 'RoleSessionName')
  if (!/^[\w.@-]{2,64}$/.test(sessionName)) throw new RamError('sessionNameInvalid')
  const policy = sessionPolicyOf(parameters)
  if (caller.kind === 'account') throw new RamError('roleForAccount')
  requireAllowed(call, account, role)
  const found = await findRole(domain, account, role)
  // to other accounts, a role that does not exist is one that does not trust them
  if (found === undefined) throw new RamError(account === caller.account.id ? 'roleMissing' : 'notTrusted')
  requireTrusted(call, found.record)
  const seconds = durationOf(parameters, found.record)
  const roleId = found.record.id
  const key = beginSession(domain, sealer, { account, role, roleId, sessionName, policy, seconds })
  return {
    AssumedRoleUser: {
      Arn: `acs:ram::${account}:role/${role}/${sessionName}`,
      AssumedRoleId: `${roleId}:${sessionName}`,
    },
    Credentials: {
      AccessKeyId: key.accessKeyId,
      AccessKeySecret: key.accessKeySecret,
      SecurityToken: key.securityToken,
      Expiration: isoSeconds(key.expiresAt),
    },
  }
}

function parseRoleArn(arn: string): { readonly account: string; readonly role: string } {
  const [, account, role] = /^acs:ram::(\d{1,20}):role\/([\w.@-]{1,64})$/.exec(arn) ?? []
  if (account === undefined || role === undefined) throw new RamError('roleArnInvalid')
  return { account, role }
}

/** The document of the session's policy, if there is one. Throws sessionPolicyTooLong, sessionPolicyInvalid. */
function sessionPolicyOf(parameters: RpcParameters): string | undefined {
  const document = parameters.get('Policy')
  if (document === undefined || document === '') return undefined
  const limit = POLICY_BYTES_MAX.session
  if (utf8Bytes(document).length > limit) throw new RamError('sessionPolicyTooLong', { limit })
  try {
    parsePolicy('session', document)
  } catch (error) {
    if (error instanceof PolicyFault) throw new RamError('sessionPolicyInvalid', { reason: error.message })
    throw error
  }
  return document
}

function durationOf(parameters: RpcParameters, { sessionSecondsMax: most }: RoleRecord): number {
  const text = parameters.get('DurationSeconds')
  const seconds = text === undefined || text === '' ? Math.min(SESSION_SECONDS_DEFAULT, most) : wholeNumber(text)
  if (!(seconds >= SESSION_SECONDS_MIN && seconds <= most)) {
    throw new RamError('durationInvalid', { least: SESSION_SECONDS_MIN, most })
  }
  return seconds
}

function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
}

/** Throws noPermission unless the caller's own policies allow it to assume the role. */
function requireAllowed({ access, caller, conditions }: AssumeRoleCall, account: string, role: string): void {
  const resource = { product: 'ram', region: '', account, path: `role/${role}` }
  const { authoriser } = access
  const question = { requester: caller, action: 'sts:AssumeRole', resource, conditions }
  const { allowed, reason } = authoriser.decideOther(question)
  if (allowed) return
  const cause = new Refusal(caller, question.action, reason, authoriser.factsOfOther(question, reason))
  throw new RamError('noPermission', {}, { cause })
}

/** Throws notTrusted unless the role trusts the caller itself or its account. */
function requireTrusted({ access, caller, conditions }: AssumeRoleCall, { trust }: RoleRecord): void {
  const policy = access.trustPolicies.get(trust)
  const { account, identity } = caller
  const own = `acs:ram::${account.id}:${identity?.kind}/${identity?.name}`
  const effects = [own, `acs:ram::${account.id}:root`].map((id) => {
    const resource = { product: 'ram', region: '', account: account.id, path: '' }
    const principal = { id, isOwner: false }
    const lookUp = circumstancesOf(caller, conditions)
    return policy.evaluate({ action: 'sts:AssumeRole', resource, principal, lookUp }).effect
  })
  if (effects.includes('Deny') || !effects.includes('Allow')) throw new RamError('notTrusted')
}
