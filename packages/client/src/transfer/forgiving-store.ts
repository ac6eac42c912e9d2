/** Checkpoint stores that fail: what they would have remembered is lost, and the transfer is not. */
import type { CheckpointStore } from '../types/checkpoint.js'
import { OssError } from '../types/error.js'

/**
 * A store whose failures end no transfer, such as that of a folder that cannot be written. A lock that cannot be taken is not held. Only
 * an OssError passes: a store throws one to end a transfer.
 */
export function forgivingStore(store: CheckpointStore): CheckpointStore {
  const forgive = async <T>(work: () => Promise<T> | undefined, otherwise: T): Promise<T> => {
    try {
      return (await work()) ?? otherwise
    } catch (error) {
      if (error instanceof OssError) throw error
      return otherwise
    }
  }
  const { lock } = store
  return {
    get: (id) => forgive(() => store.get(id), undefined),
    put: (checkpoint) => forgive(() => store.put(checkpoint), undefined),
    delete: (id) => forgive(() => store.delete(id), undefined),
    list: (filter) => store.list(filter),
    putHandle: (id, handle) => forgive(() => store.putHandle?.(id, handle), undefined),
    getHandle: (id) => forgive(() => store.getHandle?.(id), undefined),
    ...(lock && {
      async lock(id) {
        try {
          const release = await lock.call(store, id)
          return release && (() => forgive(release, undefined))
        } catch (error) {
          if (error instanceof OssError) throw error
          return async () => {}
        }
      },
    }),
  }
}
