/** Requests that the server answered lately. */
import { admin } from './request.js'
import { xmlDetails } from './server-error.js'

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

/** Those that were answered since a time in milliseconds since 1970, the newest first. Throws ServerError. */
export async function listRequests(since: number): Promise<readonly RecentRequest[]> {
  type Answer = { readonly Requests: { readonly Request: readonly RecentRequest[] } }
  const input = { MaxItems: 1_000, ...(since > 0 ? { StartTime: new Date(since).toISOString() } : {}) }
  return (await admin<Answer>('ListRequests', input)).Requests.Request
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

/** Which requests are shown; an empty text stands for all. */
export interface RequestFilter {
  /** Part of the operation, bucket, key, access key, address, code or id. */
  readonly text: string
  readonly outcome: 'all' | 'failed' | 'refused'
}

/** Whether a request is shown. */
export function isShown(request: RecentRequest, { text, outcome }: RequestFilter): boolean {
  if (outcome === 'failed' && request.Status < 400) return false
  if (outcome === 'refused' && request.Status !== 403) return false
  if (text === '') return true
  const { EventName, Bucket = '', Key = '', AccessKeyId, SourceIpAddress, Code, RequestId } = request
  const parts = [EventName, `${Bucket}/${Key}`, AccessKeyId, SourceIpAddress, Code, RequestId]
  return parts.some((part) => part?.toLowerCase().includes(text.toLowerCase()) === true)
}
