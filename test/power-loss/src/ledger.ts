/** The requests to a store and the promises that it made, with their times. */
import { createRandom, type ReadOptions } from '@bindery/storage'
import { testCipher } from '@bindery/storage/testing'
import { randomBytes } from './source.js'

/** One blob. Ticks are those of the journal of the current life; events of earlier lives have tick 0. */
export interface LedgerEntry {
  /** The owner in its hint, which no other blob has. */
  readonly owner: string
  readonly content: Buffer
  /** How it is written and read: every other blob is encrypted. */
  readonly encryption: ReadOptions
  /** When its write was acknowledged; from then on it has an id. */
  readonly resolved: number
  readonly id: string | undefined
  /** When its deletion was requested. */
  readonly deleteBegan: number
  /** When its deletion was acknowledged: from then on the blob must not come back. */
  readonly deleted: number
}

const CIPHER = testCipher('power loss')

const NEVER = Number.POSITIVE_INFINITY

export class Ledger {
  readonly #entries = new Map<string, LedgerEntry>()
  #count = 0

  /** Records a write that begins. */
  begin(size: number): LedgerEntry {
    const owner = `owner-${this.#count}`
    const content = randomBytes(createRandom(this.#count), size)
    const encryption = this.#count % 2 === 1 ? { cipher: CIPHER } : {}
    this.#count += 1
    return this.#put({ owner, content, encryption, resolved: NEVER, id: undefined, deleteBegan: NEVER, deleted: NEVER })
  }

  resolve({ owner }: LedgerEntry, id: string, tick: number): void {
    this.#put({ ...this.get(owner), id, resolved: tick })
  }

  beginDelete({ owner }: LedgerEntry, tick: number): void {
    const entry = this.get(owner)
    this.#put({ ...entry, deleteBegan: Math.min(entry.deleteBegan, tick) })
  }

  endDelete({ owner }: LedgerEntry, tick: number): void {
    const entry = this.get(owner)
    this.#put({ ...entry, deleted: Math.min(entry.deleted, tick) })
  }

  /** Throws if no blob was ever written for this owner. */
  get(owner: string): LedgerEntry {
    const entry = this.#entries.get(owner)
    if (entry === undefined) throw new Error(`nothing was written for ${owner}`)
    return entry
  }

  has(owner: string): boolean {
    return this.#entries.has(owner)
  }

  get entries(): LedgerEntry[] {
    return [...this.#entries.values()]
  }

  /** Blobs for which no deletion was requested. */
  get living(): LedgerEntry[] {
    return this.entries.filter(({ id, deleteBegan }) => id !== undefined && deleteBegan === NEVER)
  }

  /** Blobs whose deletion was acknowledged. */
  get deleted(): LedgerEntry[] {
    return this.entries.filter(({ deleted }) => deleted !== NEVER)
  }

  /** The knowledge after a power loss at a tick: an answer that had not come never comes. */
  after(tick: number): Ledger {
    const next = new Ledger()
    next.#count = this.#count
    for (const entry of this.#entries.values()) {
      const { resolved, id, deleteBegan, deleted } = entry
      const wasAnswered = resolved <= tick
      next.#put({
        ...entry,
        resolved: wasAnswered ? 0 : NEVER,
        id: wasAnswered ? id : undefined,
        deleteBegan: deleteBegan <= tick ? 0 : NEVER,
        deleted: deleted <= tick ? 0 : NEVER,
      })
    }
    return next
  }

  #put(entry: LedgerEntry): LedgerEntry {
    this.#entries.set(entry.owner, entry)
    return entry
  }
}
