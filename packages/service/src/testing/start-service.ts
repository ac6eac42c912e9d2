import {
  type BlobStore,
  createMemoryBlobStore,
  createMemoryMetadataStore,
  createRandom,
  type MetadataStore,
} from '@bindery/storage'
import type { AccessKey } from '../access/requester.js'
import { createService } from '../create-service.js'
import { RowCluster, type RowClusterOptions } from '../domain/cluster/row-cluster.js'
import { nodeDigests } from '../domain/testing.js'
import type { ServiceOptions } from '../options.js'
import type { Service } from '../service.js'
import type { Surfaces } from '../surface.js'
import { SURFACES } from '../surfaces.js'
import { testKeys } from './keys.js'
import { testSealer } from './sealer.js'

function accessKey(accessKeyId: string, id: string): AccessKey {
  return { accessKeyId, accessKeySecret: `${accessKeyId}-secret`, account: { id, displayName: id } }
}

/** The account that owns what tests create, by default. */
export const ROOT: AccessKey = accessKey('root', '1000000000000001')
/** Another account of the same server. */
export const OTHER: AccessKey = accessKey('other', '1000000000000002')

/**
 * A service in this process, on engines in memory, with a clock that stands still until a test advances it or the
 * service sleeps.
 */
export interface StartedService {
  readonly service: Service
  readonly cluster: RowCluster
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  /** Milliseconds since 1970. */
  now(): number
  advance(milliseconds: number): void
}

/** Options of a service, of its membership, and the seed of its ids. */
export type StartOptions = Partial<Omit<ServiceOptions, 'cluster'>> &
  Partial<Pick<RowClusterOptions, 'uptime' | 'nudge'>> & { readonly seed?: number; readonly surfaces?: Surfaces }

/** Starts a service with `assertDeclared`. The same seed generates the same ids. */
export async function startService(options: StartOptions = {}): Promise<StartedService> {
  const { seed = 1, surfaces = SURFACES, uptime = () => 0, nudge, ...given } = options
  const random = createRandom(seed)
  const keys = new Map([ROOT, OTHER].map((key) => [key.accessKeyId, key]))
  const metadata = given.metadata ?? createMemoryMetadataStore({ runBodiesTwice: true })
  const blobs = given.blobs ?? createMemoryBlobStore()
  let now = Date.UTC(2026, 0, 5, 8)
  const clock = given.clock ?? (() => now)
  const sleep = async (milliseconds: number): Promise<void> => {
    now += milliseconds
  }
  const { incarnation } = blobs
  const cluster = await RowCluster.join({ metadata, incarnation, clock, uptime, sleep: given.sleep ?? sleep, nudge })
  const all: ServiceOptions = {
    digests: nodeDigests,
    keys: testKeys,
    clock,
    sleep,
    random: (bytes) => Uint8Array.from({ length: bytes }, () => random.below(256)),
    accessKeys: { find: (id) => keys.get(id) },
    administrator: ROOT.account.id,
    sealer: testSealer(),
    region: 'cn-hangzhou',
    domains: [],
    receiptMs: 86_400_000,
    strict: false,
    assertDeclared: true,
    ...given,
    metadata,
    blobs,
    cluster,
  }
  const service = createService(all, surfaces)
  return {
    service,
    cluster,
    metadata,
    blobs,
    now: () => now,
    advance: (milliseconds) => {
      now += milliseconds
    },
  }
}
