import type { Cause } from '../errors/catalogue.js'

/** Causes that any request of S3 may get, because of its signature. */
export const SIGV4_CAUSES = [
  'sigV4Twice',
  'sigV4AuthorizationInvalid',
  'sigV4HeaderMalformed',
  'sigV4UrlMalformed',
  'sigV4DateMismatch',
  'sigV4RegionInvalid',
  'sigV4UrlRegionInvalid',
  'sigV4UrlExpired',
  'sigV4UrlNotYetValid',
  'sigV4HeadersNotSigned',
  'sigV4DoesNotMatch',
  'sigV4PayloadMissing',
  'sigV2UrlIncomplete',
  'sigV2UrlExpired',
] as const satisfies readonly Cause[]

/** Causes of the statements about body and bucket that any request of S3 may make. */
export const S3_CAUSES = [
  'payloadInvalid',
  'payloadNotForDocument',
  'payloadMismatch',
  'trailerMalformed',
  'chunksMalformed',
  'sigV4ChunkDoesNotMatch',
  'checksumInvalid',
  'checksumTwice',
  'checksumMissing',
  'checksumDeclaredOther',
  'checksumUnsupported',
  'checksumMismatch',
  'bucketOwnerDiffers',
] as const satisfies readonly Cause[]
