import {
  type Claim,
  checkFormRegion,
  checkPostPolicy,
  type FileSizes,
  type FormClaim,
  type FormFields,
  type FormRules,
  parsePostPolicy,
  policyProtocol,
  verifyForm,
} from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { ServiceOptions } from '../options.js'
import type { Access } from './access.js'
import { checkSession, unknownKey } from './authenticate.js'
import { type AccessKey, keyHolder, type Requester } from './requester.js'

/** The sender of a form, and the sizes that its policy allows for the file. */
export interface IdentifiedForm {
  readonly requester: Requester
  readonly fileSizes: FileSizes | undefined
}

/** The parts of a form that its signature or its policy is about. */
export interface SignedForm {
  readonly bucket: string
  readonly fields: FormFields
  /** The rules of the protocol that the form is in. */
  readonly rules: FormRules
  readonly remoteAddress: string
}

/**
 * Authenticates a form by its fields: the key, the token, the signature of the policy, then the policy. A form without a
 * signature is anonymous.
 */
export function authenticateForm(
  form: SignedForm,
  {
    accessKeys,
    digests,
    clock,
    strict,
    region,
    failedSignatures,
  }: Pick<ServiceOptions, 'accessKeys' | 'digests' | 'clock' | 'strict' | 'region'> & Pick<Access, 'failedSignatures'>,
): Awaitable<IdentifiedForm> {
  const claim = form.rules.readClaim(form.fields)
  if (claim === undefined) return { requester: { kind: 'anonymous' }, fileSizes: undefined }
  const verify = (accessKey: AccessKey | undefined): IdentifiedForm => {
    const now = clock()
    if (accessKey === undefined) throw unknownKey(asHeaderClaim(claim))
    checkSession(asHeaderClaim(claim), accessKey, now)
    if (strict) checkFormRegion(claim, region)
    verifyForm(claim, accessKey.accessKeySecret, digests)
    const policy = parsePostPolicy(claim.policy)
    checkPostPolicy(policy, { ...form, signedFor: policyProtocol(claim, form.rules.needsConditions) }, now)
    return { requester: keyHolder(accessKey), fileSizes: policy.fileSizes }
  }
  const { accessKeyId, securityToken } = claim
  return failedSignatures.guard(form.remoteAddress, accessKeyId, () =>
    andThen(accessKeys.find(accessKeyId, securityToken), verify),
  )
}

/** The same statement about key and token, as a header would make it. */
function asHeaderClaim({ accessKeyId, signature, securityToken, scope }: FormClaim): Claim {
  const presented = { accessKeyId, signature, securityToken, date: '', place: 'header' } as const
  return scope === undefined
    ? { ...presented, scheme: 'v1' }
    : { ...presented, scheme: 'v4', scope, additionalHeaders: [] }
}
