/** The trail: which control actions were carried out, by which key, from where, and what they changed. */
import { upperHex } from '@bindery/bytes'
import type { Awaitable, Transaction } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { following } from '../stored/key-range.js'
import { trailRows } from '../stored/keyspace.js'
import { rowsIn } from '../stored/rows-in.js'
import type { Settings, TrailRecord } from '../stored/trail-model.js'

/** An entry with the account that it concerns. */
export interface TrailEntry extends TrailRecord {
  readonly account: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Entries that wait to be written; beyond them, requests wait. */
const WAITING_MAX = 1_000
/** Rows of one commit: entries without settings are small. */
const COMMIT_MAX = 100
/** Characters of the settings of an entry, in JSON. */
const SETTINGS_LENGTH_MAX = 24_000
/** Rows that one step of the expiry deletes. */
const EXPIRED_MAX = 1_000

/** Writes entries, and deletes those that are too old. */
export class Trail {
  readonly #domain: Domain
  readonly #retentionMs: number
  /** Counts down: of one moment, too, the newest entry is first. */
  #next = 2 ** 48 - 1
  #waiting: TrailEntry[] = []
  #writing: Promise<void> | undefined
  readonly #onWritten: (entry: TrailEntry) => void

  /** `onWritten` is called with each entry that is durable, as it was written. */
  constructor(domain: Domain, retentionMs: number, onWritten: (entry: TrailEntry) => void = () => {}) {
    this.#domain = domain
    this.#retentionMs = retentionMs
    this.#onWritten = onWritten
  }

  /** Resolves when the entry is durable. */
  async write(entry: TrailEntry): Promise<void> {
    const kept = withinBounds(entry)
    await this.#domain.metadata.transact(async (tx) => this.#put(tx, kept))
    this.#onWritten(kept)
  }

  /**
   * Has the entry written in the background, together with others: a process that ends suddenly loses those of the last
   * moment. Waits only where they are added faster than they are written.
   */
  note(entry: TrailEntry): Awaitable<void> {
    this.#waiting.push(entry)
    this.#writing ??= this.#writeWaiting()
    return this.#waiting.length > WAITING_MAX ? this.#writing : undefined
  }

  /** Resolves when all noted entries are written. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  /** Deletes entries beyond the retention, a step of them. */
  async expire(): Promise<void> {
    const limit = this.#domain.clock() - this.#retentionMs
    for (let from: Uint8Array | undefined = trailRows.all.from; from !== undefined; )
      from = await this.#expireNext(from, limit)
  }

  /** Deletes what has expired of the first account from a key on, and returns where the next begins. */
  async #expireNext(from: Uint8Array, limit: number): Promise<Uint8Array | undefined> {
    const { metadata } = this.#domain
    const [row] = await metadata.read((reader) => reader.range(from, trailRows.all.to, { limit: 1 }))
    if (row === undefined) return undefined
    const { account } = trailRows.namesOf(row.key)
    const { to } = trailRows.rangeUnder({ account })
    const old = trailRows.key({ account, at: Math.max(limit, 0), entry: 'F'.repeat(32) })
    const rows = await metadata.read((reader) => reader.range(following(old), to, { limit: EXPIRED_MAX }))
    if (rows.length > 0) await metadata.transact(async (tx) => rows.forEach(({ key }) => void tx.delete(key)))
    return to
  }

  async #writeWaiting(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const entries = this.#waiting.splice(0, COMMIT_MAX).map(withinBounds)
        await this.#domain.metadata.transact(async (tx) => entries.forEach((entry) => void this.#put(tx, entry)))
        entries.forEach(this.#onWritten)
      }
    } catch {
      // the store refuses all writes: the action that comes next will report it
      this.#waiting.length = 0
    } finally {
      this.#writing = undefined
    }
  }

  #nextEntry(): string {
    const count = this.#next.toString(16).toUpperCase().padStart(12, '0')
    this.#next -= 1
    return count + upperHex(this.#domain.random(10))
  }

  #put(tx: Transaction, { account, at, ...record }: TrailEntry): void {
    trailRows.set(tx, { account, at, entry: this.#nextEntry() }, record)
  }
}

function withinBounds({ before, after, question, ...entry }: TrailEntry): TrailEntry {
  return { ...entry, before: bounded(before), after: bounded(after), question: bounded(question) }
}

/** Settings as far as an entry has room for them. */
function bounded(settings: Settings | undefined): Settings | undefined {
  if (settings === undefined) return undefined
  let room = SETTINGS_LENGTH_MAX
  const kept = Object.entries(settings).map(([name, value]) => {
    const { length } = JSON.stringify(value) ?? ''
    room -= length
    return [name, room >= 0 ? value : { omitted: `${length} characters` }]
  })
  return Object.fromEntries(kept)
}

/** The members of two states that differ; undefined where none does. */
export function differences(
  before: Settings,
  after: Settings,
): { readonly before?: Settings; readonly after?: Settings } {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  if (changed.length === 0) return {}
  const of = (state: Settings) => Object.fromEntries(changed.map((name) => [name, state[name]]))
  return { before: of(before), after: of(after) }
}

/** A search in the trail of an account; absent members do not restrict it. */
export interface TrailQuery {
  /** Milliseconds since 1970, inclusive. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  readonly bucket?: string | undefined
  readonly operation?: string | undefined
  readonly accessKeyId?: string | undefined
  /** As `nextMarker` returned it. */
  readonly marker?: string | undefined
  readonly limit: number
}

/** A page of the trail. */
export interface TrailPage {
  readonly items: readonly TrailEntry[]
  /** Absent on the last page. */
  readonly nextMarker?: string
}

const ROWS_AT_ONCE = 90

/** Entries of an account, the newest first. */
export async function searchTrail(domain: Domain, account: string, query: TrailQuery): Promise<TrailPage> {
  const { since = 0, until = domain.clock(), marker, limit } = query
  const last = { account, at: since, entry: 'F'.repeat(32) }
  const range = {
    from: trailRows.key({ account, at: until, entry: '0'.repeat(32) }),
    to: following(trailRows.key(last)),
  }
  const from = marker === undefined ? range.from : following(markedKey(account, marker))
  const items: TrailEntry[] = []
  let marked = ''
  for await (const row of rowsIn(domain.metadata, { from, to: range.to }, { atOnce: ROWS_AT_ONCE })) {
    const { at, entry } = trailRows.namesOf(row.key)
    const found = { account, at, ...trailRows.decodeRow(row) }
    if (!isSought(found, query)) continue
    if (items.length === limit) return { items, nextMarker: marked }
    items.push(found)
    marked = `${at}-${entry}`
  }
  return { items }
}

function isSought(entry: TrailEntry, { bucket, operation, accessKeyId }: TrailQuery): boolean {
  return (
    (bucket === undefined || entry.bucket === bucket) &&
    (operation === undefined || entry.operation === operation) &&
    (accessKeyId === undefined || entry.actor.accessKeyId === accessKeyId)
  )
}

function markedKey(account: string, marker: string): Uint8Array {
  const [at = '', entry = ''] = marker.split('-')
  return trailRows.key({ account, at: Number(at), entry })
}
