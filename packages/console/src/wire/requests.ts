/** Requests that the server answered lately. */
import { admin, followAdmin } from './request.js'
import { ServerError, xmlDetails } from './server-error.js'

/** One request with its answer. Sizes in bytes. */
export interface RecentRequest {
  readonly RequestId: string
  readonly EventTime: string
  readonly EventName?: string
  readonly Method: string
  readonly Target: string
  readonly Bucket?: string
  readonly Key?: string
  readonly AccessKeyId?: string
  readonly SourceIpAddress: string
  readonly UserAgent: string
  readonly Status: number
  readonly Code?: string
  readonly EC?: string
  readonly Milliseconds: number
  readonly BytesReceived: number
  readonly BytesSent: number
  /** The answer to a signature that did not match. */
  readonly Document?: string
}

/** Milliseconds before a stream that ended is opened again. */
const AGAIN_MS = 3_000

/** The calls to a follower of requests. */
export interface RequestFollower {
  /** Requests that were answered, the newest last. */
  readonly onRequests: (requests: readonly RecentRequest[]) => void
  /** Some were answered that the server did not send: there were too many at once. */
  readonly onSkipped: () => void
  /** The stream failed, and is opened again. */
  readonly onError: (error: unknown) => void
}

/** Follows the requests that the server answers, beginning with those that it remembers. Returns what ends that. */
export function followRequests({ onRequests, onSkipped, onError }: RequestFollower): () => void {
  const stop = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let since = 0
  const run = async () => {
    const input = since > 0 ? { StartTime: new Date(since).toISOString() } : {}
    for await (const events of followAdmin('FollowRequests', input, stop.signal)) {
      const requests = events.flatMap(({ type, data }) =>
        type === 'request' ? [JSON.parse(data) as RecentRequest] : [],
      )
      const newest = requests.at(-1)
      if (newest !== undefined) since = Date.parse(newest.EventTime)
      if (events.some(({ type }) => type === 'skipped')) onSkipped()
      if (requests.length > 0) onRequests(requests)
    }
  }
  const loop = () => {
    const again = () => {
      if (!stop.signal.aborted) timer = setTimeout(loop, AGAIN_MS)
    }
    run().then(again, (error: unknown) => {
      if (stop.signal.aborted) return
      onError(error)
      // a refusal stays one until someone changes a policy
      if (!(error instanceof ServerError) || error.status !== 403) again()
    })
  }
  loop()
  return () => {
    stop.abort()
    clearTimeout(timer)
  }
}

/** Those on one object that the server remembers, the newest first. Throws ServerError. */
export async function listRequestsOn(bucket: string, key: string): Promise<readonly RecentRequest[]> {
  type Answer = { readonly Requests: { readonly Request: readonly RecentRequest[] } }
  const answer = await admin<Answer>('ListRequests', { MaxItems: 1_000, Bucket: bucket })
  return answer.Requests.Request.filter(({ Key }) => Key === key)
}

/** The texts that the server signed for a request whose signature did not match, and the key that it named. */
export function signedTexts({ Document = '' }: RecentRequest): {
  readonly canonicalRequest?: string | undefined
  readonly stringToSign?: string | undefined
  readonly accessKeyId?: string | undefined
} {
  const details = xmlDetails(Document)
  return {
    canonicalRequest: details.get('CanonicalRequest'),
    stringToSign: details.get('StringToSign'),
    accessKeyId: details.get('OSSAccessKeyId'),
  }
}

/** Which answers are shown. */
export const OUTCOMES = ['all', 'failed', 'refused', 'errors'] as const
/** Requests that took at least as many milliseconds. */
export const PACES = ['0', '100', '1000', '10000'] as const

/** Which requests are shown; an empty text stands for all. */
export interface RequestFilter {
  /** Parts of the operation, bucket, key, access key, address, code or id, with spaces between them. */
  readonly text: string
  readonly outcome: (typeof OUTCOMES)[number]
  readonly pace: (typeof PACES)[number]
  /** The access key whose requests are left out: that of the page itself. */
  readonly without: string | undefined
}

/** Whether a request is shown. */
export function isShown(request: RecentRequest, { text, outcome, pace, without }: RequestFilter): boolean {
  const {
    Status,
    Milliseconds,
    EventName,
    Bucket = '',
    Key = '',
    AccessKeyId,
    SourceIpAddress,
    Code,
    RequestId,
  } = request
  if (without !== undefined && AccessKeyId === without) return false
  if (outcome === 'failed' && Status < 400) return false
  if (outcome === 'refused' && Status !== 403) return false
  if (outcome === 'errors' && Status < 500) return false
  if (Milliseconds < Number(pace)) return false
  const parts = [EventName, `${Bucket}/${Key}`, AccessKeyId, SourceIpAddress, String(Status), Code, RequestId]
  const all = parts.join('\n').toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}
