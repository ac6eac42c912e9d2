import { isoDate } from '../codec.js'
import { OssError } from '../errors/oss-error.js'
import { CLOCK_SKEW_MAX_MS } from '../limits.js'
import type { Claim, V4UrlClaim } from './claim.js'
import { formatBasicDay, parseBasicTime, parseRequestTime } from './time.js'

/**
 * Passes a claim whose time is good at `now` (milliseconds since 1970). A signed header's time may be 15 minutes off;
 * a URL lives until it expires, one of V4 from 15 minutes before its start.
 * Throws dateMissing, dateInvalid, requestTimeTooSkewed, urlExpired or v4UrlExpired, and where the scope of V4 is of
 * another day than its time, v4CredentialInvalid or v4UrlDateInvalid.
 */
export function checkTime(claim: Claim, now: number): void {
  if (claim.place === 'header') checkHeaderTime(claim, now)
  else if (claim.scheme === 'v4') checkV4UrlTime(claim, now)
  else if (now > Number(claim.date) * 1000) throw expired('urlExpired', Number(claim.date) * 1000, now)
}

function checkHeaderTime(claim: Claim, now: number): void {
  if (claim.date === '') throw new OssError('dateMissing')
  const time = parseRequestTime(claim.date)
  if (time === undefined) throw new OssError('dateInvalid')
  if (Math.abs(now - time) > CLOCK_SKEW_MAX_MS) {
    throw new OssError('requestTimeTooSkewed', {
      MaxAllowedSkewMilliseconds: CLOCK_SKEW_MAX_MS,
      RequestTime: isoDate.encode(time),
      ServerTime: isoDate.encode(now),
    })
  }
  if (claim.scheme === 'v4' && claim.scope.date !== formatBasicDay(time)) throw new OssError('v4CredentialInvalid')
}

function checkV4UrlTime(claim: V4UrlClaim, now: number): void {
  const start = parseBasicTime(claim.date)
  if (start === undefined || claim.scope.date !== formatBasicDay(start)) {
    throw new OssError('v4UrlDateInvalid', { ArgumentName: 'x-oss-date', ArgumentValue: claim.date })
  }
  const end = start + claim.expiresSeconds * 1000
  if (now > end || start - now > CLOCK_SKEW_MAX_MS) throw expired('v4UrlExpired', end, now)
}

function expired(cause: 'urlExpired' | 'v4UrlExpired', end: number, now: number): OssError {
  return new OssError(cause, { Expires: isoDate.encode(end), ServerTime: isoDate.encode(now) })
}
