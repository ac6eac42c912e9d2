import {
  ABSENT,
  type Grouping,
  type KeyText,
  keyText,
  type RemoteRow,
  type RemoteSnapshot,
  StorageError,
  type Version,
} from '@bindery/storage'
import { type AnswerRow, type Connection, isRefusal, type Parameter, type Session } from './connection.js'
import { openValue } from './sealed-value.js'

const ROWS = 'SELECT i, ver, v FROM bindery.rows_3($1::bytea[])'
const VERSIONS = 'SELECT i, ver FROM bindery.versions_3($1::bytea[])'
const RANGE = 'SELECT k, ver, v FROM bindery.range_3($1, $2, $3, $4)'
const FIRSTS = 'SELECT k, ver, v FROM bindery.firsts_3($1, $2, $3, $4, $5, $6)'

const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '
/** Longer than any read waits for an answer: only a process that stands still or is cut off is silent for so long. */
const IDLE_MS = 30_000

/** Keys of one statement that joins the questions of several bodies; those of one body always stay together. */
const KEYS_MERGED_MAX = 256

interface Question {
  readonly keys: readonly KeyText[]
  readonly resolve: (rows: (RemoteRow | undefined)[]) => void
  readonly reject: (error: unknown) => void
}

/** Reads rows by their keys, outside any transaction. All reads of one turn are sent as one statement. */
export class PointReads {
  readonly #connection: Connection
  #questions: Question[] = []

  constructor(connection: Connection) {
    this.#connection = connection
  }

  rows(keys: readonly KeyText[]): Promise<(RemoteRow | undefined)[]> {
    return new Promise((resolve, reject) => {
      this.#questions.push({ keys, resolve, reject })
      if (this.#questions.length === 1) process.nextTick(() => this.#ask())
    })
  }

  #ask(): void {
    const questions = this.#questions
    this.#questions = []
    let together: Question[] = []
    let keys = 0
    for (const question of questions) {
      if (keys > 0 && keys + question.keys.length > KEYS_MERGED_MAX) {
        void this.#askTogether(together)
        together = []
        keys = 0
      }
      together.push(question)
      keys += question.keys.length
    }
    void this.#askTogether(together)
  }

  async #askTogether(questions: readonly Question[]): Promise<void> {
    try {
      const rows = await readRows(
        this.#connection,
        questions.flatMap(({ keys }) => keys),
      )
      let at = 0
      for (const { keys, resolve } of questions) {
        resolve(rows.slice(at, at + keys.length))
        at += keys.length
      }
    } catch (error) {
      for (const { reject } of questions) reject(error)
    }
  }
}

/** One state of the database, held by a transaction on a connection of its own that begins with the first question. */
export class Snapshot implements RemoteSnapshot {
  readonly #pool: ConnectionPool
  readonly #idleMs: number
  #begun: Promise<Session> | undefined
  #end = (): void => {}
  #released = false

  /** @param idleMs milliseconds without a question after which the database ends it; 0: never. It keeps old rows from being vacuumed. */
  constructor(pool: ConnectionPool, idleMs = IDLE_MS) {
    this.#pool = pool
    this.#idleMs = idleMs
  }

  async rows(keys: readonly KeyText[]): Promise<(RemoteRow | undefined)[]> {
    return readRows(await this.#session(), keys)
  }

  async versions(keys: readonly KeyText[]): Promise<Version[]> {
    const versions: Version[] = keys.map(() => ABSENT)
    const found = await ask(await this.#session(), VERSIONS, [keys.map(bytesOf)])
    for (const [index, version] of found) versions[Number(index) - 1] = version ?? ABSENT
    return versions
  }

  range(from: KeyText, to: KeyText, limit: number, reverse: boolean): Promise<RemoteRow[]> {
    return this.#keyedRows(RANGE, [bytesOf(from), bytesOf(to), limit, reverse])
  }

  firsts(from: KeyText, to: KeyText, limit: number, { after, delimiter, end }: Grouping): Promise<RemoteRow[]> {
    return this.#keyedRows(FIRSTS, [bytesOf(from), bytesOf(to), limit, after, bytesOf(delimiter), bytesOf(end)])
  }

  async #keyedRows(text: string, values: readonly Parameter[]): Promise<RemoteRow[]> {
    const rows = await ask(await this.#session(), text, values)
    return rows.map(([key, version, value]) => rowOf(keyText(bytesOfText(key)), version, value))
  }

  release(): void {
    this.#released = true
    this.#end()
  }

  #session(): Promise<Session> {
    this.#begun ??= this.#begin()
    return this.#begun
  }

  async #begin(): Promise<Session> {
    const connection = await this.#pool.take()
    try {
      const session = await connection.session()
      // what follows is sent without waiting: where this fails, the session has broken, and that fails too
      session.query(`${BEGIN}${this.#idleMs}`).catch(() => {})
      this.#end = () => {
        session.query('COMMIT').catch(() => {})
        this.#pool.giveBack(connection)
      }
      if (this.#released) this.#end()
      return session
    } catch (error) {
      this.#pool.giveBack(connection)
      throw error
    }
  }
}

/** A few connections for snapshots; one is waited for when all are taken. */
export class ConnectionPool {
  readonly #all: readonly Connection[]
  readonly #free: Connection[]
  readonly #patienceMs: number
  readonly #waiting = new Set<(connection: Connection) => void>()

  /** @param patienceMs milliseconds for which one is waited for: while the database is silent, nothing waits behind all others */
  constructor(connections: readonly Connection[], patienceMs: number) {
    this.#all = connections
    this.#free = [...connections]
    this.#patienceMs = patienceMs
  }

  /** Throws StorageError `unavailable` if none becomes free in time. */
  async take(): Promise<Connection> {
    return this.#free.pop() ?? this.#wait()
  }

  giveBack(connection: Connection): void {
    const [next] = this.#waiting
    if (next === undefined) this.#free.push(connection)
    else next(connection)
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((connection) => connection.close()))
  }

  #wait(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(next)
      }
      const next = (connection: Connection): void => {
        end()
        resolve(connection)
      }
      const timer = setTimeout(() => {
        end()
        reject(new StorageError('unavailable', 'no connection to the database became free in time'))
      }, this.#patienceMs)
      this.#waiting.add(next)
    })
  }
}

/** Throws StorageError `unavailable`, `corrupt`. */
export async function readRows(
  connection: Connection | Session,
  keys: readonly KeyText[],
): Promise<(RemoteRow | undefined)[]> {
  const rows = new Array<RemoteRow | undefined>(keys.length).fill(undefined)
  for (const [index, version, value] of await ask(connection, ROWS, [keys.map(bytesOf)])) {
    const at = Number(index) - 1
    rows[at] = rowOf(keys[at] ?? '', version, value)
  }
  return rows
}

/** Throws StorageError `unavailable`, or `corrupt` for a page that cannot be read. */
async function ask(
  connection: Connection | Session,
  text: string,
  values: readonly Parameter[],
): Promise<readonly AnswerRow[]> {
  try {
    return await connection.query(text, values)
  } catch (error) {
    if (!isRefusal(error)) throw error
    const kind = error.code?.startsWith('XX') === true ? 'corrupt' : 'unavailable'
    throw new StorageError(kind, 'the database has refused a read', { cause: error })
  }
}

function rowOf(key: KeyText, version: string | null | undefined, value: string | null | undefined): RemoteRow {
  return { key, version: version ?? ABSENT, value: openValue(key, bytesOfText(value)) }
}

/** The bytes of a key's text, as a parameter of type `bytea`. */
export const bytesOf = (key: KeyText): Buffer => Buffer.from(key, 'latin1')

/** `\x…` */
const bytesOfText = (text: string | null | undefined): Buffer => Buffer.from(text?.slice(2) ?? '', 'hex')
