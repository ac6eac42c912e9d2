import type { Cause } from '../errors/catalogue.js'
import type { Field } from '../field.js'
import type { Operation } from '../operation.js'

/** The causes that any request may get, whatever its operation. */
export const COMMON_CAUSES: readonly Cause[] = [
  'serviceWorkerRefused',
  // Authentication
  'signatureDoesNotMatch',
  'sourceNotAllowed',
  'signatureV2DoesNotMatch',
  'signatureV4DoesNotMatch',
  'invalidAccessKeyId',
  'invalidSecurityToken',
  'securityTokenExpired',
  'securityTokenOfOtherKey',
  'securityTokenTwice',
  'authorizationTwice',
  'authorizationInvalid',
  'authorizationItems',
  'authorizationMissingPart',
  'authorizationEmpty',
  'authorizationUnknownParameter',
  'signatureEmpty',
  'v2SignatureMissing',
  'v4AuthorizationInvalid',
  'v4AdditionalHeadersEmpty',
  'v4AdditionalHeadersInvalid',
  'v4AdditionalHeadersMissing',
  'v4UrlAdditionalHeadersEmpty',
  'v4UrlAdditionalHeadersInvalid',
  'v4UrlAdditionalHeadersMissing',
  'v2AdditionalHeadersEmpty',
  'v2AdditionalHeadersInvalid',
  'v2AdditionalHeadersMissing',
  'v4ProductInvalid',
  'v4CredentialInvalid',
  'v4UrlCredentialInvalid',
  'v4PayloadInvalid',
  'v4RegionInvalid',
  'v4UrlRegionInvalid',
  'v4UrlExpiresInvalid',
  'v4UrlSignatureMissing',
  'v4UrlDateInvalid',
  'signatureVersionUnknown',
  'signatureNotSupported',
  'urlSignatureIncomplete',
  'urlExpiresMissing',
  'urlExpiresInvalid',
  'urlKeyAmbiguous',
  'urlExpired',
  'v4UrlExpired',
  'accessKeyDisabled',
  'accessKeyIdCharacters',
  'urlAccessKeyIdCharacters',
  'v2AccessKeyIdCharacters',
  'v4AccessKeyIdCharacters',
  'v4UrlAccessKeyIdCharacters',
  'securityTokenNotInQuery',
  'dateMissing',
  'dateInvalid',
  'requestTimeTooSkewed',
  // Access
  'deniedByAcl',
  'bucketNotYours',
  'readAclDenied',
  'writeAclDenied',
  'listBucketsDenied',
  'anonymousBucketDenied',
  'endpointOfOtherRegion',
  'anonymousForbidden',
  'deniedByPolicy',
  'deniedBySessionPolicy',
  'deniedByAccessPoint',
  'accessPointOfVpc',
  'noSuchAccessPoint',
  'refererEmpty',
  'refererBlacklisted',
  'refererNotListed',
  'requesterPaysAnonymous',
  'requesterPaysUrl',
  'requesterPaysHeader',
  // The request itself, and requests that match no operation
  'malformedRequest',
  'invalidArgument',
  'methodNotAllowed',
  'notImplemented',
  // Limits of the bucket
  'totalQpsLimitExceeded',
  'uploadRateExceeded',
  'downloadRateExceeded',
  'capacityExceeded',
  'amountExceeded',
  // The server's own state
  'internalError',
  'objectDamaged',
  'noSpace',
  'belowReserve',
  'slowDown',
  'serviceUnavailable',
]

const BUCKET_CAUSES: readonly Cause[] = ['invalidBucketName']
const OBJECT_CAUSES: readonly Cause[] = [
  'objectNameEmpty',
  'objectNameInvalid',
  'objectNameTooLong',
  'objectNameNotUtf8',
]

/**
 * All causes that an operation may return besides the common ones: from its resource, its input, its refusals, and its
 * own list.
 */
export function causesOf(operation: Operation): ReadonlySet<Cause> {
  const causes = new Set<Cause>([...operation.errors, ...Object.values(operation.answersAs ?? {})])
  const add = (more: readonly Cause[]) => {
    for (const cause of more) causes.add(cause)
  }
  if (operation.level !== 'service') add(BUCKET_CAUSES)
  if (operation.level === 'object') add(OBJECT_CAUSES)
  for (const field of Object.values(operation.input)) add(fieldCauses(field))
  add((operation.refuses ?? []).map(({ cause }) => cause))
  return causes
}

function fieldCauses({ codec, missing, twice }: Field<unknown>): readonly Cause[] {
  return [...(codec.causes ?? []), ...(missing ? [missing.cause] : []), ...(twice ? [twice] : [])]
}
