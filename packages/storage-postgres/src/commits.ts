import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ABSENT, DamagedRow, type KeyText, type RemoteChanges, type SeenRange, StorageError } from '@bindery/storage'
import { type Connection, isRefusal, type Parameter, type Scalar } from './connection.js'
import { bytesOf, readRows } from './rows.js'
import { BELOW_FLOOR, FENCED, FROZEN, NO_COUNTERS } from './schema.js'
import { sealValue } from './sealed-value.js'

/** In a statement: what it waits for is not waited for longer than this parameter's milliseconds. Where it is refused, nothing was done. */
const waitingAtMost = (parameter: string): string => `set_config('lock_timeout', ${parameter}, true)`

/** In a statement: its commit is durable when it is answered, whatever the database or the role has set. */
const DURABLE = `set_config('synchronous_commit',
  CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true)`

const COMMIT = `SELECT unnest(bindery.commit_3($1, $2, $3,
  $4::bytea[], $5::bigint[], $6::int[],
  $7::bytea[], $8::bytea[], $9::int[], $10::bool[], $11::bytea[], $12::int[],
  $13::bytea[], $14::bytea[], $15::int[],
  $16::bytea[], $17::int[], $18::bigint[], $19::int[])) FROM (SELECT ${waitingAtMost('$20')}, ${DURABLE}) settings`

const BEGIN_SESSION = "INSERT INTO bindery.session VALUES ($1, 0, '{}')"
const END_SESSION = 'DELETE FROM bindery.session WHERE id = $1'
/** Takes the number of a batch away: its own commit can no longer find the number before it. */
const CANCEL = `UPDATE bindery.session SET number = $2, failed = '{-1}'
  WHERE id = $1 AND number = $2::bigint - 1 AND ${waitingAtMost('$3')} <> '' AND ${DURABLE} <> ''
  RETURNING number`
/**
 * A row for each attempt that did not hold, and one with none. It writes the row again: where the server was started again while
 * a batch waited for the standby, the batch is visible, and on the standby only when this commit is, too.
 */
const OUTCOME = `WITH known AS (
    UPDATE bindery.session SET number = number WHERE id = $1 AND ${waitingAtMost('$2')} <> '' AND ${DURABLE} <> ''
      RETURNING failed
  ) SELECT unnest(failed || NULL::int) FROM known`
const CANCELLED = -1

const ENDED = 'another process has ended this session'
const TOO_OLD = 'the database takes no more commits from this release: a newer one is required'

const ATTEMPTS_MAX = 128
const BYTES_MAX = 2 * 1024 ** 2
const RETRY_MS = 100
/**
 * Waits for locks end before the answer is given up for lost. Otherwise the server would keep a session for each try, for as long as
 * a silent standby keeps the first of them from ending: soon it would accept no others.
 */
const LOCK_SHARE = 2 / 3

/** An attempt that waits to be committed. */
interface Waiting {
  readonly changes: RemoteChanges
  readonly resolve: (isCommitted: boolean) => void
  readonly reject: (error: unknown) => void
}

/** How the commits of a process went so far. */
export interface CommitCounts {
  /** Batches that were committed, and attempts in them. */
  batches: number
  attempts: number
  /** Attempts whose reads no longer held: their bodies run again. */
  outdated: number
  /** Batches whose answer was lost, so that their outcome had to be looked up. */
  lost: number
  /** Seconds from sending batches until they were durable: the wait for the lane included. */
  seconds: number
}

/** The connection and the session under which a process commits its transactions. */
export interface CommitsOptions {
  readonly connection: Connection
  /** Names the row by which this process's batches are counted. */
  readonly session: string
  /** Milliseconds after which calls fail because the database does not answer, while the outcome is still being looked up. */
  readonly patienceMs: number
  /** Called once, when another process has ended the session, or this release may no longer commit: this one must stop. */
  readonly onFenced: (reason: StorageError) => void
}

/**
 * Commits in batches, one under way at a time: while it travels, the next one fills. Each batch has the session's next
 * number, which its commit writes down; so after a lost answer this process takes the number away, or learns that it was
 * used, and nothing is applied twice or forgotten.
 */
export class Commits {
  readonly #options: CommitsOptions
  readonly #lockMs: string
  #waiting: Waiting[] = []
  /** The number of the last batch whose outcome is known. */
  #number = 0
  #working: Promise<void> | undefined
  readonly counts: CommitCounts = { batches: 0, attempts: 0, outdated: 0, lost: 0, seconds: 0 }
  /** The last batch is not waited for any more. */
  #isAbandoned = false
  /** Why nothing can be committed now. */
  #refusal: StorageError | undefined

  constructor(options: CommitsOptions) {
    this.#options = options
    this.#lockMs = String(Math.ceil(options.connection.answerTimeoutMs * LOCK_SHARE))
  }

  async begin(): Promise<void> {
    await this.#options.connection.query(BEGIN_SESSION, [this.#options.session])
  }

  /** As `RemoteEngine.commit`. */
  commit(changes: RemoteChanges, again: boolean): Promise<boolean> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal)
    return new Promise((resolve, reject) => {
      const waiting = { changes, resolve, reject }
      if (again) this.#waiting.unshift(waiting)
      else this.#waiting.push(waiting)
      this.#working ??= this.#work()
    })
  }

  /** Ends the session of another process: none of its commits goes through after this. */
  async endSession(session: string): Promise<void> {
    await this.#options.connection.query(END_SESSION, [session])
  }

  /** Ends the session when everything that waits has an outcome, or when the database has been silent for too long. */
  async close(): Promise<void> {
    const timer = setTimeout(() => {
      this.#isAbandoned = true
    }, this.#options.patienceMs)
    await this.#working
    clearTimeout(timer)
    await this.#options.connection.query(END_SESSION, [this.#options.session]).catch(() => {})
  }

  async #work(): Promise<void> {
    // collect the commits of this turn into the first batch
    await undefined
    while (this.#waiting.length > 0) {
      const { batch, rest } = nextBatch(this.#waiting)
      this.#waiting = rest
      await this.#commitBatch(batch)
    }
    // in the same turn: what comes after the last look starts the work again
    this.#working = undefined
  }

  async #commitBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const failed = await this.#send(batch)
      const written = new Written()
      batch.forEach(({ changes, resolve }, index) => {
        if (!failed.has(index)) written.add(changes)
        resolve(!failed.has(index))
      })
      this.#dropOutdated(written)
    } catch (error) {
      const [only, ...others] = batch
      if (only !== undefined && others.length > 0 && isCode(error, NO_COUNTERS)) {
        // one of them adds to what holds no counters: each alone shows which
        for (const waiting of batch) await this.#commitBatch([waiting])
        return
      }
      const reason = isCode(error, NO_COUNTERS) && only ? await this.#damageIn(only.changes) : failureOf(error)
      for (const { reject } of batch) reject(reason)
    }
  }

  /** Fails attempts in the queue that have read what a batch has just written, without a trip: they are outdated. */
  #dropOutdated(written: Written): void {
    const outdated = new Set(this.#waiting.filter(({ changes }) => written.isReadBy(changes)))
    if (outdated.size === 0) return
    this.#waiting = this.#waiting.filter((waiting) => !outdated.has(waiting))
    for (const { resolve } of outdated) resolve(false)
  }

  /** The positions in the batch of those that no longer hold. */
  async #send(batch: readonly Waiting[]): Promise<ReadonlySet<number>> {
    const { connection, session } = this.#options
    for (;;) {
      const number = this.#number + 1
      const sentAt = performance.now()
      try {
        const values = [session, number, newVersion(), ...columnsOf(batch), this.#lockMs]
        const rows = await connection.query(COMMIT, values)
        this.#number = number
        this.#count(batch.length, rows.length, performance.now() - sentAt)
        return new Set(rows.map(([attempt]) => Number(attempt)))
      } catch (error) {
        if (isCode(error, FENCED)) throw this.#fenced(ENDED)
        if (isCode(error, BELOW_FLOOR)) throw this.#fenced(TOO_OLD)
        if (isRefusal(error)) throw error
      }
      this.counts.lost += 1
      const outcome = await this.#outcomeWithin(number, batch)
      if (outcome !== 'cancelled') return outcome
    }
  }

  #count(attempts: number, outdated: number, milliseconds: number): void {
    this.counts.batches += 1
    this.counts.attempts += attempts
    this.counts.outdated += outdated
    this.counts.seconds += milliseconds / 1_000
  }

  /** As `#outcomeOf`; attempts that wait longer than the patience fail, and no new ones are accepted until the outcome is known. */
  async #outcomeWithin(number: number, batch: readonly Waiting[]): Promise<ReadonlySet<number> | 'cancelled'> {
    let gaveUp: StorageError | undefined
    const timer = setTimeout(() => {
      gaveUp = new StorageError('unavailable', 'the database does not answer')
      this.#refusal = gaveUp
      for (const { reject } of [...batch, ...this.#waiting]) reject(gaveUp)
      this.#waiting = []
    }, this.#options.patienceMs)
    try {
      const outcome = await this.#outcomeOf(number)
      this.#refusal = undefined
      if (outcome === 'cancelled' && gaveUp !== undefined) throw gaveUp
      return outcome
    } finally {
      clearTimeout(timer)
    }
  }

  /** The fate of a batch whose answer was lost; `cancelled` if it was not committed and never will be. */
  async #outcomeOf(number: number): Promise<ReadonlySet<number> | 'cancelled'> {
    const { connection, session } = this.#options
    for (;;) {
      try {
        const cancelled = await connection.query(CANCEL, [session, number, this.#lockMs])
        const rows = cancelled.length > 0 ? [] : await connection.query(OUTCOME, [session, this.#lockMs])
        if (cancelled.length === 0 && rows.length === 0) break
        this.#number = number
        const failed = new Set(rows.flatMap(([attempt]) => (attempt === null ? [] : [Number(attempt)])))
        return cancelled.length > 0 || failed.has(CANCELLED) ? 'cancelled' : failed
      } catch (error) {
        if (this.#isAbandoned) throw error
        await sleep(RETRY_MS)
      }
    }
    throw this.#fenced(ENDED)
  }

  #fenced(sentence: string): StorageError {
    const error = new StorageError('fenced', sentence)
    this.#refusal = error
    for (const { reject } of this.#waiting) reject(error)
    this.#waiting = []
    this.#options.onFenced(error)
    return error
  }

  /** The error of an attempt that adds to a row which holds no counters, or is damaged. */
  async #damageIn({ writes }: RemoteChanges): Promise<StorageError> {
    const keys = [...writes.deltas.keys()]
    const rows = await readRows(this.#options.connection, keys)
    const damaged = rows.find((row) => row?.value instanceof DamagedRow)?.value
    return damaged instanceof DamagedRow
      ? damaged
      : new StorageError('corrupt', 'an add to a row that holds no counters')
  }
}

/** Keys that a batch writes: what reads or writes them too depends on it, except that adds may meet. */
class Written {
  readonly #set = new Set<KeyText>()
  readonly #added = new Set<KeyText>()

  add({ writes }: RemoteChanges): void {
    for (const key of writes.rows.keys()) this.#set.add(key)
    for (const key of writes.deltas.keys()) this.#added.add(key)
  }

  isReadBy({ keys, ranges }: RemoteChanges): boolean {
    return keys.some(({ key }) => this.#has(key)) || ranges.some((range) => this.#isIn(range))
  }

  isWrittenBy({ writes }: RemoteChanges): boolean {
    for (const key of writes.rows.keys()) if (this.#has(key)) return true
    for (const key of writes.deltas.keys()) if (this.#set.has(key)) return true
    return false
  }

  #has(key: KeyText): boolean {
    return this.#set.has(key) || this.#added.has(key)
  }

  #isIn({ from, to }: SeenRange): boolean {
    for (const keys of [this.#set, this.#added]) for (const key of keys) if (from <= key && key < to) return true
    return false
  }
}

/** The first attempts that fit into one statement and do not depend on one another; the others keep their order. */
function nextBatch(waiting: readonly Waiting[]): { readonly batch: Waiting[]; readonly rest: Waiting[] } {
  const batch: Waiting[] = []
  const rest: Waiting[] = []
  const written = new Written()
  let bytes = 0
  for (const [index, one] of waiting.entries()) {
    if (batch.length === ATTEMPTS_MAX || bytes > BYTES_MAX || rest.length === ATTEMPTS_MAX) {
      rest.push(...waiting.slice(index))
      break
    }
    if (written.isReadBy(one.changes) || written.isWrittenBy(one.changes)) {
      rest.push(one)
      continue
    }
    batch.push(one)
    written.add(one.changes)
    bytes += bytesIn(one.changes)
  }
  return { batch, rest }
}

function bytesIn({ keys, writes }: RemoteChanges): number {
  let bytes = 0
  for (const { key } of keys) bytes += key.length
  for (const [key, value] of writes.rows) bytes += key.length + (value?.length ?? 0)
  return bytes
}

/** The arrays of the commit's statement: what was read, ranges, rows written, counters added to. */
function columnsOf(batch: readonly Waiting[]): Parameter[] {
  const reads = new Columns(3)
  const ranges = new Columns(6)
  const writes = new Columns(3)
  const adds = new Columns(4)
  batch.forEach(({ changes }, attempt) => {
    for (const { key, version } of changes.keys) reads.add(bytesOf(key), version === ABSENT ? '0' : version, attempt)
    for (const range of changes.ranges) {
      const { from, to, limit, reverse } = range
      ranges.add(bytesOf(from), bytesOf(to), limit, reverse, digestOf(range), attempt)
    }
    for (const [key, value] of changes.writes.rows) {
      writes.add(bytesOf(key), value === undefined ? null : sealValue(key, value), attempt)
    }
    for (const [key, deltas] of changes.writes.deltas) {
      deltas.forEach((delta, index) => {
        adds.add(bytesOf(key), index + 1, delta, attempt)
      })
    }
  })
  return [...reads.columns, ...ranges.columns, ...writes.columns, ...adds.columns]
}

class Columns {
  readonly columns: Scalar[][]

  constructor(count: number) {
    this.columns = Array.from({ length: count }, () => [])
  }

  add(...row: readonly Scalar[]): void {
    for (const [index, column] of this.columns.entries()) column.push(row[index] ?? null)
  }
}

/** As the commit computes it over the rows that it finds. */
function digestOf({ rows, reverse }: SeenRange): Buffer {
  const hash = createHash('sha256')
  for (const { key, version } of reverse ? rows.toReversed() : rows) {
    const head = Buffer.allocUnsafe(4)
    head.writeInt32BE(key.length)
    const tail = Buffer.allocUnsafe(8)
    tail.writeBigInt64BE(BigInt(version))
    hash.update(head).update(bytesOf(key)).update(tail)
  }
  return hash.digest()
}

/** A version that no other batch has: random, and not that of an absent row. */
function newVersion(): string {
  return String(randomBytes(8).readBigUInt64BE() >> 1n || 1n)
}

const isCode = (error: unknown, code: string): boolean => isRefusal(error) && error.code === code

function failureOf(error: unknown): unknown {
  if (!isRefusal(error)) return error
  if (error.code === FROZEN) {
    return new StorageError('unavailable', 'the data are being moved, and nothing is written meanwhile', {
      cause: error,
    })
  }
  const isFull = error.code === '53100'
  return new StorageError(isFull ? 'noSpace' : 'unavailable', 'the database has refused a commit', { cause: error })
}
