import { encodeFields, type Notation, notModifiedHeaders, OssError, parseHttpDate } from '@bindery/protocol'

/** The conditional headers of a read. Tags as sent; times in milliseconds, undefined also for invalid dates. */
export interface Conditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly ifModifiedSince?: number | undefined
  readonly ifUnmodifiedSince?: number | undefined
  /** A tag that matches makes If-Unmodified-Since count for nothing. */
  readonly matchDecides?: boolean | undefined
  /** If-Modified-Since with a time that has not come yet counts for nothing. */
  readonly ignoresFuture?: boolean | undefined
}

/** The values that conditions are compared with. */
export interface Validators {
  readonly etag: string
  /** Another tag of the same content. */
  readonly digestETag?: string | undefined
  /** Milliseconds since 1970; compared in whole seconds, like HTTP dates. */
  readonly modifiedAt: number
}

/**
 * Whether the requester needs the object (`true`) or already has it (`false`: 304). Each header counts separately,
 * except that a differing tag takes precedence over a time (RFC 9110): an object overwritten within the second has
 * changed. Throws preconditionFailed.
 */
export function isWanted(conditions: Conditions, validators: Validators, clock?: () => number): boolean {
  const { modifiedAt } = validators
  const { ifMatch, ifNoneMatch, ifModifiedSince, matchDecides = false } = conditions
  if (ifMatch !== undefined && !lists(ifMatch, validators, isStrongly)) fail('If-Match')
  const ifUnmodifiedSince = matchDecides && ifMatch !== undefined ? undefined : conditions.ifUnmodifiedSince
  if (ifUnmodifiedSince !== undefined && seconds(modifiedAt) > seconds(ifUnmodifiedSince)) fail('If-Unmodified-Since')
  if (ifNoneMatch !== undefined) return !lists(ifNoneMatch, validators, isWeakly)
  if (ifModifiedSince === undefined || seconds(modifiedAt) > seconds(ifModifiedSince)) return true
  return conditions.ignoresFuture === true && clock !== undefined && seconds(ifModifiedSince) > seconds(clock())
}

const TAG_FIELDS = { etag: notModifiedHeaders.etag }

/**
 * Like `isWanted`, for operations that do not answer with a 304 of their own. Throws preconditionFailed,
 * notModified.
 */
export function requireWanted(conditions: Conditions, validators: Validators): void {
  if (isWanted(conditions, validators)) return
  const headers = (notation: Notation) => encodeFields(TAG_FIELDS, validators, notation)
  throw new OssError('notModified', {}, { headers })
}

/** Whether a Range header may be obeyed: If-Range names the tag (not a weak one), or exactly the time of the object. */
export function rangeHolds(ifRange: string | undefined, { etag, digestETag = etag, modifiedAt }: Validators): boolean {
  if (ifRange === undefined || ifRange === '') return true
  const time = parseHttpDate(ifRange)
  return time === undefined
    ? isStrongly(ifRange, etag) || isStrongly(ifRange, digestETag)
    : seconds(time) === seconds(modifiedAt)
}

function fail(condition: 'If-Match' | 'If-Unmodified-Since'): never {
  throw new OssError('preconditionFailed', { condition })
}

type Comparison = (tag: string, etag: string) => boolean

/** A list of tags, each with or without quotes, or `*`. */
function lists(header: string, { etag, digestETag = etag }: Validators, isSame: Comparison): boolean {
  return header.split(',').some((item) => {
    const tag = item.trim()
    return tag === '*' || isSame(tag, etag) || isSame(tag, digestETag)
  })
}

/** SDKs send tags without quotes too. A weak tag never matches. */
function isStrongly(tag: string, etag: string): boolean {
  return tag.replace(/^"(.*)"$/, '$1').toUpperCase() === etag.toUpperCase()
}

function isWeakly(tag: string, etag: string): boolean {
  return isStrongly(tag.replace(/^W\//, ''), etag)
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
