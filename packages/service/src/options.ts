import type { ImageProcessor } from '@bindery/imaging'
import type { CallbackRequest, CallbackUrl, Dialect, OriginRequest, PrintRows } from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'
import type { RememberedRefusal } from './access/remembered-refusals.js'
import type { AccessKeys } from './access/requester.js'
import type { DomainOptions } from './domain/domain.js'
import type { TrailEntry } from './domain/trail/trail.js'
import type { BucketMoment, MetricsMoment } from './metrics-moment.js'
import type { RecentRequest } from './recent-request.js'
import type { Endpoint } from './response/endpoint.js'
import type { ServerControl } from './server-control.js'
import type { ServiceRequest } from './service.js'

/** How an application answered a callback, or why it did not. */
export type CallbackAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly contentType: string | undefined
      /** As announced; undefined where it was not. */
      readonly contentLength: number | undefined
      /** Empty where status or length rule out its use. */
      readonly body: Uint8Array
    }
  /**
   * `unreachable`: no connection, or one that broke. Not made at all: `busy`, because too many callbacks run, and
   * `notAllowed`, because the configuration does not name the host.
   */
  | { readonly kind: 'unreachable' | 'late' | 'busy' | 'notAllowed' }

/** One URL of a callback, whose host's addresses are known. */
export interface CallbackReceiver {
  /** Sends a request, once and to one of these addresses, whatever follows; resolves within CALLBACK_MS_MAX. */
  post(request: CallbackRequest, options: { readonly sni: boolean }): Promise<CallbackAnswer>
}

/** Makes the callbacks that uploads request. */
export interface Callbacks {
  /** Finds the addresses of a URL's host, once. Throws callbackAddressForbidden if one is private and not allowed. */
  find(url: CallbackUrl): Promise<CallbackReceiver>
  /** A function for the Base64 of the RSA signature (PKCS #1 v1.5) over the MD5 of bytes. */
  signer(): Promise<(bytes: Uint8Array) => string>
  /** The absolute URL of the key that checks signatures, for a client that reaches the server as a request did. */
  publicKeyUrl(reached: Pick<ServiceRequest, 'scheme' | 'host' | 'localAddress'>): string
}

/** How an origin answered, or why it was not reached. */
export type OriginAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** By their names in lower case; byte strings. */
      readonly headers: Readonly<Record<string, string>>
      /** Fails with incompleteBody, requestTimeout or entityTooLarge where it does not arrive whole. */
      readonly body: ByteSource
      /** To be called once, whether the body was read or not. */
      close(): void
    }
  /** Not requested at all: `forbidden`, because the configuration does not allow the host, and `busy`, because too many run. */
  | { readonly kind: 'unreachable' | 'forbidden' | 'busy' }

/** Fetches what buckets mirror. Besides callbacks nothing of the service reaches other machines. */
export interface Origins {
  /** Sends one GET to a host that the configuration allows; a redirection is an answer. Never rejects. */
  get(request: OriginRequest): Promise<OriginAnswer>
}

/** Shows whose a domain is, before it is bound to a bucket. */
export interface DomainProofs {
  /** Whether the configuration names the domain as one that needs no proof. */
  isTrusted(domain: string): boolean
  /** The texts of a name's TXT records; empty if it has none, or they cannot be found. */
  textsOf(name: string): Promise<readonly string[]>
}

/** Encrypts and authenticates short secrets, bound to a context. */
export interface Sealer {
  seal(bytes: Uint8Array, context: string): Uint8Array
  /** Undefined if the bytes were changed, belong to another context, or need a key that is missing. */
  open(sealed: Uint8Array, context: string): Uint8Array | undefined
}

/** A role that programs at some addresses may act for, as those on an ECS instance may. */
export interface InstanceRole {
  readonly account: string
  readonly role: string
  /** Whether a client at this address gets keys. */
  serves(remoteAddress: string): boolean
  /** Whether a request needs a token that its program has requested before. */
  readonly needsToken: boolean
}

/** Everything that the service gets from outside: it has no clock, randomness, digest or configuration of its own. */
export interface ServiceOptions extends DomainOptions {
  /** Keys that are not in the store: those of accounts. */
  readonly accessKeys: AccessKeys
  /** The account that administers the server: it manages the others, and all refusals are its to know. Absent: none does. */
  readonly administrator?: string
  /** A recent refusal by any process; absent: there is no other process than this. */
  readonly findRefusal?: (requestId: string) => Promise<RememberedRefusal | undefined>
  /** Requests that any process answered at `since` or later; absent: none are remembered. */
  readonly recentRequests?: (since: number) => Promise<readonly RecentRequest[]>
  /** The last `spanMs` of the server in numbers, the oldest first; absent: nothing is remembered. */
  readonly metricsHistory?: (spanMs: number) => Promise<readonly MetricsMoment[]>
  /** The requests of the last `spanMs` by bucket, the busiest first; absent: they are not counted. */
  readonly bucketMetrics?: (spanMs: number) => Promise<readonly BucketMoment[]>
  /** The process around the service; absent: it can be neither seen nor changed. */
  readonly server?: ServerControl
  /** Absent: there are no other keys. */
  readonly sealer?: Sealer
  /**
   * The protocols that clients may speak. A request belongs to the first whose signs it shows, otherwise to the last.
   * Absent: S3's and OSS's.
   */
  readonly dialects?: readonly [Dialect, ...Dialect[]]
  /** Host names at which, and below which, requests that are not signed are of S3. */
  readonly s3Domains?: readonly string[]
  /** Absent: an upload that requests a callback is refused. */
  readonly callbacks?: Callbacks
  /** Absent: rules that mirror are stored, and not obeyed. */
  readonly origins?: Origins | undefined
  /** Bytes of objects on their way from origins that may wait for clients, all together. Default: 16 MiB. */
  readonly mirrorBytes?: number
  /** Absent: no domain can be bound to a bucket. */
  readonly domainProofs?: DomainProofs
  /** Absent: listings are printed without native code. */
  readonly printRows?: PrintRows | undefined
  /** Absent: images are not processed. */
  readonly images?: ImageProcessor | undefined
  /** As in a V4 scope, `cn-hangzhou`; its location is `oss-cn-hangzhou`. */
  readonly region: string
  /** The role whose temporary keys are handed out without a signature, to some addresses; absent: to none. */
  readonly instanceRole?: InstanceRole
  /** Milliseconds for which control actions are remembered; absent: they are not recorded. */
  readonly trailMs?: number
  /** Called with each control action of this process when it is durable. Must not throw. */
  readonly onAudit?: ((entry: TrailEntry) => void) | undefined
  /** Where clients reach the server; absent: at the Host of their requests. */
  readonly endpoint?: Endpoint | undefined
  /**
   * Calls `ring` once after that many milliseconds, unless the returned function was called before. Absent: no answer begins
   * before its outcome is known.
   */
  readonly alarm?: (milliseconds: number, ring: () => void) => () => void
  /** The number of processes that share the limits of buckets, this one included. Called whenever one counts. Absent: this one alone. */
  readonly processes?: () => number
  /** Host names below which the first label is a bucket, besides `localhost` and `*.aliyuncs.com`. */
  readonly domains: readonly string[]
  /** Fail with InternalError where an operation answers a cause that it does not declare. For tests. */
  readonly assertDeclared?: boolean
}
