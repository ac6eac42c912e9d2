import { upperHex } from '@bindery/bytes'
import type { Digests } from '@bindery/protocol'
import type { BlobStore, MetadataStore } from '@bindery/storage'
import type { Peers, ServiceOptions } from '../options.js'
import { ReadRegistry } from './bytes/reads.js'
import { Announcer, EventHub } from './events.js'
import { DamageReports } from './stored/damage.js'

/** What all of the domain's functions work with. */
export interface Domain {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly digests: Digests
  /** Milliseconds since 1970. Times are for users to see; nothing is ordered or freed by them. */
  readonly clock: () => number
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly random: (bytes: number) => Uint8Array
  readonly reads: ReadRegistry
  readonly peers: Peers
  readonly events: Announcer
  /** Takes damage that work met which nobody waits for. */
  readonly damage: DamageReports
  /** How long the answer of a Complete is kept; 0: a repeated Complete finds no upload, as with OSS. */
  readonly receiptMs: number
}

export function createDomain(options: ServiceOptions): Domain {
  const { metadata, blobs, digests, clock, sleep, random } = options
  const reads = new ReadRegistry()
  const events = new Announcer(options.events ?? new EventHub(), blobs.incarnation, clock)
  const receiptMs = options.strict ? 0 : options.receiptMs
  const peers = options.peers ?? reads
  const damage = new DamageReports(options.onDamage ?? (() => {}))
  return { metadata, blobs, digests, clock, sleep, random, reads, peers, events, damage, receiptMs }
}

/** What makes ids. */
export type Chance = Pick<Domain, 'random'>

/** A random id: 32 upper-case hex digits. */
export function newId({ random }: Chance): string {
  return upperHex(random(16))
}

/** An id that begins with the time (6 bytes of milliseconds), so that uploads of a key sort as they were begun. */
export function newUploadId({ clock, random }: Domain): string {
  return clock().toString(16).padStart(12, '0').toUpperCase() + upperHex(random(10))
}
