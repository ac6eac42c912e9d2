import { isoDate } from '../codec.js'
import { OssError } from '../errors/oss-error.js'
import { CLOCK_SKEW_MAX_MS } from '../limits.js'
import type { Claim, SigV4UrlClaim, V4UrlClaim } from './claim-form.js'
import { formatBasicDay, parseBasicTime, parseRequestTime } from './time.js'

/**
 * Accepts a claim whose time is valid at `now` (milliseconds since 1970). The time of a signed header may differ by 15
 * minutes; a URL is valid until it expires, a V4 URL from 15 minutes before its start. Throws dateMissing, dateInvalid,
 * requestTimeTooSkewed, urlExpired or v4UrlExpired, and v4CredentialInvalid or v4UrlDateInvalid if the V4 scope is for
 * another day than the time; for S3 sigV2UrlExpired, sigV4DateMismatch, sigV4UrlExpired and sigV4UrlNotYetValid.
 */
export function checkTime(claim: Claim, now: number): void {
  if (claim.place === 'header') checkHeaderTime(claim, now)
  else if (claim.scheme === 'v4') checkV4UrlTime(claim, now)
  else if (claim.scheme === 'sigv4') checkSigV4UrlTime(claim, now)
  else if (isPast(Number(claim.date) * 1000, now)) {
    throw expired(claim.scheme === 'sigv2' ? 'sigV2UrlExpired' : 'urlExpired', Number(claim.date) * 1000, now)
  }
}

/** The time of a claim in a header. */
type HeaderTime = Pick<Claim, 'scheme' | 'date'> & { readonly scope?: { readonly date: string } }

/** As `checkTime`, for a signature in a header. */
export function checkHeaderTime(claim: HeaderTime, now: number): void {
  if (claim.date === '') throw new OssError('dateMissing')
  const time = parseRequestTime(claim.date)
  if (time === undefined) throw new OssError('dateInvalid')
  if (Math.abs(now - time) > CLOCK_SKEW_MAX_MS) {
    throw new OssError('requestTimeTooSkewed', {
      maxAllowedSkewMilliseconds: CLOCK_SKEW_MAX_MS,
      requestTime: isoDate.encode(time),
      serverTime: isoDate.encode(now),
    })
  }
  if (claim.scope !== undefined && claim.scope.date !== formatBasicDay(time)) {
    throw new OssError(claim.scheme === 'v4' ? 'v4CredentialInvalid' : 'sigV4DateMismatch')
  }
}

/** Expiry in S3 is exclusive, and a URL of no seconds has always expired. */
function checkSigV4UrlTime({ date, scope, expiresSeconds }: SigV4UrlClaim, now: number): void {
  const start = parseBasicTime(date) ?? Number.NaN
  if (scope.date !== formatBasicDay(start)) throw new OssError('sigV4DateMismatch')
  const end = start + expiresSeconds * 1000
  if (now >= end) {
    const times = { expires: isoDate.encode(end), serverTime: isoDate.encode(now) }
    throw new OssError('sigV4UrlExpired', { xAmzExpires: expiresSeconds, ...times })
  }
  if (start - now > CLOCK_SKEW_MAX_MS) throw new OssError('sigV4UrlNotYetValid')
}

function checkV4UrlTime(claim: V4UrlClaim, now: number): void {
  const start = parseBasicTime(claim.date)
  if (start === undefined || claim.scope.date !== formatBasicDay(start)) {
    throw new OssError('v4UrlDateInvalid', { argumentName: 'x-oss-date', argumentValue: claim.date })
  }
  const end = start + claim.expiresSeconds * 1000
  if (isPast(end, now) || start - now > CLOCK_SKEW_MAX_MS) throw expired('v4UrlExpired', end, now)
}

/** Whether an end is past. It is in whole seconds, and the second that it names still counts. */
function isPast(end: number, now: number): boolean {
  return Math.floor(now / 1000) > Math.floor(end / 1000)
}

function expired(cause: 'urlExpired' | 'v4UrlExpired' | 'sigV2UrlExpired', end: number, now: number): OssError {
  return new OssError(cause, { expires: isoDate.encode(end), serverTime: isoDate.encode(now) })
}
