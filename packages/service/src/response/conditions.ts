import { OssError } from '@bindery/protocol'

/** The conditional headers of a read. Tags as sent; times in milliseconds, undefined also for what is no date. */
export interface Conditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly ifModifiedSince?: number | undefined
  readonly ifUnmodifiedSince?: number | undefined
}

/** What the conditions are compared with. */
export interface Validators {
  readonly etag: string
  /** Milliseconds since 1970; compared in whole seconds, as HTTP dates are. */
  readonly modifiedAt: number
}

/**
 * Throws preconditionFailed (412) or notModified (304) if a condition does not hold. Each header counts by itself, save
 * that a tag that differs outweighs a time (RFC 9110): an object overwritten within the second has changed.
 */
export function checkConditions(conditions: Conditions, { etag, modifiedAt }: Validators): void {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions
  if (ifMatch !== undefined && !names(ifMatch, etag)) fail('If-Match')
  if (ifUnmodifiedSince !== undefined && seconds(modifiedAt) > seconds(ifUnmodifiedSince)) fail('If-Unmodified-Since')
  if (ifNoneMatch !== undefined) {
    if (names(ifNoneMatch, etag)) throw new OssError('notModified', {}, { headers: [['ETag', `"${etag}"`]] })
  } else if (ifModifiedSince !== undefined && seconds(modifiedAt) <= seconds(ifModifiedSince)) {
    throw new OssError('notModified', {}, { headers: [['ETag', `"${etag}"`]] })
  }
}

function fail(condition: 'If-Match' | 'If-Unmodified-Since'): never {
  throw new OssError('preconditionFailed', { Condition: condition })
}

/** A list of tags, each with or without quotes, or `*`. */
function names(header: string, etag: string): boolean {
  return header.split(',').some((item) => {
    const tag = item.trim().replace(/^(?:W\/)?"(.*)"$/, '$1')
    return tag === '*' || tag.toUpperCase() === etag.toUpperCase()
  })
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
