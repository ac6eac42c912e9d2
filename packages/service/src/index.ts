export type { RememberedRefusal } from './access/remembered-refusals.js'
export type { AccessKey, AccessKeys, Account } from './access/requester.js'
export { sealSession } from './access/session-token.js'
export { auditEventOf } from './admin/audit-event.js'
export { sealSignInLink } from './console/sign-in-link.js'
export { createService } from './create-service.js'
export { isDirect } from './direct-request.js'
export type { CustomerKeys, DataKey, KeyProvider } from './domain/bytes/encryption.js'
export type { Busy, Cluster, Task } from './domain/cluster/cluster.js'
export type { ClusterState, MemberState } from './domain/cluster/describe-cluster.js'
export { ELECTION_BEAT_MS, type ElectionOptions, Elections, readBeats } from './domain/cluster/elections.js'
export { BEAT_MS, RowCluster, type RowClusterOptions } from './domain/cluster/row-cluster.js'
export { type Event, type EventBus, EventHub, type Listener, type Subscription } from './domain/events.js'
export type { Meter } from './domain/meter.js'
export type { BucketStat } from './domain/stored/counters.js'
export type { Damage } from './domain/stored/damage.js'
export type { MemberDetails } from './domain/stored/member-model.js'
export type { Encryption as StoredEncryption, EncryptionChoice } from './domain/stored/model.js'
export type { TrailEntry } from './domain/trail/trail.js'
export type { AbortedByRule, DoneByRule } from './domain/upkeep/apply-lifecycle.js'
export type { StoreTotals } from './domain/upkeep/store-status.js'
export type { SweepReport } from './domain/upkeep/sweeper.js'
export type { UploadAges } from './domain/upkeep/upload-activity.js'
export { type AuditOptions, type AuditReport, audit } from './maintenance/audit.js'
export { type Facts, FINDING_KINDS, type Finding, type FindingKind, type Quarantine } from './maintenance/findings.js'
export type { AuditProgress } from './maintenance/inspection.js'
export { hasStoredRows, type MoveOptions, type MoveProgress, moveStores } from './maintenance/move.js'
export { forEachUnnamed, type NamedBlob, namedBlobs } from './maintenance/named-blobs.js'
export { type Rewrapped, rewrapKeys } from './maintenance/rewrap.js'
export type { Scrubbed } from './maintenance/scrub.js'
export type { BucketMoment, MetricsMoment } from './metrics-moment.js'
export type {
  CallbackAnswer,
  CallbackReceiver,
  Callbacks,
  DomainProofs,
  InstanceRole,
  OriginAnswer,
  Origins,
  ServiceOptions,
} from './options.js'
export type { RecentRequest } from './recent-request.js'
export type { Endpoint } from './response/endpoint.js'
export type { ScrubState, ServerControl, ServerOption, ServerState } from './server-control.js'
export {
  type LentBody,
  newRequestLog,
  type ResponseLog,
  type SentAnswer,
  type Service,
  type ServiceRequest,
  type ServiceResponse,
  type WrittenReport,
} from './service.js'
