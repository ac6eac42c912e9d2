import { upperHex } from '@bindery/bytes'
import type { Digests } from '@bindery/protocol'
import type { BlobStore, MetadataStore } from '@bindery/storage'
import { BoundDomains } from './buckets/bound-domains.js'
import type { KeyProvider } from './bytes/encryption.js'
import { UnnamedBlobs } from './bytes/unnamed-blobs.js'
import type { Membership } from './cluster/cluster.js'
import { Announcer, type EventBus, EventHub } from './events.js'
import { type Meter, NO_METER } from './meter.js'
import { AccessNotes } from './objects/access-notes.js'
import { type Damage, DamageReports } from './stored/damage.js'
import type { BucketRecord, ObjectRecord } from './stored/model.js'
import { RowCache } from './stored/row-cache.js'
import { LogLines } from './upkeep/log-lines.js'

/** Decoded records that a process keeps at most. */
const BUCKETS_KEPT_MAX = 256
const OBJECTS_KEPT_MAX = 1_024

/** Everything that the domain gets from outside. */
export interface DomainOptions {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  /** The processes that serve these stores; this one has joined them. */
  readonly cluster: Membership
  readonly digests: Digests
  /** Milliseconds since 1970. Times are for users to see; nothing is ordered or freed by them. */
  readonly clock: () => number
  /** Resolves after that many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly random: (bytes: number) => Uint8Array
  /** Absent: nothing can be encrypted, and encrypted objects cannot be read. */
  readonly keys?: KeyProvider | undefined
  /** Absent: listeners receive only the events of this process. */
  readonly events?: EventBus
  /** Called once for each damaged row that sweeping, lifecycle rules or recovery skipped. */
  readonly onDamage?: (damage: Damage) => void
  /** Absent: nothing is counted. */
  readonly meter?: Meter | undefined
  /** Milliseconds for which a repeated Complete gets the answer of the first. */
  readonly receiptMs: number
  /** Behave as OSS does where Bindery would be more lenient: the region of V4 scopes counts, a repeated Complete is refused. */
  readonly strict: boolean
}

type Handed = 'metadata' | 'blobs' | 'cluster' | 'digests' | 'clock' | 'sleep' | 'random' | 'keys' | 'receiptMs'

/** Dependencies shared by all domain functions. */
export interface Domain extends Pick<DomainOptions, Handed> {
  /** Almost every request reads its bucket, whose row rarely changes. */
  readonly bucketCache: RowCache<BucketRecord>
  /** Current versions that were read lately. */
  readonly objectCache: RowCache<ObjectRecord>
  readonly boundDomains: BoundDomains
  readonly unnamedBlobs: UnnamedBlobs
  readonly events: Announcer
  readonly meter: Meter
  readonly logLines: LogLines
  readonly accessNotes: AccessNotes
  /** Collects damage found by background work. */
  readonly damage: DamageReports
  /** A repeated Complete gets the answer of the first while its receipt lives. */
  readonly answersRepeats: boolean
}

/** Makes the domain of one process. It owns no resource that must be released: the caller closes the stores. */
export function createDomain(options: DomainOptions): Domain {
  const { metadata, blobs, cluster, digests, clock, sleep, random, keys } = options
  const events = new Announcer(options.events ?? new EventHub(), blobs.incarnation, clock)
  const damage = new DamageReports(options.onDamage ?? (() => {}))
  const caches = {
    bucketCache: new RowCache<BucketRecord>({ records: BUCKETS_KEPT_MAX }),
    objectCache: new RowCache<ObjectRecord>({ records: OBJECTS_KEPT_MAX }),
    boundDomains: new BoundDomains(),
    unnamedBlobs: new UnnamedBlobs(),
    logLines: new LogLines({ metadata, clock, random }),
    accessNotes: new AccessNotes(clock),
  }
  // OSS keeps no answer of a Complete: a repeated one finds no upload
  const kept = { receiptMs: options.receiptMs, answersRepeats: !options.strict, meter: options.meter ?? NO_METER }
  return { metadata, blobs, cluster, digests, clock, sleep, random, keys, ...caches, events, damage, ...kept }
}

/** Between the steps of a long computation: other requests of this process run meanwhile. */
export function letOthersRun({ sleep }: Pick<Domain, 'sleep'>): Promise<void> {
  return sleep(0)
}

/** Source of the random bytes of ids. */
export type IdSource = Pick<Domain, 'random'>

/** A random id: 32 upper-case hex digits. */
export function newId({ random }: IdSource): string {
  return upperHex(random(16))
}

/** An id that begins with the time (6 bytes of milliseconds), so that uploads of a key sort as they were begun. */
export function newUploadId({ clock, random }: Domain): string {
  return clock().toString(16).padStart(12, '0').toUpperCase() + upperHex(random(10))
}
