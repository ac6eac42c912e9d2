import type { Awaitable } from './awaitable.js'
import type { BlobId, BlobStore, LentBytes } from './blob-store.js'
import type { MetadataStore } from './metadata-store.js'
import { createRandom } from './random.js'
import { StorageError } from './storage-error.js'

/** How often a call fails, as a fraction from 0 to 1. */
export interface FaultRates {
  /** Before its effect: nothing has happened. */
  readonly before: number
  /** After its effect: it has happened, and only the answer is lost. For a read of a blob: while its bytes are on the way. */
  readonly after: number
}

/** Decorators whose faults come from one seed. */
export interface Faults {
  metadata(store: MetadataStore): MetadataStore
  blobs(store: BlobStore): BlobStore
}

/** Makes calls fail with StorageError `unavailable`, by chance and repeatably: the same seed and calls fail alike. */
export function withFaults(seed: number, rates: FaultRates): Faults {
  const random = createRandom(seed)

  function strike(when: keyof FaultRates, call: string): void {
    if (random.fraction() < rates[when]) throw new StorageError('unavailable', `injected ${when} ${call}`)
  }

  async function around<T>(call: string, run: () => Awaitable<T>): Promise<T> {
    strike('before', call)
    const result = await run()
    strike('after', call)
    return result
  }

  async function* broken(call: string, pieces: AsyncIterable<LentBytes>): AsyncGenerator<LentBytes> {
    strike('before', call)
    for await (const piece of pieces) {
      try {
        strike('after', call)
      } catch (fault) {
        piece.release()
        throw fault
      }
      yield piece
    }
  }

  async function* begun<T>(call: string, items: AsyncIterable<T>): AsyncGenerator<T> {
    strike('before', call)
    yield* items
  }

  return {
    metadata: (store) => ({
      transact: (body) => around('transact', () => store.transact(body)),
      read: (body) => around('read', () => store.read(body)),
      close: () => store.close(),
    }),
    blobs: (store) => ({
      incarnation: store.incarnation,
      write: (source, options) => around('write', () => store.write(source, options)),
      read: (id, range, options) => broken('read', store.read(id, range, options)),
      readNow(id, range) {
        strike('before', 'readNow')
        return store.readNow?.(id, range)
      },
      ...(store.carried && { carried: (id: BlobId) => store.carried?.(id) }),
      crc64: (id, range, options) => around('crc64', () => store.crc64(id, range, options)),
      delete: (id) => around('delete', () => store.delete(id)),
      list: (after) => begun('list', store.list(after)),
      ...(store.requireSpace && { requireSpace: () => around('requireSpace', async () => store.requireSpace?.()) }),
      close: () => store.close(),
    }),
  }
}
