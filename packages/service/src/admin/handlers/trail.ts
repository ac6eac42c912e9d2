import { RamError } from '@bindery/protocol'
import { searchTrail } from '../../domain/trail/trail.js'
import { auditEventOf } from '../audit-event.js'
import type { AdminHandlers } from '../context.js'
import { pageOf } from '../page.js'
import { shownPage } from '../shown.js'

/** The handler of the trail. */
export const trailHandlers: AdminHandlers<'LookupEvents'> = {
  async LookupEvents({ domain, account, input }) {
    const { Bucket: bucket, EventName: operation, AccessKeyId: accessKeyId, StartTime, EndTime } = input
    const times = { since: timeOf('StartTime', StartTime), until: timeOf('EndTime', EndTime) }
    const found = await searchTrail(domain, account, { bucket, operation, accessKeyId, ...times, ...pageOf(input) })
    return shownPage('Events', 'Event', found, auditEventOf)
  },
}

/** Milliseconds since 1970 of a parameter. Throws parameterInvalid. */
export function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const time = Date.parse(text)
  if (Number.isNaN(time))
    throw new RamError('parameterInvalid', { name, expected: 'it must be a time such as 2026-01-05T08:00:00Z' })
  return time
}
