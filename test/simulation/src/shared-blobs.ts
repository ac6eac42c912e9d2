/** One blob store in memory for all processes of a world: each process writes under its own incarnation. */
import { type BlobStore, createMemoryBlobStore } from '@bindery/storage'
import { countingMoves, type Moves, type WorldBlobs } from './stores.js'

export class SharedBlobs implements WorldBlobs {
  readonly moves: Moves = { writes: 0, reads: 0 }
  /** Bytes of the largest blob that its id carries, in stores that are opened later; undefined: no id carries bytes. */
  carriedBytesMax: number | undefined
  /** By incarnation, in the order of their names. */
  readonly #stores = new Map<string, BlobStore>()

  /** The store as a new process sees it. */
  open(incarnation: string): BlobStore {
    const { carriedBytesMax } = this
    const own = createMemoryBlobStore({ incarnation, ...(carriedBytesMax !== undefined && { carriedBytesMax }) })
    this.#stores.set(incarnation, own)
    const storeOf = (id: string): BlobStore => this.#stores.get(id.split('-')[0] ?? '') ?? own
    const stores = this.#stores
    const shared: BlobStore = {
      incarnation,
      write: (source, options) => own.write(source, options),
      read: (id, range, options) => storeOf(id).read(id, range, options),
      crc64: (id, range, options) => storeOf(id).crc64(id, range, options),
      delete: (id) => storeOf(id).delete(id),
      async *list(after) {
        for (const name of [...stores.keys()].sort()) yield* stores.get(name)?.list(after) ?? []
      },
      close: async () => {},
    }
    return countingMoves(shared, this.moves)
  }

  /** Ids of all blobs. */
  async ids(): Promise<string[]> {
    const ids: string[] = []
    for (const store of this.#stores.values()) for await (const { id } of store.list()) ids.push(id)
    return ids
  }
}
