import {
  type Cause,
  type Claim,
  checkTime,
  OssError,
  type Query,
  type Reading,
  readClaim,
  SignatureVerifier,
} from '@bindery/protocol'
import type { ServiceOptions } from '../options.js'
import type { Requester } from './requester.js'

/** What the signature of a request may cover. */
export interface SignedRequest {
  readonly method: string
  readonly query: Query
  /** Names in lower case, values byte strings; `host` is one of them. */
  readonly headers: Readonly<Record<string, string>>
}

/** Who asks, and what for. */
export interface Authenticated {
  readonly requester: Requester
  readonly reading: Reading
  readonly dialect: 'oss'
}

/** Throws a cause of the catalogue's authentication rows. The first of the readings counts where no signature decides. */
export type Authenticate = (request: SignedRequest, readings: readonly [Reading, ...Reading[]]) => Authenticated

/**
 * Authenticates requests in OSS's order: what is malformed, the token, the key, the time, the signature. Expiry comes
 * before the signature. Preflights (OPTIONS) are nobody's, whatever they carry.
 */
export function authenticator(
  options: Pick<ServiceOptions, 'accessKeys' | 'digests' | 'clock' | 'region' | 'strict'>,
): Authenticate {
  const { accessKeys, digests, clock, region, strict } = options
  const verifier = new SignatureVerifier(digests)
  return (request, readings) => {
    const claim = request.method === 'OPTIONS' ? undefined : readClaim(request)
    if (claim === undefined) return { requester: { kind: 'anonymous' }, reading: readings[0], dialect: 'oss' }
    // Tokens belong to temporary credentials, and nobody issues any.
    if (claim.securityToken !== undefined) throw new OssError('invalidSecurityToken')
    const accessKey = accessKeys.find(claim.accessKeyId)
    if (accessKey === undefined) throw unknownKey(claim)
    checkTime(claim, clock())
    if (strict) checkRegion(claim, region)
    const { method, query, headers } = request
    const as = ({ bucket, key }: Reading) => ({ method, query, headers, bucket, key })
    const reading = readings.find((one) => verifier.verifies(claim, as(one), accessKey.accessKeySecret))
    if (reading === undefined) throw verifier.mismatch(claim, as(readings[0]))
    const { account, accessKeyId } = accessKey
    return { requester: { kind: 'account', account, accessKeyId }, reading, dialect: 'oss' }
  }
}

/** The causes of a key that OSS could not have made, by scheme and place. */
const IMPOSSIBLE_KEY = {
  v1: { header: 'accessKeyIdCharacters', url: 'urlAccessKeyIdCharacters' },
  v2: { header: 'v2AccessKeyIdCharacters', url: 'v2AccessKeyIdCharacters' },
  v4: { header: 'v4AccessKeyIdCharacters', url: 'v4UrlAccessKeyIdCharacters' },
} as const satisfies Record<Claim['scheme'], Record<Claim['place'], Cause>>

function unknownKey({ scheme, place, accessKeyId }: Claim): OssError {
  const details = { OSSAccessKeyId: accessKeyId }
  if (!/^[0-9A-Za-z._=]+$/.test(accessKeyId)) return new OssError(IMPOSSIBLE_KEY[scheme][place], details)
  if (place === 'url' && accessKeyId.startsWith('STS.')) return new OssError('securityTokenNotInQuery')
  return new OssError('invalidAccessKeyId', details)
}

function checkRegion(claim: Claim, region: string): void {
  if (claim.scheme !== 'v4' || claim.scope.region === region) return
  const inUrl = claim.place === 'url'
  throw new OssError(inUrl ? 'v4UrlRegionInvalid' : 'v4RegionInvalid', {
    ArgumentName: inUrl ? 'x-oss-credential' : 'Credential',
    ArgumentValue: claim.scope.region,
  })
}
