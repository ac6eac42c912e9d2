/** The signature of a form, which is in its fields and covers its policy alone. */
import { base64, hex, hexDump, utf8Bytes } from '@bindery/bytes'
import type { Digests } from '../digests.js'
import { OssError } from '../errors/oss-error.js'
import { type SigV4Scope, sigV4SigningKey } from '../s3/sigv4.js'
import { v4SigningKey } from '../signature/compute.js'
import { equalSignatures } from '../signature/signable.js'
import { parseBasicTime } from '../signature/time.js'
import { V4_ALGORITHM, V4_TERMINATOR, type V4Scope, v4ScopeText } from '../signature/v4.js'
import type { FormFields, PolicyProtocol } from './post-policy.js'

/** The unverified statement of a form about its signer. */
export interface FormClaim {
  readonly accessKeyId: string
  readonly signature: string
  /** Base64, as it is signed. */
  readonly policy: string
  readonly securityToken: string | undefined
  /** Absent in the first version of signatures. */
  readonly scope?: V4Scope
  /** The scope of a signature of S3. */
  readonly sigV4Scope?: SigV4Scope
}

/** The claim of a form, or undefined if it makes none. Throws the causes of incomplete and malformed ones. */
export function readFormClaim(fields: FormFields): FormClaim | undefined {
  const securityToken = fields.get('x-oss-security-token') || undefined
  const version = fields.get('x-oss-signature-version')
  if (version !== undefined) return { ...readV4(version, fields), securityToken }
  const [accessKeyId, signature, policy] = ['ossaccesskeyid', 'signature', 'policy'].map((name) => fields.get(name))
  if (accessKeyId === undefined && signature === undefined && policy === undefined) return undefined
  if (!accessKeyId) throw new OssError('postAccessKeyIdEmpty')
  if (!signature) throw new OssError('postSignatureEmpty')
  return { accessKeyId, signature, policy: required(policy), securityToken }
}

function readV4(version: string, fields: FormFields): Omit<FormClaim, 'securityToken'> {
  if (version !== V4_ALGORITHM) throw argument('signatureVersionUnknown', 'x-oss-signature-version', version)
  const credential = fields.get('x-oss-credential') ?? ''
  const [accessKeyId, date = '', region = '', product = '', terminator, ...more] = credential.split('/')
  if (!accessKeyId) throw new OssError('postAccessKeyIdEmpty')
  const signature = fields.get('x-oss-signature')
  if (!signature) throw new OssError('postSignatureEmpty')
  const isWhole = product !== '' && terminator === V4_TERMINATOR && more.length === 0
  if (!isWhole) throw argument('postCredentialInvalid', 'x-oss-credential', credential)
  const time = fields.get('x-oss-date') ?? ''
  if (parseBasicTime(time) === undefined || !time.startsWith(`${date}T`)) {
    throw argument('postDateInvalid', 'x-oss-date', time)
  }
  return { accessKeyId, signature, policy: required(fields.get('policy')), scope: { date, region, product } }
}

function required(policy: string | undefined): string {
  if (!policy) throw new OssError('postFieldMissing')
  return policy
}

/** The protocol that a form's policy was signed for; `ofS3`: the form is one of S3. */
export function policyProtocol({ scope }: FormClaim, ofS3: boolean): PolicyProtocol {
  if (ofS3) return 's3'
  return scope === undefined ? 'either' : 'oss'
}

/** Throws postRegionInvalid for a form that is signed for another region than the server's. */
export function checkFormRegion({ accessKeyId, scope }: FormClaim, region: string): void {
  if (scope === undefined || scope.region === region) return
  throw argument('postRegionInvalid', 'x-oss-credential', `${accessKeyId}/${v4ScopeText(scope)}`)
}

/**
 * Accepts a form whose policy the holder of the secret signed. Throws signatureDoesNotMatch, signatureV4DoesNotMatch,
 * sigV4DoesNotMatch.
 */
export function verifyForm(claim: FormClaim, accessKeySecret: string, digests: Digests): void {
  const { scope, sigV4Scope, policy, signature } = claim
  const signed = utf8Bytes(policy)
  const key =
    sigV4Scope !== undefined
      ? sigV4SigningKey(accessKeySecret, sigV4Scope, digests)
      : scope && v4SigningKey(accessKeySecret, scope, digests)
  const expected =
    key === undefined
      ? base64(digests.hmacSha1(utf8Bytes(accessKeySecret), signed))
      : hex(digests.hmacSha256(key, signed))
  if (equalSignatures(expected, signature)) return
  const ofV4 = sigV4Scope === undefined ? 'signatureV4DoesNotMatch' : 'sigV4DoesNotMatch'
  throw new OssError(key === undefined ? 'signatureDoesNotMatch' : ofV4, {
    accessKeyId: claim.accessKeyId,
    signatureProvided: signature,
    stringToSign: policy,
    stringToSignBytes: hexDump(signed),
  })
}

function argument(
  cause: 'signatureVersionUnknown' | 'postCredentialInvalid' | 'postDateInvalid' | 'postRegionInvalid',
  name: string,
  value: string,
) {
  return new OssError(cause, { argumentName: name, argumentValue: value })
}
