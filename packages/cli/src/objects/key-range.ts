import type { Arguments } from '../arguments.js'
import type { LISTING_FLAGS } from '../flags.js'
import { numberOf } from './arguments.js'

/** The part of a listing that is looked at. */
export interface KeyRange {
  /** Only keys after this one. */
  readonly startAfter?: string
  /** Only keys up to this one. */
  readonly endWith?: string
  /** Objects at most. */
  readonly max: number
  /** Keys per request. */
  readonly pageSize?: number
}

/** All of a listing. */
export const WHOLE: KeyRange = { max: Number.POSITIVE_INFINITY }

const PAGE_MAX = 1_000

/** The range of the given flags. Throws Failure `valueInvalid`. */
export function keyRangeOf({ values }: Pick<Arguments<(typeof LISTING_FLAGS)[number]>, 'values'>): KeyRange {
  const startAfter = values.get('start-after')
  const endWith = values.get('end-with')
  const max = numberOf('--limited-num', values.get('limited-num'), 1, 999_999_999)
  const pageSize = numberOf('--page-size', values.get('page-size'), 1, PAGE_MAX)
  return {
    max: max ?? WHOLE.max,
    ...(startAfter === undefined ? {} : { startAfter }),
    ...(endWith === undefined ? {} : { endWith }),
    ...(pageSize === undefined ? {} : { pageSize }),
  }
}

/** The options of a listing that begins and ends with a range. */
export function listingOf({ startAfter, pageSize }: KeyRange): { startAfter?: string; pageSize?: number } {
  return { ...(startAfter === undefined ? {} : { startAfter }), ...(pageSize === undefined ? {} : { pageSize }) }
}

/** Whether a key is past the end of a range; no later key of a listing is within it. */
export function isPast(key: string, { endWith }: KeyRange): boolean {
  return endWith !== undefined && compareKeys(key, endWith) > 0
}

/** The first entries, as many as a range has at most. */
export async function* limited<T>(entries: AsyncIterable<T>, { max }: KeyRange): AsyncGenerator<T> {
  let count = 0
  for await (const entry of entries) {
    yield entry
    count += 1
    if (count >= max) return
  }
}

/** The order of OSS: that of the bytes of UTF-8. */
export function compareKeys(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}
