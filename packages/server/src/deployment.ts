import type { KeyRing } from '@bindery/encryption'
import type { Quarantine } from '@bindery/service'
import type { BlobStore, MetadataStore } from '@bindery/storage'
import type { MetricValues } from './metrics/metric.js'
import type { JoinOptions, ProcessCluster } from './processes/process-cluster.js'
import type { RootKey } from './root-key.js'

/** Where a server is reached, and the id of its root key. */
export interface Serving {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
}

/** How a process uses the blob store. */
export interface BlobOptions {
  /** Random, and used by no other process before or after. */
  readonly incarnation: string
  /** Bytes of memory for blobs on their way to and from the store. */
  readonly bufferBytes: number
  /** Bytes of the disk that writes leave free, as a function if they may change. */
  readonly reserveBytes: number | (() => number)
  /** Files that stay open while no request reads them, where each large blob has its own. */
  readonly idleFilesMax?: number | undefined
  /** Called with the milliseconds that each sync of a file or folder took. */
  readonly onSync?: ((milliseconds: number) => void) | undefined
}

/** Bytes. */
export interface Disk {
  /** Available to a process without privileges. */
  readonly freeBytes: number
  readonly totalBytes: number
}

/** A deployment as one process of a server uses it. The caller closes what it has opened. */
export interface ProcessDeployment {
  /** `incarnation`: as in `BlobOptions`. */
  openMetadata(incarnation: string): Promise<MetadataStore>
  openBlobs(options: BlobOptions): Promise<BlobStore>
  /** Makes this process known to the others, before its first request. */
  join(options: JoinOptions): Promise<ProcessCluster>
  /** The keys that requests for KMS name, as they are now. */
  keyRing(): Promise<KeyRing>
  /** The disk that has the blobs; undefined where another system keeps them. */
  disk(): Promise<Disk | undefined>
  /** The metrics of the stores that this process has opened. Absent: they have none. */
  measure?(): MetricValues
  /** The Failure for an error of the stores that the user can act on; any other error is returned unchanged. */
  failureOf(error: unknown): unknown
}

/** Stores that no server uses, for maintenance. */
export interface IdleStores {
  /** For people: a folder, as an absolute path. */
  readonly location: string
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  /** Keeps what a repair removes, at `quarantineLocation`. */
  readonly quarantine: Quarantine
  readonly quarantineLocation: string
  close(): Promise<void>
}

/** Plain data by which a worker process finds its deployment. */
export type DeploymentAddress =
  | { readonly kind: 'folder'; readonly path: string }
  | ({ readonly kind: 'gateway' } & GatewayPlaces)

/** Where the processes of a cluster keep everything. */
export interface GatewayPlaces {
  /** `postgres://…`, with the password where it needs one. */
  readonly metadata: string
  /** The same database for notices, by connections that keep their sessions; absent: those of `metadata` do. */
  readonly notices?: string | undefined
  /** A folder that all of them share, or the URL of a bucket. */
  readonly blobs: string
  /** The key of the bucket; undefined for a folder. */
  readonly blobsKey?: { readonly accessKeyId: string; readonly accessKeySecret: string }
  /** The master keys as text. */
  readonly masterKeys: string
}

/** Calls the process that controls this one for its stores. */
export type CallPrimary = (input: Uint8Array) => Promise<unknown>

/** The help that worker processes get from the process that controls them. */
export interface WorkerSupport {
  readonly address: DeploymentAddress
  /** A file descriptor that they inherit; undefined: none. */
  readonly descriptor: number | undefined
  /** Answers their `CallPrimary`. */
  readonly answer: CallPrimary
  /** To be called when a worker has ended. */
  workerEnded(): void
  close(): Promise<void>
}

/**
 * Where a server keeps its data and secrets. A deployment alone knows engines, folders and locks. While it is open, no
 * other server can use the data in a conflicting way.
 */
export interface Deployment extends ProcessDeployment {
  /** For people: a folder, as an absolute path. */
  readonly location: string
  /** The number of the format of a data folder. */
  readonly format?: number
  readonly isNew: boolean
  /** The key of the root account, unless the configuration gives one. Throws Failure `fileDamaged`. */
  rootKey(): Promise<RootKey>
  /** PEM of the RSA key that signs callbacks. Throws Failure `fileDamaged`. */
  callbackKey(): Promise<string>
  /**
   * The master keys as text, those that are given first. There is a key ring from then on. Throws Failure `fileDamaged`,
   * `masterKeysInvalid`.
   */
  masterKeys(given?: string): Promise<string>
  /** Whether a process that cannot write rows copies the stores: `RowClusterOptions.isBeingCopied`. */
  isBeingCopied(): Promise<boolean>
  /** Lets commands on this machine find the server. */
  announce(serving: Serving): void
  /** Prepares for stores that worker processes open. */
  supportWorkers(): Promise<WorkerSupport>
  release(): Promise<void>
}
