import type { CallbackRequest, CallbackUrl, Digests } from '@bindery/protocol'
import type { BlobStore, MetadataStore } from '@bindery/storage'
import type { AccessKeys } from './access/requester.js'
import type { EventBus } from './domain/events.js'
import type { Damage } from './domain/stored/damage.js'
import type { ServiceRequest } from './service.js'

/** The processes that serve the same stores, this one included. */
export interface Peers {
  /** Those of the manifests that a running read of any process may use, as of a moment after the call. */
  inUse(manifestIds: readonly string[]): Promise<readonly string[]>
  /**
   * Whether somebody who copies the stores may need anything that is there, as of a moment after the call: then nothing
   * is freed. Who holds says so before taking a snapshot. Absent: nobody ever does.
   */
  isHeld?(): Promise<boolean>
}

/** How an application answered a callback, or why it did not. */
export type CallbackAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly contentType: string | undefined
      /** As announced; undefined where it was not. */
      readonly contentLength: number | undefined
      /** Empty where status or length say that it is of no use. */
      readonly body: Uint8Array
    }
  /** `unreachable`: no connection, or one that broke. `busy`: too many callbacks run, and this one was not made. */
  | { readonly kind: 'unreachable' | 'late' | 'busy' }

/** One URL of a callback, whose host's addresses are known and allowed. */
export interface CallbackReceiver {
  /** Sends a request, once and to one of these addresses, whatever follows; resolves within CALLBACK_MS_MAX. */
  post(request: CallbackRequest, options: { readonly sni: boolean }): Promise<CallbackAnswer>
}

/** Makes the callbacks that uploads ask for. Nothing else of the service reaches other machines. */
export interface Callbacks {
  /** Finds the addresses of a URL's host, once. Throws callbackAddressForbidden if one of them is not allowed. */
  find(url: CallbackUrl): Promise<CallbackReceiver>
  /** Base64 of the RSA signature (PKCS #1 v1.5) over the MD5 of bytes. */
  sign(bytes: Uint8Array): string
  /** The absolute URL of the key that checks signatures, for whoever reaches the server as a request did. */
  publicKeyUrl(reached: Pick<ServiceRequest, 'scheme' | 'host' | 'localAddress'>): string
}

/** All that the service takes from outside: it has no clock, randomness, digest or configuration of its own. */
export interface ServiceOptions {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly digests: Digests
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly random: (bytes: number) => Uint8Array
  readonly accessKeys: AccessKeys
  /** Absent: this process is alone. */
  readonly peers?: Peers
  /** Absent: who listens hears what this process does. */
  readonly events?: EventBus
  /** Called once for each damaged row that sweeping, rules or recovery have passed over. */
  readonly onDamage?: (damage: Damage) => void
  /** Absent: an upload that asks for a callback is refused. */
  readonly callbacks?: Callbacks
  /** As in a V4 scope, `cn-hangzhou`; its location is `oss-cn-hangzhou`. */
  readonly region: string
  /** Host names below which the first label is a bucket, beside `localhost` and `*.aliyuncs.com`. */
  readonly domains: readonly string[]
  /** Milliseconds that a repeated Complete gets the answer of the first. */
  readonly receiptMs: number
  /** Behave as OSS does where Bindery would be kinder: the region of V4 scopes counts, a repeated Complete is refused. */
  readonly strict: boolean
  /** Fail with InternalError where an operation answers a cause that it does not declare. For tests. */
  readonly assertDeclared?: boolean
}
