/** The stores of a world: by default both are in memory, and shared by its processes. */
import {
  type Awaitable,
  type BlobStore,
  carriesBytes,
  createMemoryMetadataStore,
  type MetadataStore,
} from '@bindery/storage'
import { SharedBlobs } from './shared-blobs.js'

/** Blobs written and read, to prove that an operation moved no bytes. */
export interface Moves {
  writes: number
  reads: number
}

/** The blobs of all processes of a world. */
export interface WorldBlobs {
  readonly moves: Moves
  /** Bytes of the largest blob that its id carries, in stores that are opened later; undefined: as the engine has it. */
  carriedBytesMax: number | undefined
  /** The store as a new process sees it. */
  open(incarnation: string): Awaitable<BlobStore>
  /** Ids of all blobs. */
  ids(): Promise<string[]>
}

/** The stores of one run of a plan. */
export interface Stores {
  /** For audits. */
  readonly metadata: MetadataStore
  readonly blobs: WorldBlobs
  /** The metadata as a new process sees them. */
  openMetadata(incarnation: string): Awaitable<MetadataStore>
  /** Until it is set again, the servers of the engines fail by this seed; undefined: none fails. */
  setFaults(seed: number | undefined): void
  /** Called once, when the run has ended. */
  close(): Promise<void>
}

/** Makes empty stores. */
export type OpenStores = () => Awaitable<Stores>

/** Stores in memory. */
export const memoryStores: OpenStores = () => storesOn(createMemoryMetadataStore({ runBodiesTwice: true }))

/** Blobs in memory, and one metadata store for all processes. */
export function storesOn(metadata: MetadataStore): Stores {
  return {
    metadata,
    blobs: new SharedBlobs(),
    openMetadata: () => metadata,
    setFaults: () => {},
    close: async () => {},
  }
}

/** Counts blobs that are written to a store and read from it; what a record carries is not read from anywhere. */
export function countingMoves(store: BlobStore, moves: Moves): BlobStore {
  return {
    ...store,
    write(source, options) {
      moves.writes += 1
      return store.write(source, options)
    },
    read(id, range, options) {
      if (!carriesBytes(id)) moves.reads += 1
      return store.read(id, range, options)
    },
  }
}
