import type { TrailEntry } from '../domain/trail/trail.js'

/** An entry of the trail as administrators and the receiver of the audit webhook see it. */
export function auditEventOf({ at, actor, remoteAddress, ...entry }: TrailEntry) {
  return {
    EventTime: new Date(at).toISOString(),
    EventName: entry.operation,
    UserIdentity: { AccountId: actor.account, AccessKeyId: actor.accessKeyId, UserName: actor.identity },
    SourceIpAddress: remoteAddress,
    Bucket: entry.bucket,
    Key: entry.key,
    UploadId: entry.uploadId,
    Subject: entry.subject,
    ErrorCode: entry.code,
    Before: entry.before,
    After: entry.after,
    Question: entry.question,
    RequestId: entry.requestId,
  }
}
