/** A metadata store that records its commits, so that its state after a power loss can be rebuilt. */
import { type Bytes, createMemoryMetadataStore, type MetadataStore, type Transaction } from '@bindery/storage'
import type { Journal } from './journal.js'

type Write =
  | { readonly kind: 'set'; readonly key: Bytes; readonly value: Bytes }
  | { readonly kind: 'delete'; readonly key: Bytes }
  | { readonly kind: 'add'; readonly key: Bytes; readonly deltas: readonly number[] }

interface Commit {
  /** The tick at which its body ended for the last time: from then on the disk may have it. */
  readonly decided: number
  /** The tick at which it was acknowledged: from then on the disk has it. */
  readonly resolved: number
  readonly writes: readonly Write[]
}

/** Writes per commit while rebuilding a store: well below the limits of a transaction. */
const WRITES_AT_ONCE = 200

export class CommitLog {
  /** In commit order. */
  readonly #commits: Commit[] = []
  readonly #journal: Journal
  /** The state before the first of them. */
  readonly #before: readonly Write[]

  constructor(journal: Journal, before: readonly Write[] = []) {
    this.#journal = journal
    this.#before = before
  }

  /** The same store, recording each commit. */
  recording(store: MetadataStore): MetadataStore {
    return {
      read: (body) => store.read(body),
      close: () => store.close(),
      transact: async (body) => {
        let writes: Write[] = []
        let decided = 0
        const result = await store.transact(async (tx) => {
          writes = []
          const answer = await body(noting(tx, writes))
          decided = this.#journal.next()
          return answer
        })
        if (writes.length > 0) this.#commits.push({ decided, resolved: this.#journal.next(), writes })
        return result
      },
    }
  }

  /** The number of commits that were not acknowledged at a tick and may be durable: each only with all before it. */
  unansweredAt(tick: number): number {
    let count = 0
    for (const { decided, resolved } of this.#commits) {
      if (resolved <= tick) continue
      if (decided > tick) break
      count += 1
    }
    return count
  }

  /** All durable writes at a tick, with this many unacknowledged commits. */
  writesAt(tick: number, unanswered: number): Write[] {
    const answered = this.#commits.filter(({ resolved }) => resolved <= tick).length
    const commits = this.#commits.slice(0, answered + unanswered)
    return [...this.#before, ...commits.flatMap(({ writes }) => writes)]
  }
}

/** A store in memory to which these writes have been applied in order. */
export async function storeOf(writes: readonly Write[]): Promise<MetadataStore> {
  const store = createMemoryMetadataStore()
  for (const batch of batchesOf(writes)) {
    await store.transact(async (tx) => {
      for (const write of batch) {
        if (write.kind === 'set') tx.set(write.key, write.value)
        else if (write.kind === 'delete') tx.delete(write.key)
        else tx.add(write.key, write.deltas)
      }
    })
  }
  return store
}

/**
 * Splits writes so that no key is written twice in a batch, because one transaction may not both add to a row and set
 * it.
 */
function* batchesOf(writes: readonly Write[]): Generator<Write[]> {
  let batch: Write[] = []
  let keys = new Set<string>()
  for (const write of writes) {
    const key = Buffer.from(write.key).toString('latin1')
    if (keys.has(key) || batch.length === WRITES_AT_ONCE) {
      yield batch
      batch = []
      keys = new Set()
    }
    keys.add(key)
    batch.push(write)
  }
  yield batch
}

function noting(tx: Transaction, writes: Write[]): Transaction {
  return {
    get: (key) => tx.get(key),
    getMany: (keys) => tx.getMany(keys),
    range: (from, to, options) => tx.range(from, to, options),
    set(key, value) {
      tx.set(key, value)
      writes.push({ kind: 'set', key: Uint8Array.from(key), value: Uint8Array.from(value) })
    },
    delete(key) {
      tx.delete(key)
      writes.push({ kind: 'delete', key: Uint8Array.from(key) })
    },
    add(key, deltas) {
      tx.add(key, deltas)
      writes.push({ kind: 'add', key: Uint8Array.from(key), deltas: [...deltas] })
    },
  }
}
