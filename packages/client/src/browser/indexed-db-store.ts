/** Keeps checkpoints in IndexedDB: an upload goes on after a reload. Web Locks keep two tabs from driving one upload. */
import { isListed } from '../transfer/checkpoint.js'
import type { Checkpoint, CheckpointStore } from '../types/checkpoint.js'
import type { FileHandleLike } from '../types/file-handle.js'

const TABLE = 'checkpoints'
/** Handles of files, by the id of their checkpoint. */
const HANDLES = 'handles'

/**
 * A checkpoint store in the IndexedDB database `name`, which it creates on first use and keeps open. `lock` resolves
 * to undefined while another tab holds the upload; without Web Locks (insecure origins) every lock is granted. Rejects
 * with the DOMException of IndexedDB, for example when the quota is exhausted.
 */
export function indexedDbStore(name = 'bindery-transfers'): CheckpointStore {
  let opened: Promise<IDBDatabase> | undefined
  const table = async (mode: IDBTransactionMode, table = TABLE) => {
    opened ??= openDatabase(name)
    return (await opened).transaction(table, mode).objectStore(table)
  }
  return {
    get: async (id) => result((await table('readonly')).get(id)) as Promise<Checkpoint | undefined>,
    async put(checkpoint) {
      await result((await table('readwrite')).put(checkpoint))
    },
    async delete(id) {
      await result((await table('readwrite')).delete(id))
      await result((await table('readwrite', HANDLES)).delete(id))
    },
    async *list(filter) {
      const all = (await result((await table('readonly')).getAll())) as Checkpoint[]
      yield* all.filter((checkpoint) => isListed(checkpoint, filter))
    },
    async putHandle(id, handle) {
      await result((await table('readwrite', HANDLES)).put(handle, id))
    },
    getHandle: async (id) => result((await table('readonly', HANDLES)).get(id)) as Promise<FileHandleLike | undefined>,
    lock: (id) => lock(`${name}/${id}`),
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 2)
  request.onupgradeneeded = ({ oldVersion }) => {
    if (oldVersion < 1) request.result.createObjectStore(TABLE, { keyPath: 'id' })
    request.result.createObjectStore(HANDLES)
  }
  return result(request)
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** The browser releases the locks of a tab that is closed. */
function lock(name: string): Promise<(() => Promise<void>) | undefined> {
  return new Promise((resolve, reject) => {
    if (navigator.locks === undefined) return resolve(async () => {})
    navigator.locks
      .request(name, { ifAvailable: true }, (held) => {
        if (held === null) return resolve(undefined)
        return new Promise<void>((release) => resolve(async () => release()))
      })
      .catch(reject)
  })
}
