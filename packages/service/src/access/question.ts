/** Questions about access, with all that their answers depend on. */
import type { Action } from '@bindery/protocol'
import type { BucketRecord, ObjectRecord } from '../domain/stored/model.js'
import type { Conditions } from './conditions.js'
import type { CompiledPolicy, ResourceName } from './policy/compile.js'
import type { RefererRules } from './referer.js'
import type { KeyHolder, Requester } from './requester.js'

/** Settings of a bucket about access, except its ACL. */
export interface BucketRules {
  readonly policy?: CompiledPolicy | undefined
  /** Set on the bucket, on its owner's account or on the access point: nothing is open to everyone. */
  readonly blocksPublicAccess?: boolean | undefined
  /** Requesters of other accounts must state that they pay. */
  readonly requesterPays?: boolean | undefined
  readonly referers?: RefererRules | undefined
  /** Looked up only if a policy depends on them. */
  readonly tags?: readonly (readonly [key: string, value: string])[] | undefined
  /** The access point that the request came by: it must allow what the bucket allows. Its block is that of the bucket too. */
  readonly accessPoint?: AccessPointRules | undefined
}

/** The settings of an access point about access. */
export interface AccessPointRules {
  readonly name: string
  readonly policy: CompiledPolicy | undefined
  /** `vpc`: it takes requests from one VPC only, which no request to this server shows. */
  readonly networkOrigin: 'internet' | 'vpc'
  readonly blocksPublicAccess: boolean
}

/** The thing that an action is done to. */
export interface Resource {
  /** The account id of the bucket's owner, or of the requester for the service and for a new bucket. */
  readonly owner: string | undefined
  /** Undefined for the service. */
  readonly bucketName: string | undefined
  /** Undefined for the service, and for a bucket that the operation will create. */
  readonly bucket: Pick<BucketRecord, 'acl' | 'aclOrigin'> | undefined
  readonly rules?: BucketRules | undefined
  /** Undefined for a bucket as a whole. */
  readonly key?: string | undefined
  /** The object of that key, undefined where no such object exists. `unread` until a decision needs it. */
  readonly object?: Pick<ObjectRecord, 'acl' | 'tagging'> | undefined | 'unread'
}

/** One question to the authoriser. */
export interface AccessQuestion {
  readonly requester: Requester
  /** The action that the operation declares. */
  readonly action: Action
  /** The action that this one accompanies (an ACL sent with an upload); ACLs treat the two as one. */
  readonly within?: Action | undefined
  readonly resource: Resource
  readonly conditions: Conditions
}

/** A question about users, roles or sessions. */
export interface OtherQuestion {
  readonly requester: KeyHolder
  /** `ram:CreateUser`. */
  readonly action: string
  readonly resource: ResourceName
  readonly conditions: Conditions
}
