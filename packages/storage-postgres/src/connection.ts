import { StorageError } from '@bindery/storage'
import pg from 'pg'
import { urlsOf } from './urls.js'

/** Parameters of a statement. */
export type Parameter = Scalar | readonly Scalar[]
/** A value of a parameter; a Buffer is sent as `bytea`. */
export type Scalar = string | number | boolean | null | Buffer

/** A row of an answer: each column as PostgreSQL writes it as text. */
export type AnswerRow = readonly (string | null)[]

/** Which database a connection leads to, and how long it waits. */
export interface ConnectionOptions {
  /** `postgres://user:password@host:port,host:port/database?sslmode=…`: the primary is one of the hosts. */
  readonly url: string
  /** Milliseconds after which a statement without an answer counts as lost, and its connection as broken. */
  readonly answerTimeoutMs: number
}

const CONNECT_TIMEOUT_MS = 5_000

/**
 * A process that is cut off leaves its sessions, of which the server would learn after two hours only: too many of them, and it
 * accepts no others.
 */
const NOTICE_SILENCE = `SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = 60000`

/** Columns arrive as text, which the sender of the statement interprets. */
const RAW = { getTypeParser: () => (text: string) => text }

/**
 * A connection to the primary that is made when it is first needed, and again after it broke. Statements are sent without
 * waiting for the answers of earlier ones; each is a transaction of its own.
 */
export class Connection {
  readonly #options: ConnectionOptions
  #session: Promise<Session> | undefined
  #closed = false

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /** As in its options. */
  get answerTimeoutMs(): number {
    return this.#options.answerTimeoutMs
  }

  /** The session that a connection has now, for statements that belong together: when it breaks, all of them fail. */
  session(): Promise<Session> {
    if (this.#closed) return Promise.reject(new StorageError('unavailable', 'the metadata store is closed'))
    if (this.#session !== undefined) return this.#session
    const session = connect(this.#options, () => {
      if (this.#session === session) this.#session = undefined
    })
    this.#session = session
    return session
  }

  /** As `Session.query`. */
  async query(text: string, values: readonly Parameter[] = []): Promise<readonly AnswerRow[]> {
    const session = await this.session()
    return session.query(text, values)
  }

  async close(): Promise<void> {
    this.#closed = true
    const session = await this.#session?.catch(() => undefined)
    await session?.end()
  }
}

/** One session of PostgreSQL, for as long as it lasts. */
export class Session {
  readonly #client: pg.Client
  readonly #onBroken: () => void

  constructor(client: pg.Client, onBroken: () => void) {
    this.#client = client
    this.#onBroken = onBroken
  }

  /**
   * Rows of the answer. Throws pg.DatabaseError where PostgreSQL answered that nothing was done; StorageError
   * `unavailable` where that is not known.
   */
  async query(text: string, values: readonly Parameter[] = []): Promise<readonly AnswerRow[]> {
    try {
      const { rows } = await this.#client.query<(string | null)[]>({
        text,
        values: [...values],
        rowMode: 'array',
        types: RAW,
      })
      return rows
    } catch (error) {
      if (isRefusal(error)) throw error
      // a server that is silent now may never answer on this connection again, nor close it, and a new one may lead to another server
      this.#onBroken()
      void this.end()
      throw lost(error)
    }
  }

  /** Statements without parameters, one after another. */
  async script(text: string): Promise<void> {
    await this.#client.query(text)
  }

  /** Ends the session; statements under way may still be answered. */
  async end(): Promise<void> {
    await this.#client.end().catch(() => {})
  }
}

/** Tries the hosts in order until one is the primary. */
async function connect({ url, answerTimeoutMs }: ConnectionOptions, onBroken: () => void): Promise<Session> {
  let failure: unknown
  for (const host of urlsOf(url)) {
    try {
      return await connectTo(host, answerTimeoutMs, onBroken)
    } catch (error) {
      failure = error
    }
  }
  onBroken()
  throw lost(failure)
}

async function connectTo(host: string, answerTimeoutMs: number, onBroken: () => void): Promise<Session> {
  let isOpen = false
  let isBroken = false
  const client = new pg.Client({
    connectionString: host,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
    application_name: 'bindery',
    pipeline: true,
  })
  const broken = () => {
    isBroken = true
    if (isOpen) onBroken()
  }
  client.on('error', broken)
  client.on('end', broken)
  try {
    await client.connect()
    // where the settings are not to be had, they are not needed for correctness
    client.query(NOTICE_SILENCE).catch(() => {})
    const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
    // a standby may lag behind acknowledged commits
    if (rows[0]?.standby !== false) throw new Error('the server is a standby')
    if (isBroken) throw new Error('the connection broke at once')
    isOpen = true
    return new Session(client, onBroken)
  } catch (error) {
    client.end().catch(() => {})
    throw error
  }
}

/**
 * SQLSTATEs with which PostgreSQL ends a session, whatever became of its transaction; and the one of a server that is no
 * primary any more, from which a session moves on.
 */
const ENDS_SESSION = /^(08|57P|25P03|25006)/

/** Severities with which any error ends the session, in the language of most servers. */
const FATAL = /^(FATAL|PANIC)$/

/** Whether PostgreSQL answered that nothing was done. */
export function isRefusal(error: unknown): error is pg.DatabaseError {
  if (!(error instanceof pg.DatabaseError)) return false
  return !ENDS_SESSION.test(error.code ?? '08') && !FATAL.test(error.severity ?? '')
}

function lost(error: unknown): StorageError {
  return new StorageError('unavailable', 'the database does not answer', { cause: error })
}
