import type { RecentRequest, RememberedRefusal, ScrubState } from '@bindery/service'
import type { Adjustable } from '../config.js'
import type { Figures } from '../metrics/figures.js'
import type { MetricValues } from '../metrics/metric.js'
import type { EventInlet } from './event-switchboard.js'

/**
 * One process that serves requests, as its supervisor sees it. A type, so that its functions can be called
 * remotely.
 */
export type Instance = {
  /** Frees what dead processes left behind, and creates the configured buckets. Only one process does so at a time. */
  readonly prepare: (living: readonly string[]) => Promise<void>
  /** Serves requests. Resolves with the port; throws Failure `portTaken`, `portForbidden`, `hostUnknown`. */
  readonly listen: (port: number) => Promise<number>
  /** Runs the background tasks from then on; only one process does so at a time. */
  readonly lead: () => Promise<void>
  /** Has it report at once which reads run in it. */
  readonly report: () => Promise<void>
  /** The metrics of this process. */
  readonly measure: () => Promise<MetricValues>
  /** Counts of this process since it started. */
  readonly figures: () => Promise<Figures>
  /** A recent refusal by this process. */
  readonly refusal: (requestId: string) => Promise<RememberedRefusal | undefined>
  /** Requests that this process answered at `since` or later. */
  readonly recent: (since: number) => Promise<readonly RecentRequest[]>
  /** How far the verification of stored bytes is; undefined where another process does it. */
  readonly scrubState: () => Promise<ScrubState | undefined>
  /** Begins a pass of it, or changes its pace, in bytes per second; false where another process does it. */
  readonly startScrub: (bytesPerSecond: number | undefined) => Promise<boolean>
  /** Changes options while it runs. */
  readonly adjust: (options: Adjustable) => Promise<void>
  /** An event of another process, for the listeners of this one. */
  readonly receive: EventInlet['receive']
  /** Whether another process has listeners. */
  readonly othersListen: EventInlet['othersListen']
  /** Lets running requests end and closes the stores. Resolves with the number of requests that were aborted. */
  readonly stop: (graceMs: number) => Promise<number>
  /** Aborts the requests that a running `stop` waits for; `stop` counts them. */
  readonly cut: () => Promise<void>
}
