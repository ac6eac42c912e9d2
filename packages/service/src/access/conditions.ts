/** The values that a request has for the condition keys of policies. */
import type { Action, Circumstances, Operation, Tag } from '@bindery/protocol'
import type { ServiceRequest } from '../service.js'
import type { LookUp } from './policy/conditions.js'
import type { AccessQuestion } from './question.js'
import type { Requester } from './requester.js'

/** The circumstances of a request that a decision may depend on. */
export interface Conditions {
  readonly request: Pick<ServiceRequest, 'scheme' | 'remoteAddress'>
  readonly stated: Circumstances
  /** The tags that the request gives an object; `unread` while they are in a body that is still to be read. */
  readonly requestTags?: readonly Tag[] | 'unread' | undefined
  /** Where the signature is; undefined for anonymous requests. */
  readonly signedIn: 'header' | 'url' | undefined
  /** Milliseconds since 1970: the time by which all of the request is judged. */
  readonly now: number
}

interface TaggingInput {
  readonly tagging?: readonly Tag[]
  readonly taggingDirective?: 'COPY' | 'REPLACE'
}

/** The tags that a request gives its object. A copy keeps those of its source, unless it is to replace them. */
export function requestTagsOf({ level, tagsInBody }: Operation, input: TaggingInput): Conditions['requestTags'] {
  if (tagsInBody === true) return 'unread'
  return level !== 'object' || input.taggingDirective === 'COPY' ? undefined : input.tagging
}

/** Actions that `prefix` and `delimiter` belong to; a listing without them has them empty. */
export const LISTINGS: ReadonlySet<Action> = new Set<Action>([
  'oss:ListObjects',
  'oss:ListObjectVersions',
  'oss:ListMultipartUploads',
  'oss:ListBuckets',
])

const EXISTING_TAG = 'oss:ExistingObjectTag/'
const REQUEST_TAG = 'oss:RequestObjectTag/'
const BUCKET_TAG = 'oss:BucketTag/'

/** Whether a decision about these keys has to know the object, or the tags of its bucket. */
export const readsObject = (key: string): boolean => key.startsWith(EXISTING_TAG)
/** Whether a decision about a condition key depends on the tags that the request gives an object. */
export const readsRequestTags = (key: string): boolean => key.startsWith(REQUEST_TAG)
/** Whether a decision about a condition key depends on the tags of the bucket. */
export const readsBucketTags = (key: string): boolean => key.startsWith(BUCKET_TAG)

/** The values that depend only on the requester and the circumstances, not on action or resource. */
export function circumstancesOf(requester: Requester, conditions: Conditions): LookUp {
  const { request, stated } = conditions
  return (key) => {
    switch (key) {
      case 'acs:SourceIp':
        return request.remoteAddress
      case 'acs:UserAgent':
        return stated.userAgent
      case 'acs:CurrentTime':
        return new Date(conditions.now).toISOString()
      case 'acs:SecureTransport':
        return String(request.scheme === 'https')
      case 'acs:MFAPresent':
        return 'false'
      case 'acs:AccessId':
        // a session that stands for a key is bound by what is denied to the key
        return requester.kind === 'anonymous' ? undefined : (requester.standsFor ?? requester.accessKeyId)
    }
    return undefined
  }
}

/** The values of a question's condition keys. A key that the request has no value for is undefined. */
export function lookUpOf({ requester, action, resource, conditions }: AccessQuestion, region: string): LookUp {
  const { stated, requestTags = [] } = conditions
  const circumstances = circumstancesOf(requester, conditions)
  return (key) => {
    switch (key) {
      case 'oss:Prefix':
        return LISTINGS.has(action) ? (stated.prefix ?? '') : undefined
      case 'oss:Delimiter':
        return LISTINGS.has(action) ? (stated.delimiter ?? '') : undefined
    }
    if (isOfAccessPoint(key)) return accessPointValue(key, resource, region)
    if (key.startsWith(REQUEST_TAG)) {
      return requestTags === 'unread' ? undefined : tagOf(requestTags, key.slice(REQUEST_TAG.length))
    }
    if (key.startsWith(EXISTING_TAG)) return tagOf(objectTags(resource), key.slice(EXISTING_TAG.length))
    if (key.startsWith(BUCKET_TAG)) return tagOf(resource.rules?.tags ?? [], key.slice(BUCKET_TAG.length))
    return circumstances(key)
  }
}

/** Whether a condition key is about the access point that a request came by. */
function isOfAccessPoint(key: string): boolean {
  return key.startsWith('oss:DataAccessPoint') || key === 'oss:AccessPointNetworkOrigin'
}

/** Undefined of requests that came by no access point. */
function accessPointValue(
  key: string,
  { owner = '', rules }: AccessQuestion['resource'],
  region: string,
): string | undefined {
  const point = rules?.accessPoint
  if (point === undefined) return undefined
  if (key === 'oss:AccessPointNetworkOrigin') return point.networkOrigin
  return key === 'oss:DataAccessPointAccount' ? owner : accessPointArn(region, owner, point.name)
}

/** The name of an access point in policies. */
export function accessPointArn(region: string, account: string, name: string): string {
  return `acs:oss:${region}:${account}:accesspoint/${name}`
}

function tagOf(tags: readonly Tag[], name: string): string | undefined {
  return tags.find(([key]) => key === name)?.[1]
}

/** A bucket as a whole has no object. */
function objectTags({ key, object }: AccessQuestion['resource']): readonly Tag[] {
  if (key === undefined) return []
  if (object === 'unread') throw new TypeError('the tags of an object must be read before they are judged')
  return object?.tagging ?? []
}
