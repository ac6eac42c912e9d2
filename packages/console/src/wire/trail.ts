/** The record of control actions, and the reasons of refusals. */
import type { Page } from './objects.js'
import { admin } from './request.js'

/** One control action. */
export interface TrailEvent {
  readonly EventTime: string
  readonly EventName: string
  readonly UserIdentity:
    | { readonly AccessKeyId?: string; readonly UserName?: string; readonly AccountId?: string }
    | string
  readonly SourceIpAddress?: string
  readonly Bucket?: string
  readonly Key?: string
  readonly UploadId?: string
  /** The identities, keys and policies that the action named, such as `user/alice`. */
  readonly Subject?: readonly string[]
  readonly ErrorCode?: string
  readonly Before?: unknown
  readonly After?: unknown
  readonly RequestId: string
}

/** Which actions are listed; an empty text stands for all. */
export interface TrailFilter {
  readonly bucket: string
  readonly event: string
}

/** One page of control actions, the newest first. Throws ServerError. */
export async function lookUpEvents(
  { bucket, event }: TrailFilter,
  position: Readonly<Record<string, string>>,
): Promise<Page<TrailEvent>> {
  type Answer = {
    readonly Events: { readonly Event: readonly TrailEvent[] }
    readonly IsTruncated?: boolean
    readonly Marker?: string
  }
  const answer = await admin<Answer>('LookupEvents', {
    MaxItems: 200,
    ...(bucket === '' ? {} : { Bucket: bucket }),
    ...(event === '' ? {} : { EventName: event }),
    ...position,
  })
  const rows = answer.Events.Event
  return answer.IsTruncated && answer.Marker !== undefined ? { rows, next: { Marker: answer.Marker } } : { rows }
}
