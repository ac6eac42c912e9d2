import {
  type ChunkChain,
  type Claim,
  checkTime,
  equalSignatures,
  formOf,
  hasAmbiguousValue,
  isAmbiguousInV1,
  OssError,
  type Query,
  type Reading,
  type Readings,
  readClaim as readOssClaim,
  readSourceRestriction,
  requireSigned,
  SignatureVerifier,
} from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { ServiceOptions } from '../options.js'
import { FailedSignatures } from './failed-signatures.js'
import { compileNetwork, parseAddress } from './policy/ip-address.js'
import { type AccessKey, keyHolder, type Requester } from './requester.js'

/** The parts of a request that its signature may cover. */
export interface SignedRequest {
  readonly method: string
  /** Path and query as sent; only for schemes that sign them as they are. */
  readonly target?: string | undefined
  readonly query: Query
  /** Names in lower case, including `host`; values are byte strings. */
  readonly headers: Readonly<Record<string, string>>
  /** Where it came from; absent: failures are not counted. */
  readonly remoteAddress?: string
}

/** The requester, and the interpretation of the address that its signature covers. */
export interface Identified {
  readonly requester: Requester
  readonly reading: Reading
  /** Where the signature is; undefined for anonymous requests. */
  readonly signedIn: 'header' | 'url' | undefined
  /** The key and the first signature of the body's chunks, where the scheme of the signature signs chunks. */
  readonly chunkChain?: ChunkChain | undefined
}

/** Reads the claim of a request as its protocol has it. */
type ReadClaim = (request: SignedRequest) => Claim | undefined

/**
 * Throws a cause of the catalogue's authentication rows. The first candidate address counts unless a signature decides.
 * Waits only if the key has to be looked up.
 */
/** `readClaim`: as the request's protocol has claims; absent: as OSS has them. */
export type Authenticate = (request: SignedRequest, readings: Readings, readClaim?: ReadClaim) => Awaitable<Identified>

/**
 * Authenticates requests in OSS's order: malformed signatures, the token, the key, the time, the signature. Expiry is
 * before the signature. Preflights (OPTIONS) are anonymous, whatever they carry.
 */
export function authenticator(
  options: Pick<ServiceOptions, 'accessKeys' | 'digests' | 'clock' | 'region' | 'strict'>,
  failed: FailedSignatures = new FailedSignatures(options.clock),
): Authenticate {
  const { accessKeys, digests, clock, region, strict } = options
  const verifier = new SignatureVerifier(digests)

  const verify = (
    claim: Claim,
    accessKey: AccessKey | undefined,
    request: SignedRequest,
    readings: Readings,
  ): Identified => {
    const now = clock()
    if (accessKey === undefined) throw unknownKey(claim)
    checkSession(claim, accessKey, now)
    checkTime(claim, now)
    if (strict) checkRegion(claim, region)
    if (claim.scheme === 'sigv4') requireSigned(claim, request)
    const { method, target, query, headers } = request
    const as = ({ bucket, key, entrance }: Reading) => {
      return { method, target, query, headers, bucket: entrance?.name ?? bucket, key }
    }
    const { accessKeySecret } = accessKey
    const reading = readings.find((one) => verifier.verifies(claim, as(one), accessKeySecret))
    if (reading === undefined) throw verifier.mismatch(claim, as(readings[0]))
    if (claim.place === 'url') requireSource(request)
    requireOneMeaning(claim, reading, query)
    const requester = keyHolder(accessKey)
    const chunkChain = verifier.chunkChain(claim, accessKeySecret)
    return { requester, reading, signedIn: claim.place, chunkChain }
  }

  return (request, readings, readClaim = readOssClaim) => {
    const claim = request.method === 'OPTIONS' ? undefined : readClaim(request)
    if (claim === undefined) return { ...ANONYMOUS, reading: readings[0] }
    const { remoteAddress = '' } = request
    const { accessKeyId } = claim
    return failed.guard(remoteAddress, accessKeyId, () =>
      andThen(accessKeys.find(accessKeyId, claim.securityToken), (found) => verify(claim, found, request, readings)),
    )
  }
}

/** Throws urlKeyAmbiguous for a URL that its signer may have meant for a subresource of another key, or with further query keys. */
function requireOneMeaning({ scheme, place }: Claim, { key = '' }: Reading, query: Query): void {
  if (place !== 'url' || (scheme !== 'v1' && scheme !== 'sigv2')) return
  if ((scheme === 'v1' && isAmbiguousInV1(key)) || hasAmbiguousValue(query)) throw new OssError('urlKeyAmbiguous')
}

/** Throws sourceNotAllowed if the signer of a URL restricted it to other clients. */
function requireSource({ query, remoteAddress = '' }: SignedRequest): void {
  const restriction = readSourceRestriction(query)
  if (restriction === undefined) return
  const { network, vpc } = restriction
  const isIn = network === undefined ? undefined : compileNetwork(network)
  const address = parseAddress(remoteAddress)
  if (vpc === undefined && isIn !== undefined && address !== undefined && isIn(address)) return
  throw new OssError('sourceNotAllowed')
}

const ANONYMOUS = { requester: { kind: 'anonymous' }, signedIn: undefined } as const

/** Compares the token of a request with the session of its key. */
export function checkSession(claim: Claim, { session }: AccessKey, now: number): void {
  const { securityToken } = claim
  if (session === undefined) {
    if (securityToken === undefined) return
    // OSS looks for a temporary key with this id, which does not exist; S3 judges the token
    const isOfS3 = claim.scheme === 'sigv2' || claim.scheme === 'sigv4'
    throw isOfS3
      ? new OssError('invalidSecurityToken')
      : new OssError('invalidAccessKeyId', { accessKeyId: claim.accessKeyId })
  }
  if (securityToken === undefined) throw unknownKey(claim)
  if (!equalSignatures(session.securityToken, securityToken)) throw new OssError('securityTokenOfOtherKey')
  if (now > session.expiresAt) throw new OssError('securityTokenExpired')
}

/** Bindery's keys may have hyphens. */
const POSSIBLE_KEY = /^[0-9A-Za-z._=-]+$/

/**
 * The error for a key that is not known. Its cause depends on the form of the claim and on whether the id could be
 * that of a key at all.
 */
export function unknownKey(claim: Claim): OssError {
  const { place, accessKeyId, securityToken } = claim
  const details = { accessKeyId }
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
