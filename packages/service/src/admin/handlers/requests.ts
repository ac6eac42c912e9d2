import { ecOf } from '../../access/remembered-refusals.js'
import type { RecentRequest } from '../../recent-request.js'
import type { AdminHandlers } from '../context.js'
import { RequestFeed } from '../request-feed.js'
import { timeOf } from './trail.js'

const ITEMS_DEFAULT = 100

/** The handlers that show what was answered lately. */
export const requestHandlers: AdminHandlers<'ListRequests' | 'FollowRequests'> = {
  async ListRequests({ recentRequests, input }) {
    const { RequestId, MaxItems = ITEMS_DEFAULT } = input
    const all = await recentRequests(sinceOf(input))
    const found = all.filter(
      (request) => (RequestId ?? request.requestId) === request.requestId && isWanted(request, input),
    )
    const newestFirst = [...found].sort((one, other) => other.at - one.at).slice(0, MaxItems)
    return { Requests: { Request: newestFirst.map(shownRequest) } }
  },

  FollowRequests({ domain, recentRequests, input, isStillAllowed }) {
    return new RequestFeed({
      ...{ domain, recentRequests, since: sinceOf(input), shown: shownRequest },
      isWanted: (request) => isWanted(request, input),
      isAllowed: isStillAllowed,
    })
  },
}

interface Wanted {
  readonly StartTime?: string | undefined
  readonly Bucket?: string | undefined
  readonly EventName?: string | undefined
  readonly AccessKeyId?: string | undefined
  readonly Outcome?: string | undefined
}

function sinceOf({ StartTime }: Wanted): number {
  return timeOf('StartTime', StartTime) ?? 0
}

function isWanted(request: RecentRequest, { Bucket, EventName, AccessKeyId, Outcome }: Wanted): boolean {
  const { bucket, operation, accessKeyId, status } = request
  return (
    (Bucket ?? bucket) === bucket &&
    (EventName ?? operation) === operation &&
    (AccessKeyId ?? accessKeyId) === accessKeyId &&
    (Outcome === undefined || status >= 400)
  )
}

function shownRequest(request: RecentRequest) {
  const { requestId, at, operation, bucket, key, accessKeyId, remoteAddress, code, cause } = request
  return {
    RequestId: requestId,
    EventTime: new Date(at).toISOString(),
    EventName: operation,
    Method: request.method,
    Target: request.target,
    Bucket: bucket,
    Key: key,
    AccessKeyId: accessKeyId,
    SourceIpAddress: remoteAddress,
    UserAgent: request.userAgent,
    Status: request.status,
    Code: code,
    EC: cause === undefined ? undefined : ecOf(cause),
    Milliseconds: request.milliseconds,
    BytesReceived: request.bytesReceived,
    BytesSent: request.bytesSent,
    Document: request.document,
  }
}
