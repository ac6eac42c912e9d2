import type { Digests } from '@bindery/protocol'
import type { BlobStore, MetadataStore } from '@bindery/storage'
import type { AccessKeys } from './access/requester.js'

/** The processes that serve the same stores, this one included. */
export interface Peers {
  /** Those of the manifests that a running read of any process may use, as of a moment after the call. */
  inUse(manifestIds: readonly string[]): Promise<readonly string[]>
}

/** All that the service takes from outside: it has no clock, randomness, digest or configuration of its own. */
export interface ServiceOptions {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly digests: Digests
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly random: (bytes: number) => Uint8Array
  readonly accessKeys: AccessKeys
  /** Absent: this process is alone. */
  readonly peers?: Peers
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
