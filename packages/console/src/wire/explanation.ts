/** Why a request is allowed or refused, as the server decides it. Every function throws ServerError. */
import { admin } from './request.js'

/** The rules from which a decision may come. */
export const SOURCES = [
  ...(['request', 'owner', 'acl', 'bucketPolicy', 'ramPolicy', 'sessionPolicy'] as const),
  ...(['accessPoint', 'accessPointPolicy', 'publicAccessBlock', 'referer', 'requestPayment'] as const),
] as const
/** A rule from which a decision may come. */
export type Source = (typeof SOURCES)[number]

/** A decision and its reason; what the requester may not see is absent. */
export interface Explanation {
  readonly Decision: string
  readonly Code?: string
  readonly Message?: string
  readonly EC?: string
  readonly Reason?: {
    readonly Source: string
    /** The fault of a request that no permission decided. */
    readonly Cause?: string
    readonly At?: string
    readonly Policy?: string
    readonly StatementIndex?: number
    readonly Statement?: object
    /** Conditions that kept statements from allowing it. */
    readonly Unmet?: readonly {
      readonly Source: string
      readonly Policy?: string
      readonly StatementIndex?: number
      readonly Operator?: string
      readonly Key?: string
    }[]
  }
  /** That was refused. */
  readonly Request?: {
    readonly EventTime: string
    readonly EventName?: string
    readonly Action?: string
    readonly UserIdentity?: { readonly AccountId?: string; readonly AccessKeyId?: string; readonly UserName?: string }
    readonly SourceIpAddress?: string
    readonly Bucket?: string
    readonly Key?: string
  }
}

/** The actor of a question: a user, a role, the account itself, or a request without a signature. */
export type Actor =
  | { readonly UserName: string }
  | { readonly RoleName: string }
  | { readonly Principal: 'account' | 'anonymous' }

/** A question about an actor; an empty key stands for the bucket as a whole. */
export interface Question {
  readonly actor: Actor
  readonly action: string
  readonly bucket: string
  readonly key: string
}

/** Actions that people most often ask about. */
export const USUAL_ACTIONS = [
  ...(['oss:GetObject', 'oss:PutObject', 'oss:DeleteObject', 'oss:ListObjects', 'oss:ListParts'] as const),
  ...(['oss:AbortMultipartUpload', 'oss:ListMultipartUploads', 'oss:GetBucketPolicy', 'oss:PutBucketPolicy'] as const),
] as const
/** Actions on a bucket as a whole. */
const OF_BUCKETS: ReadonlySet<string> = new Set([
  'oss:ListObjects',
  'oss:ListMultipartUploads',
  'oss:GetBucketPolicy',
  'oss:PutBucketPolicy',
])

/** Whether an action is on a bucket and not on an object. */
export function isOfBucket(action: string): boolean {
  return OF_BUCKETS.has(action)
}

/** Why a recent request was refused. Throws also EntityNotExist.Request. */
export function explainRefusal(requestId: string): Promise<Explanation> {
  return admin<Explanation>('ExplainAccess', { RequestId: requestId })
}

/** The decision about something that someone might do. */
export function decideAccess({ actor, action, bucket, key }: Question): Promise<Explanation> {
  return admin<Explanation>('ExplainAccess', {
    ...actor,
    Action: action,
    Bucket: bucket,
    ...(key === '' ? {} : { Key: key }),
  })
}
