import type { AdminInputOf, AdminOperationName } from '@bindery/protocol'
import type { Awaitable } from '@bindery/storage'
import type { Access } from '../access/access.js'
import type { RememberedRefusal } from '../access/remembered-refusals.js'
import type { Domain } from '../domain/domain.js'
import type { BucketMoment, MetricsMoment } from '../metrics-moment.js'
import type { Sealer } from '../options.js'
import type { RecentRequest } from '../recent-request.js'
import type { ServerControl } from '../server-control.js'

/** Everything that the operations of the admin interface work with. */
export interface AdminContext {
  readonly domain: Domain
  readonly access: Access
  /** Absent: no access keys can be created. */
  readonly sealer: Sealer | undefined
  /** The account that administers the server; absent: none does. */
  readonly administrator: string | undefined
  /** Absent: there is no process around the service. */
  readonly server: ServerControl | undefined
  /** A recent refusal by any process. */
  findRefusal(requestId: string): Awaitable<RememberedRefusal | undefined>
  /** Requests that any process answered at `since` or later, in milliseconds since 1970. */
  recentRequests(since: number): Awaitable<readonly RecentRequest[]>
  /** The last `spanMs` of the server in numbers, the oldest first. */
  metricsHistory(spanMs: number): Awaitable<readonly MetricsMoment[]>
  /** The requests of the last `spanMs` by bucket, the busiest first. */
  bucketMetrics(spanMs: number): Awaitable<readonly BucketMoment[]>
}

/** One admin request, authenticated and authorised. */
export interface AdminCall<N extends AdminOperationName> extends AdminContext {
  /** The requester's account, which owns all that the request is about. */
  readonly account: string
  readonly input: AdminInputOf<N>
  /** Whether the request would be allowed by now too, for one whose answer takes its time. */
  isStillAllowed(): Promise<boolean>
}

/** Answers the members of the result. Throws RamError. */
export type AdminHandler<N extends AdminOperationName> = (call: AdminCall<N>) => Promise<object> | object

/** Handlers by the names of their operations. */
export type AdminHandlers<N extends AdminOperationName = AdminOperationName> = { readonly [K in N]: AdminHandler<K> }
