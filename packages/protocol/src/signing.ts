/** The strings that clients sign, without the declarations of operations: a program that only signs loads little. */
export { Query } from './query.js'
export {
  canonicalRequests,
  SIGV4_ALGORITHM,
  SIGV4_SERVICE,
  SIGV4_TERMINATOR,
  type SigV4Scope,
  sigV4ScopeText,
} from './s3/sigv4.js'
export { presignV1 } from './signature/sign.js'
export type { Signable } from './signature/signable.js'
export { formatBasicDay, formatBasicTime } from './signature/time.js'
export { hasAmbiguousValue, isAmbiguousInV1, v1StringToSign } from './signature/v1.js'
export {
  UNSIGNED_PAYLOAD,
  V4_ALGORITHM,
  V4_KEY_PREFIX,
  type V4Scope,
  v4CanonicalRequest,
  v4KeySteps,
  v4ScopeText,
  v4StringToSign,
} from './signature/v4.js'
