import type { LogLevel } from '@bindery/protocol'
import type {
  BucketMoment,
  Cluster,
  MemberDetails,
  MetricsMoment,
  RecentRequest,
  RememberedRefusal,
  ServerState,
} from '@bindery/service'
import type { MetadataStore } from '@bindery/storage'
import type { Log } from '../log.js'
import type { MetricValues } from '../metrics/metric.js'
import type { EventInlet, EventOutlet } from './event-switchboard.js'

/** The calls of an instance to its supervisor. A type, so that its functions can be called remotely. */
export type Primary = EventOutlet & {
  /** Has all other instances report at once which reads run in them. */
  readonly nudge: () => Promise<void>
  /** The metrics of all instances. */
  readonly measureAll: () => Promise<readonly MetricValues[]>
  /** A recent refusal by any instance. */
  readonly findRefusal: (requestId: string) => Promise<RememberedRefusal | undefined>
  /** Requests that any instance answered at `since` or later. */
  readonly recentRequests: (since: number) => Promise<readonly RecentRequest[]>
  /** The last `spanMs` of the server in numbers, the oldest first. */
  readonly metricsHistory: (spanMs: number) => Promise<readonly MetricsMoment[]>
  /** The requests of the last `spanMs` by bucket, the busiest first. */
  readonly bucketMetrics: (spanMs: number) => Promise<readonly BucketMoment[]>
  /** The server as its administrator sees it. */
  readonly serverState: () => Promise<ServerState>
  /** Changes the log of all instances. */
  readonly setLogLevel: (level: LogLevel) => Promise<void>
  /** Has the instance that verifies stored bytes begin a pass, at that pace; false where none does. */
  readonly startScrub: (bytesPerSecond: number | undefined) => Promise<boolean>
  /** Whether another process, such as a backup, keeps everything from being freed. */
  readonly isBeingCopied: () => Promise<boolean>
  /** PEM of the RSA key that signs callbacks. */
  readonly callbackKey: () => Promise<string>
}

/** How a process joins the others of its server. */
export interface JoinOptions {
  readonly metadata: MetadataStore
  /** Random, and used by no other process before or after. */
  readonly incarnation: string
  readonly primary: Primary
  /** For people to see. */
  readonly details: MemberDetails
  readonly log: Log
}

/** The cluster of an instance, with the calls of its supervisor. */
export interface ProcessCluster extends Cluster, EventInlet {
  /** Has it report at once which reads run in this process. */
  readonly report: () => Promise<void>
  /** Chooses this process to run the tasks, or, where rows choose, to stand for them. */
  readonly startLeading: () => void
  /** The number of processes that limit requests at present, this one included: called when it does. Absent: it is fixed. */
  limiting?(): number
  /**
   * Ends the sessions of a process that was declared dead in the stores. Undefined where the supervisor knows all processes
   * that serve them, so that what it does not list has ended.
   */
  readonly fence: ((incarnation: string) => Promise<void>) | undefined
}
