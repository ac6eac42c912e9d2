import {
  type Claim,
  checkTime,
  equalSignatures,
  formOf,
  OssError,
  type Query,
  type Reading,
  readClaim,
  SignatureVerifier,
} from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { ServiceOptions } from '../options.js'
import { type AccessKey, keyHolder, type Requester } from './requester.js'

/** The parts of a request that its signature may cover. */
export interface SignedRequest {
  readonly method: string
  readonly query: Query
  /** Names in lower case, including `host`; values are byte strings. */
  readonly headers: Readonly<Record<string, string>>
}

/** The requester, and the interpretation of the address that its signature covers. */
export interface Identified {
  readonly requester: Requester
  readonly reading: Reading
  /** Where the signature is; undefined for anonymous requests. */
  readonly signedIn: 'header' | 'url' | undefined
}

/**
 * Throws a cause of the catalogue's authentication rows. The first candidate address counts unless a signature decides.
 * Waits only if the key has to be looked up.
 */
export type Authenticate = (request: SignedRequest, readings: readonly [Reading, ...Reading[]]) => Awaitable<Identified>

/**
 * Authenticates requests in OSS's order: malformed signatures, the token, the key, the time, the signature. Expiry is
 * before the signature. Preflights (OPTIONS) are anonymous, whatever they carry.
 */
export function authenticator(
  options: Pick<ServiceOptions, 'accessKeys' | 'digests' | 'clock' | 'region' | 'strict'>,
): Authenticate {
  const { accessKeys, digests, clock, region, strict } = options
  const verifier = new SignatureVerifier(digests)

  const verify = (
    claim: Claim,
    accessKey: AccessKey | undefined,
    { method, query, headers }: SignedRequest,
    readings: readonly [Reading, ...Reading[]],
  ): Identified => {
    const now = clock()
    if (accessKey === undefined) throw unknownKey(claim)
    checkSession(claim, accessKey, now)
    checkTime(claim, now)
    if (strict) checkRegion(claim, region)
    const as = ({ bucket, key }: Reading) => ({ method, query, headers, bucket, key })
    const reading = readings.find((one) => verifier.verifies(claim, as(one), accessKey.accessKeySecret))
    if (reading === undefined) throw verifier.mismatch(claim, as(readings[0]))
    return { requester: keyHolder(accessKey), reading, signedIn: claim.place }
  }

  return (request, readings) => {
    const claim = request.method === 'OPTIONS' ? undefined : readClaim(request)
    if (claim === undefined) return { ...ANONYMOUS, reading: readings[0] }
    const accessKey = accessKeys.find(claim.accessKeyId, claim.securityToken)
    return andThen(accessKey, (found) => verify(claim, found, request, readings))
  }
}

const ANONYMOUS = { requester: { kind: 'anonymous' }, signedIn: undefined } as const

/** Compares the token of a request with the session of its key. */
function checkSession(claim: Claim, { session }: AccessKey, now: number): void {
  const { securityToken } = claim
  if (session === undefined) {
    // OSS looks for a temporary key then, and no such key exists here
    if (securityToken !== undefined) throw new OssError('invalidAccessKeyId', { OSSAccessKeyId: claim.accessKeyId })
    return
  }
  if (securityToken === undefined) throw unknownKey(claim)
  if (!equalSignatures(session.securityToken, securityToken)) throw new OssError('securityTokenOfOtherKey')
  if (now > session.expiresAt) throw new OssError('securityTokenExpired')
}

/** Bindery's keys may have hyphens. */
const POSSIBLE_KEY = /^[0-9A-Za-z._=-]+$/

function unknownKey(claim: Claim): OssError {
  const { place, accessKeyId, securityToken } = claim
  const details = { OSSAccessKeyId: accessKeyId }
  if (!POSSIBLE_KEY.test(accessKeyId)) return new OssError(formOf(claim).impossibleKey, details)
  if (securityToken !== undefined) return new OssError('invalidSecurityToken')
  if (place === 'url' && accessKeyId.startsWith('STS.')) return new OssError('securityTokenNotInQuery')
  return new OssError('invalidAccessKeyId', details)
}

function checkRegion(claim: Claim, region: string): void {
  if (!('scope' in claim) || claim.scope.region === region) return
  const refuse = formOf(claim).otherRegion
  if (refuse !== undefined) throw refuse(claim.scope.region, region)
}
