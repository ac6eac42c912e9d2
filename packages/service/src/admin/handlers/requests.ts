import { ecOf } from '../../access/remembered-refusals.js'
import type { RecentRequest } from '../../recent-request.js'
import type { AdminHandlers } from '../context.js'
import { timeOf } from './trail.js'

const ITEMS_DEFAULT = 100

/** The handler that lists what was answered lately. */
export const requestHandlers: AdminHandlers<'ListRequests'> = {
  async ListRequests({ recentRequests, input }) {
    const { StartTime, Bucket, EventName, AccessKeyId, Outcome, RequestId, MaxItems = ITEMS_DEFAULT } = input
    const all = await recentRequests(timeOf('StartTime', StartTime) ?? 0)
    const found = all.filter(
      ({ bucket, operation, accessKeyId, status, requestId }) =>
        (Bucket ?? bucket) === bucket &&
        (EventName ?? operation) === operation &&
        (AccessKeyId ?? accessKeyId) === accessKeyId &&
        (RequestId ?? requestId) === requestId &&
        (Outcome === undefined || status >= 400),
    )
    const newestFirst = [...found].sort((one, other) => other.at - one.at).slice(0, MaxItems)
    return { Requests: { Request: newestFirst.map(shownRequest) } }
  },
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
