import { afterTurn } from '../after-turn.js'
import { type AskedRange, AttemptWrites, overlay, type SnapshotRow } from '../attempt-writes.js'
import { type Awaitable, settle } from '../awaitable.js'
import { copyBytes, type KeyText, keyBytes } from '../bytes.js'
import type { Bytes, RangeOptions, Row, Transaction } from '../metadata-store.js'
import { StorageError } from '../storage-error.js'
import {
  ABSENT,
  type RemoteChanges,
  type RemoteEngine,
  type RemoteRow,
  type RemoteSnapshot,
  type SeenKey,
  type SeenRange,
} from './remote-engine.js'

/** Rows by their keys, as a read has found them. */
export type RecalledRows = ReadonlyMap<KeyText, RemoteRow | undefined>

const NOTHING: RecalledRows = new Map()

/** How a body runs against a server. */
export interface AttemptOptions {
  /** The body is to be committed. */
  readonly records: boolean
  /** The first round takes a snapshot too, so that no later one can find that the store has moved on. */
  readonly usesSnapshot: boolean
  /** Rows that the first round fetches too. */
  readonly along?: readonly KeyText[]
  /** Rows that the body sees without a round trip; the commit finds out whether they are still the same. */
  readonly recalled?: RecalledRows
}

/** The reads of a body's second round would not see the state that its first round saw: it must run again. */
export class StateMoved extends StorageError {
  constructor() {
    super('conflict', 'the store has moved on between two rounds of reads')
  }
}

/** Reads of one body that travel together. */
class Flight {
  readonly keys = new Set<KeyText>()
  readonly ranges: { readonly asked: AskedRange; readonly found: (rows: readonly RemoteRow[]) => void }[] = []
  readonly landed: Promise<void>
  land: () => void = () => {}
  fail: (error: unknown) => void = () => {}

  constructor() {
    this.landed = new Promise((resolve, reject) => {
      this.land = resolve
      this.fail = reject
    })
    // the attempt fails with this error anyway, even when the body never looks at its answer
    this.landed.catch(() => {})
  }
}

/**
 * One run of a body against a server. The reads that a body starts before it waits travel together. The first round, if
 * it reads keys alone, needs no snapshot: its answer is one state. A later round takes a snapshot, and checks in the
 * same flight that the first round would still get the same answer there.
 */
export class RemoteAttempt extends AttemptWrites implements Transaction {
  readonly #engine: RemoteEngine
  readonly #usesSnapshot: boolean
  readonly #along: readonly KeyText[]
  readonly #known = new Map<KeyText, RemoteRow | undefined>()
  /** Rows that an earlier read found, until the first flight departs: what comes later must be of the same state. */
  #recalled: RecalledRows
  #hasRecalled = false
  readonly #ranges: SeenRange[] = []
  #snapshot: RemoteSnapshot | undefined
  #filling: Flight | undefined
  /** Flights that are being filled or are under way. */
  #underway = 0
  #refuse: () => void = () => {}

  constructor(engine: RemoteEngine, { records, usesSnapshot, along = [], recalled = NOTHING }: AttemptOptions) {
    super(records)
    this.#engine = engine
    this.#usesSnapshot = usesSnapshot
    this.#along = along
    this.#recalled = recalled
  }

  /** Rows that were read by their keys, also those that are absent. */
  get known(): RecalledRows {
    return this.#known
  }

  /** Whether the body has seen rows of an earlier read. */
  get hasRecalled(): boolean {
    return this.#hasRecalled
  }

  /** The reads and writes, for the commit. */
  get changes(): RemoteChanges {
    const keys = [...this.#known].map(([key, row]): SeenKey => ({ key, version: row?.version ?? ABSENT }))
    return { keys, ranges: this.#ranges, writes: this.writes }
  }

  /**
   * Runs the body to its end. Rejects with StorageError `misuse` if the body waits for anything but this attempt.
   * Throws StateMoved where it must run again.
   */
  async run<T>(body: () => Awaitable<T>): Promise<T> {
    try {
      const result = await new Promise<T>((resolve, reject) => {
        this.#refuse = () =>
          reject(new StorageError('misuse', 'the body of a transaction or read awaits something else than it'))
        this.#watch()
        void settle(body, resolve, reject)
      })
      this.finish()
      return result
    } finally {
      this.#refuse = () => {}
      this.close()
      this.#snapshot?.release()
    }
  }

  get(key: Bytes): Promise<Bytes | undefined> {
    const answer = this.getMany([key]).then(([value]) => value)
    answer.catch(() => {})
    return answer
  }

  getMany(keys: readonly Bytes[]): Promise<(Bytes | undefined)[]> {
    return this.#answer(() => {
      const texts = keys.map((key) => this.admitKey(key))
      const own = new Map(
        texts.filter((key) => this.writes.rows.has(key)).map((key) => [key, this.writes.rows.get(key)]),
      )
      const missing = texts.filter((key) => !own.has(key) && !this.#known.has(key) && !this.#recall(key))
      const flight = missing.length === 0 ? undefined : this.#fill()
      for (const key of missing) flight?.keys.add(key)
      return { flight, read: () => texts.map((key) => (own.has(key) ? this.#own(own.get(key)) : this.#value(key))) }
    })
  }

  range(from: Bytes, to: Bytes, options: RangeOptions): Promise<Row[]> {
    return this.#answer(() => {
      const asked = this.admitRange(from, to, options)
      if (asked === undefined) return { flight: undefined, read: () => [] }
      const own = this.writes.between(asked.from, asked.to)
      // each own write hides at most one stored row, so this many more are enough
      const stored = { ...asked, limit: asked.limit + own.length }
      let rows: readonly RemoteRow[] = []
      const flight = this.#fill()
      flight.ranges.push({
        asked: stored,
        found: (found) => {
          rows = found
          if (this.records) this.#ranges.push({ ...stored, rows: found.map(({ key, version }) => ({ key, version })) })
        },
      })
      return { flight, read: () => this.#rows(rows, own, asked, options.onDamaged) }
    })
  }

  #recall(key: KeyText): boolean {
    if (!this.#recalled.has(key)) return false
    this.#known.set(key, this.#recalled.get(key))
    this.#hasRecalled = true
    return true
  }

  #own(value: Bytes | undefined): Bytes | undefined {
    this.allowance.valueRead(value)
    return value && copyBytes(value)
  }

  #value(key: KeyText): Bytes | undefined {
    const row = this.#known.get(key)
    if (row === undefined) return undefined
    if (row.value instanceof StorageError) throw row.value
    this.allowance.valueRead(row.value)
    return copyBytes(row.value)
  }

  #rows(
    found: readonly RemoteRow[],
    own: readonly [KeyText, Bytes | undefined][],
    { limit, reverse }: AskedRange,
    onDamaged: RangeOptions['onDamaged'],
  ): Row[] {
    const sound: SnapshotRow[] = []
    for (const { key, value } of found) {
      if (!(value instanceof StorageError)) sound.push({ key, value })
      else if (onDamaged === undefined) throw value
      else onDamaged(value)
    }
    return overlay(sound, own, reverse)
      .slice(0, limit)
      .map((row) => {
        this.allowance.rowRead(row.key, row.value)
        return { key: keyBytes(row.key), value: this.lend(row.value) }
      })
  }

  /** Sends the read, and decodes the answer when the flight has landed. */
  #answer<T>(ask: () => { readonly flight: Flight | undefined; readonly read: () => T }): Promise<T> {
    const answer = this.#answerOf(ask)
    // the attempt fails with this error anyway, even when the body never looks at this promise
    answer.catch(() => {})
    return answer
  }

  async #answerOf<T>(ask: () => { readonly flight: Flight | undefined; readonly read: () => T }): Promise<T> {
    const { flight, read } = this.guard(ask)
    await flight?.landed
    return this.guard(read)
  }

  #fill(): Flight {
    if (this.#filling !== undefined) return this.#filling
    const flight = new Flight()
    this.#filling = flight
    this.#underway += 1
    afterTurn(() => void this.#depart(flight))
    return flight
  }

  async #depart(flight: Flight): Promise<void> {
    this.#filling = undefined
    try {
      await this.#fetch(flight)
      flight.land()
    } catch (error) {
      this.noteFailure(error)
      flight.fail(error)
    }
    this.#underway -= 1
    this.#watch()
  }

  async #fetch({ keys: asked, ranges }: Flight): Promise<void> {
    const isFirst = this.#known.size === 0 && this.#ranges.length === 0 && this.#snapshot === undefined
    const keys = isFirst ? [...new Set([...asked, ...this.#along])] : [...asked]
    this.#recalled = NOTHING
    if (isFirst && ranges.length === 0 && !this.#usesSnapshot) {
      this.#remember(keys, await this.#engine.rows(keys))
      return
    }
    const before = this.#snapshot === undefined ? [...this.#known] : []
    this.#snapshot ??= this.#engine.snapshot()
    const snapshot = this.#snapshot
    const [versions, rows, found] = await Promise.all([
      before.length === 0 ? [] : snapshot.versions(before.map(([key]) => key)),
      keys.length === 0 ? [] : snapshot.rows(keys),
      Promise.all(ranges.map(({ asked }) => rowsOf(snapshot, asked))),
    ])
    const moved = before.some(([, row], index) => (row?.version ?? ABSENT) !== versions[index])
    if (moved) throw new StateMoved()
    this.#remember(keys, rows)
    ranges.forEach((range, index) => {
      range.found(found[index] ?? [])
    })
  }

  #remember(keys: readonly KeyText[], rows: readonly (RemoteRow | undefined)[]): void {
    keys.forEach((key, index) => {
      this.#known.set(key, rows[index])
    })
  }

  /**
   * A body that still waits at the end of a turn in which none of its own reads is under way waits for something
   * foreign.
   */
  #watch(): void {
    afterTurn(() => {
      if (this.#underway === 0) this.#refuse()
    })
  }
}

function rowsOf(snapshot: RemoteSnapshot, { from, to, limit, reverse, grouping }: AskedRange): Promise<RemoteRow[]> {
  return grouping === undefined ? snapshot.range(from, to, limit, reverse) : snapshot.firsts(from, to, limit, grouping)
}
