/**
 * The engines of clusters under the simulation: metadata in PostgreSQL, blobs in an S3 store that fails. Their answers take
 * real time, so a seed does not repeat a history; everything else is as in memory.
 */
import { randomBytes } from 'node:crypto'
import { type BlobEntry, type BlobStore, createRandom, type MetadataStore } from '@bindery/storage'
import { createRemoteMemoryStore } from '@bindery/storage/testing'
import { openPostgresMetadataStore } from '@bindery/storage-postgres'
import { openS3BlobStore } from '@bindery/storage-s3'
import { runStatements, startPostgres } from '../../../packages/storage-postgres/dist/testing/postgres-server.js'
import { startBindery } from '../../../packages/storage-s3/dist/testing/bindery-server.js'
import { type Fault, startFaultyProxy } from '../../../packages/storage-s3/dist/testing/faulty-proxy.js'
import type { Engines } from './campaign.js'
import { SharedBlobs } from './shared-blobs.js'
import { countingMoves, type Moves, type OpenStores, type Stores, storesOn, type WorldBlobs } from './stores.js'

/** Engines whose servers run. */
export interface StartedEngines extends Engines {
  stop(): Promise<void>
}

/** Metadata as on a network, with their server in this process; blobs in memory. */
export async function startRemote(): Promise<StartedEngines> {
  return { name: 'remote', open: () => storesOn(createRemoteMemoryStore()), stop: async () => {} }
}

/** Metadata in a PostgreSQL, where each process has a session of its own; blobs in memory. */
export async function startPostgresEngine(): Promise<StartedEngines> {
  const server = await startPostgres()
  const url = await server.database('simulation')
  const open: OpenStores = async () => {
    const opened: MetadataStore[] = []
    const openMetadata = async (session: string): Promise<MetadataStore> => {
      const store = await openPostgresMetadataStore({ url, session, migrate: true, snapshots: SNAPSHOTS })
      opened.push(store)
      return store
    }
    const metadata = await openMetadata('audit')
    await runStatements(url, "TRUNCATE bindery.kv; DELETE FROM bindery.session WHERE id <> 'audit'")
    const close = async (): Promise<void> => {
      await Promise.all(opened.map((store) => store.close()))
    }
    return { metadata, blobs: new SharedBlobs(), openMetadata, setFaults: () => {}, close }
  }
  return { name: 'postgres', open, stop: () => server.dispose() }
}

/** Connections of a process for reads that need a snapshot. */
const SNAPSHOTS = 3

/** Metadata in memory; blobs in an S3 store, whose requests fail where a plan requires it. */
export async function startS3Engine(): Promise<StartedEngines> {
  const server = await startBindery()
  const proxy = await startFaultyProxy(server.endpoint)
  const open: OpenStores = async () => {
    const { metadata, openMetadata } = storesOn(createRemoteMemoryStore())
    const place = await server.place({ endpoint: proxy.endpoint })
    const blobs = new BlobsInS3((incarnation) => openS3BlobStore({ place, incarnation, bufferBytes: BUFFER_BYTES }))
    const setFaults = (seed: number | undefined): void => {
      proxy.plan = seed === undefined ? () => undefined : faultsOf(seed)
    }
    const close = async (): Promise<void> => {
      setFaults(undefined)
      await blobs.close()
    }
    return { metadata, blobs, openMetadata, setFaults, close } satisfies Stores
  }
  const stop = async (): Promise<void> => {
    await proxy.close()
    await server.stop()
  }
  return { name: 's3', open, stop }
}

const BUFFER_BYTES = 32 * 1024 ** 2
/** One request in this many fails. */
const REQUESTS_PER_FAULT = 12
const FAULTS: readonly Fault[] = ['refuse', 'loseAnswer', 'cutRequest', 'cutAnswer', 'changeAnswer', 'changeRequest']

function faultsOf(seed: number): () => Fault | undefined {
  const random = createRandom(seed)
  return () => (random.below(REQUESTS_PER_FAULT) === 0 ? FAULTS[random.below(FAULTS.length)] : undefined)
}

/** The blobs of all processes in one bucket. */
class BlobsInS3 implements WorldBlobs {
  readonly moves: Moves = { writes: 0, reads: 0 }
  carriedBytesMax: number | undefined
  readonly #openStore: (incarnation: string) => Promise<BlobStore>
  readonly #opened: BlobStore[] = []

  constructor(openStore: (incarnation: string) => Promise<BlobStore>) {
    this.#openStore = openStore
  }

  async open(incarnation: string): Promise<BlobStore> {
    const store = await this.#openStore(incarnation)
    this.#opened.push(store)
    return countingMoves({ ...store, list: (after) => withHints(store.list(after)) }, this.moves)
  }

  async ids(): Promise<string[]> {
    const store = await this.#openStore(randomBytes(8).toString('hex'))
    const ids: string[] = []
    try {
      for await (const { id } of store.list()) ids.push(id)
    } finally {
      await store.close()
    }
    return ids
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((store) => store.close()))
  }
}

/** Entries with the hints that they cost a request for: the scheduler knows of no others. */
async function* withHints(entries: AsyncIterable<BlobEntry>): AsyncGenerator<BlobEntry> {
  for await (const entry of entries) {
    const hint = await entry.hint()
    yield { ...entry, hint: async () => hint }
  }
}

/** How engines are started, by the name of the choice. */
export const ENGINES: Readonly<Record<string, () => Promise<StartedEngines>>> = {
  remote: startRemote,
  postgres: startPostgresEngine,
  s3: startS3Engine,
}
