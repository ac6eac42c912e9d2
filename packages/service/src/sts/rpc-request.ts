/** Requests of the RPC form: their parameters, and the holders of the keys that signed them. */
import { hex, utf8Text } from '@bindery/bytes'
import {
  acs3Signature,
  acs3StringToSign,
  CLOCK_SKEW_MAX_MS,
  type Digests,
  equalSignatures,
  OssError,
  parseQuery,
  RamError,
  type RpcFormat,
  type RpcParameters,
  readAcs3Claim,
  rpcSignature,
  rpcStringToSign,
  splitTarget,
} from '@bindery/protocol'
import type { FailedSignatures } from '../access/failed-signatures.js'
import type { RamKeys } from '../access/ram-keys.js'
import { type AccessKey, type KeyHolder, keyHolder } from '../access/requester.js'
import { readWhole } from '../body.js'
import type { Domain } from '../domain/domain.js'
import { type SignedCall, useNonce } from '../domain/ram/nonces.js'
import type { RequestHead, ServiceRequest } from '../service.js'

/** Bytes of a form: several times the longest session policy, encoded. */
const FORM_BYTES_MAX = 64 * 1024

/** A request whose signature is still to be verified. */
export interface RpcRequest {
  readonly head: RequestHead
  readonly action: string
  readonly version: string
  readonly format: RpcFormat
  /** Those of the query and of the form together. */
  readonly parameters: RpcParameters
  readonly body: Uint8Array
}

/** Reads query and form. Throws bodyTooLarge. */
export async function readRpcRequest(request: ServiceRequest): Promise<RpcRequest> {
  const { method, headers, target } = request
  const isForm = method === 'POST' && headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  const tooLong = () => new RamError('bodyTooLarge', { limit: FORM_BYTES_MAX })
  const body = method === 'POST' ? await readWhole(request.body, FORM_BYTES_MAX, tooLong) : new Uint8Array()
  const form = isForm ? new URLSearchParams(utf8Text(body) ?? '') : []
  const parameters = new Map([...new URLSearchParams(splitTarget(target).query), ...form])
  const acs3 = headers['x-acs-action']
  return {
    head: request,
    action: acs3 ?? parameters.get('Action') ?? '',
    version: headers['x-acs-version'] ?? parameters.get('Version') ?? '',
    format: acs3 !== undefined || parameters.get('Format')?.toUpperCase() === 'JSON' ? 'JSON' : 'XML',
    parameters,
    body,
  }
}

/** Everything that the verification of a signature needs. */
export interface Verification {
  readonly domain: Domain
  readonly keys: RamKeys
  readonly failed: FailedSignatures
  readonly digests: Digests
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The key whose signature was verified, and the nonce that it covers. */
interface Verified {
  readonly key: AccessKey
  readonly call: SignedCall
}

/** The holder of the key that signed, as it is now. Throws the causes of signatures, and nonceUsed for a call that is repeated. */
export async function identify(request: RpcRequest, verification: Verification): Promise<KeyHolder> {
  const { authorization } = request.head.headers
  const isAcs3 = authorization?.trim().startsWith('ACS3-') === true
  const verify = () => (isAcs3 ? verifyAcs3(request, authorization, verification) : verifyRpc(request, verification))
  const accessKeyId = (isAcs3 ? readAcs3Claim(authorization)?.accessKeyId : request.parameters.get('AccessKeyId')) ?? ''
  const { key, call } = await verification.failed.guard(request.head.remoteAddress, accessKeyId, verify)
  await useNonce(verification.domain, call)
  const holder = await asRam(async () => verification.keys.current(keyHolder(key)))
  verification.keys.used(holder, verification.now)
  return holder
}

/** Signature version 1.0: HMAC-SHA1 over all parameters. */
async function verifyRpc({ head, parameters }: RpcRequest, verification: Verification): Promise<Verified> {
  const accessKeyId = required(parameters, 'AccessKeyId')
  const signature = required(parameters, 'Signature')
  const nonce = required(parameters, 'SignatureNonce')
  if (required(parameters, 'SignatureMethod') !== 'HMAC-SHA1') throw new RamError('signatureMethodInvalid')
  const key = await findKey(accessKeyId, parameters.get('SecurityToken') || undefined, verification)
  const signedAt = timeOf(required(parameters, 'Timestamp'), verification.now)
  const stringToSign = rpcStringToSign(head.method, parameters)
  const expected = rpcSignature(key.accessKeySecret, stringToSign, verification.digests)
  if (!equalSignatures(expected, signature)) throw new RamError('signatureMismatch', { stringToSign })
  return { key, call: { accessKeyId, nonce, signedAt } }
}

/** The scheme of the newer SDKs: HMAC-SHA256 over the request, in headers. */
async function verifyAcs3(
  { head, body }: RpcRequest,
  authorization: string,
  verification: Verification,
): Promise<Verified> {
  const { method, headers, host, target } = head
  const claim = readAcs3Claim(authorization)
  if (claim === undefined) throw new RamError('signatureMethodInvalid')
  const key = await findKey(claim.accessKeyId, headers['x-acs-security-token'] || undefined, verification)
  requireCovered(headers, claim.signedHeaders)
  const signedAt = timeOf(headers['x-acs-date'] ?? '', verification.now)
  const { path, query } = splitTarget(target)
  const signed = {
    method,
    path,
    query: parseQuery(query),
    headers: { ...headers, host },
  }
  const stringToSign = acs3StringToSign(signed, claim, verification.digests)
  const expected = acs3Signature(key.accessKeySecret, stringToSign, verification.digests)
  const isBody = headers['x-acs-content-sha256'] === hex(verification.digests.sha256(body))
  if (!isBody || !equalSignatures(expected, claim.signature)) throw new RamError('signatureMismatch', { stringToSign })
  const { accessKeyId } = claim
  return { key, call: { accessKeyId, nonce: headers['x-acs-signature-nonce'] ?? '', signedAt } }
}

async function findKey(
  accessKeyId: string,
  securityToken: string | undefined,
  { keys, now }: Verification,
): Promise<AccessKey> {
  const key = await asRam(async () => keys.find(accessKeyId, securityToken))
  if (key === undefined) throw new RamError(accessKeyId.startsWith('STS.') ? 'tokenMissing' : 'accessKeyUnknown')
  if (key.session === undefined) {
    if (securityToken !== undefined) throw new RamError('tokenOfOtherKey')
    return key
  }
  if (now > key.session.expiresAt) throw new RamError('tokenExpired')
  return key
}

const CAUSES = {
  accessKeyDisabled: 'accessKeyInactive',
  invalidAccessKeyId: 'accessKeyUnknown',
  invalidSecurityToken: 'tokenMalformed',
  securityTokenOfOtherKey: 'tokenOfOtherKey',
} as const

/** The causes of keys as RPC interfaces name them. */
async function asRam<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look()
  } catch (error) {
    const cause = error instanceof OssError ? CAUSES[error.reason as keyof typeof CAUSES] : undefined
    throw cause === undefined ? error : new RamError(cause, {}, { cause: error })
  }
}

/** Headers that a signature must cover besides those that begin with `x-acs-`. */
const COVERED = ['host', 'x-acs-date', 'x-acs-signature-nonce']

/** A header that no signature covers could be replaced in a recorded call. Throws nonceUnsigned. */
function requireCovered(headers: RequestHead['headers'], signedHeaders: readonly string[]): void {
  const names = new Set([...COVERED, ...Object.keys(headers).filter((name) => name.startsWith('x-acs-'))])
  for (const name of names) if (!signedHeaders.includes(name)) throw new RamError('nonceUnsigned')
  if (!headers['x-acs-signature-nonce']) throw new RamError('nonceUnsigned')
}

/** Throws timeStampInvalid, timeStampExpired. */
function timeOf(text: string, now: number): number {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw new RamError('timeStampInvalid')
  if (Math.abs(now - time) > CLOCK_SKEW_MAX_MS) throw new RamError('timeStampExpired')
  return time
}

/** The value of a parameter, which must not be empty. Throws parameterMissing. */
export function required(parameters: RpcParameters, name: string): string {
  const value = parameters.get(name)
  if (value === undefined || value === '') throw new RamError('parameterMissing', { name })
  return value
}
