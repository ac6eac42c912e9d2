import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OssError } from '@bindery/protocol'
import { type Conditions, rangeHolds, requireWanted } from './conditions.js'

const modifiedAt = Date.parse('2026-01-05T08:00:00.700Z')
const SECOND = 1000

function outcome(conditions: Conditions): string {
  try {
    requireWanted(conditions, { etag: 'AB-2', modifiedAt })
    return 'holds'
  } catch (error) {
    if (!(error instanceof OssError)) throw error
    return `${error.row.status} ${error.details.condition ?? ''}`.trim()
  }
}

const ROWS: readonly (readonly [Conditions, string])[] = [
  [{}, 'holds'],
  [{ ifMatch: '"AB-2"' }, 'holds'],
  [{ ifMatch: 'ab-2' }, 'holds'],
  [{ ifMatch: '*' }, 'holds'],
  [{ ifMatch: '"X", "AB-2"' }, 'holds'],
  [{ ifMatch: '"X"' }, '412 If-Match'],
  [{ ifMatch: 'W/"AB-2"' }, '412 If-Match'],
  [{ ifMatch: '"X", W/"AB-2"' }, '412 If-Match'],
  [{ ifMatch: '"*"' }, '412 If-Match'],
  [{ ifNoneMatch: 'W/"AB-2"' }, '304'],
  [{ ifNoneMatch: '"*"' }, 'holds'],
  [{ ifUnmodifiedSince: modifiedAt - SECOND }, '412 If-Unmodified-Since'],
  [{ ifUnmodifiedSince: modifiedAt - 600 }, 'holds'],
  [{ ifUnmodifiedSince: modifiedAt + SECOND }, 'holds'],
  [{ ifMatch: 'AB-2', ifUnmodifiedSince: modifiedAt - SECOND }, '412 If-Unmodified-Since'],
  [{ ifNoneMatch: 'AB-2' }, '304'],
  [{ ifNoneMatch: '*' }, '304'],
  [{ ifNoneMatch: '"X"' }, 'holds'],
  [{ ifModifiedSince: modifiedAt - SECOND }, 'holds'],
  [{ ifModifiedSince: modifiedAt - 600 }, '304'],
  [{ ifModifiedSince: modifiedAt + 3600 * SECOND }, '304'],
  [{ ifNoneMatch: '"X"', ifModifiedSince: modifiedAt }, 'holds'],
  [{ ifMatch: '"X"', ifNoneMatch: 'AB-2' }, '412 If-Match'],
]

test('conditional headers have a resolution of one second, and tags may have quotes or not', () => {
  for (const [conditions, expected] of ROWS) assert.equal(outcome(conditions), expected, JSON.stringify(conditions))
})

test('a range applies if If-Range names the strong tag of the object, or exactly its time', () => {
  const holds = (ifRange: string | undefined) => rangeHolds(ifRange, { etag: 'AB-2', modifiedAt })
  const kept = [undefined, '', '"AB-2"', 'AB-2', 'Mon, 05 Jan 2026 08:00:00 GMT', 'Mon Jan  5 08:00:00 2026']
  for (const ifRange of kept) assert.equal(holds(ifRange), true, ifRange)
  const dropped = ['"nope"', 'W/"AB-2"', '*', '"X", "AB-2"', '2030', '2026-01-05T08:00:00Z']
  const otherTimes = ['Mon, 05 Jan 2026 08:00:01 GMT', 'Mon, 05 Jan 2026 07:59:59 GMT']
  for (const ifRange of [...dropped, ...otherTimes]) assert.equal(holds(ifRange), false, ifRange)
})
