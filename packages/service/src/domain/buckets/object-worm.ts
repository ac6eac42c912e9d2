/** The retention that new versions of a bucket with ObjectWorm get. */
import type { BucketSettings } from '@bindery/protocol'
import type { Holds } from '../stored/model.js'

const DAY_MS = 86_400_000

/** The setting ObjectWorm of a bucket. */
export type ObjectWorm = BucketSettings['objectWorm']

/** The retention of a new version that names none of its own. Years are those of the calendar. */
export function defaultHolds(worm: ObjectWorm | undefined, madeAt: number): Holds {
  const byDefault = worm?.rule?.defaultRetention
  if (byDefault === undefined) return {}
  const { mode, days, years = 0 } = byDefault
  if (days !== undefined) return { retention: { mode, until: madeAt + days * DAY_MS } }
  const until = new Date(madeAt)
  until.setUTCFullYear(until.getUTCFullYear() + years)
  return { retention: { mode, until: until.getTime() } }
}
