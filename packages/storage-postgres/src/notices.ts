import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { urlsOf } from './urls.js'

/** A channel on which the processes of a cluster send one another short texts, best effort. */
export interface Notices {
  /** Sends a text to all processes, this one included, soon. It is lost where it is too long, or the database does not answer. */
  send(text: string): void
  close(): Promise<void>
}

/** The database of a channel, and its receiver. */
export interface NoticesOptions {
  /** A connection that keeps its session: not one through a pooler in transaction mode. */
  readonly url: string
  readonly onNotice: (text: string) => void
  /** Called when texts may have been lost, and when they arrive again. */
  readonly onGap: () => void
  /** Milliseconds between two looks whether the connection still works, and that an answer may take. Default: 10,000. */
  readonly silenceMs?: number
}

/** Bytes of the longest text that PostgreSQL takes. */
export const NOTICE_BYTES_MAX = 7_900
const CHANNEL = 'bindery'
/** Texts that wait to be sent; more are dropped. */
const WAITING_MAX = 1_000
const RETRY_MS = 500
const SILENCE_MS = 10_000
const SEND = `SELECT pg_notify('${CHANNEL}', text) FROM unnest($1::text[]) text`

/** Opens a channel. It connects by itself, and again after its connection broke. */
export function openNotices(options: NoticesOptions): Notices {
  return new Channel(options)
}

class Channel implements Notices {
  readonly #options: NoticesOptions
  readonly #closing = new AbortController()
  readonly #listening: Promise<void>
  #client: pg.Client | undefined
  #waiting: string[] = []
  #sending: Promise<void> | undefined

  constructor(options: NoticesOptions) {
    this.#options = options
    this.#listening = this.#listen()
  }

  send(text: string): void {
    const isTooLong = Buffer.byteLength(text) > NOTICE_BYTES_MAX
    if (isTooLong || this.#waiting.length >= WAITING_MAX || this.#closing.signal.aborted) return
    this.#waiting.push(text)
    this.#sending ??= this.#sendAll()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#sending
    await this.#client?.end().catch(() => {})
    await this.#listening
  }

  /** All texts of a turn, and those that came while the last ones travelled, are one statement. */
  async #sendAll(): Promise<void> {
    await undefined
    while (this.#waiting.length > 0) {
      const texts = this.#waiting
      this.#waiting = []
      const client = this.#client
      if (client !== undefined) await query(client, SEND, [texts])
    }
    // in the same turn: a text that comes after the last look starts the work again
    this.#sending = undefined
  }

  /** A connection on which packets disappear looks like one on which nothing is sent. */
  async #watch(client: pg.Client, signal: AbortSignal): Promise<void> {
    const { silenceMs = SILENCE_MS } = this.#options
    for (;;) {
      await sleep(silenceMs, undefined, { signal, ref: false }).catch(() => {})
      if (signal.aborted) return
      await query(client, 'SELECT 1')
    }
  }

  async #listen(): Promise<void> {
    const { signal } = this.#closing
    const { url, silenceMs = SILENCE_MS } = this.#options
    const hosts = urlsOf(url)
    for (let turn = 0; !signal.aborted; turn += 1) {
      const client = new pg.Client({
        connectionString: hosts[turn % hosts.length] ?? hosts[0],
        connectionTimeoutMillis: silenceMs,
        query_timeout: silenceMs,
        keepAlive: true,
        application_name: 'bindery notices',
      })
      const ended = new Promise<void>((resolve) => {
        client.on('end', resolve)
        client.on('error', () => resolve())
      })
      client.on('notification', ({ payload }) => this.#options.onNotice(payload ?? ''))
      try {
        await client.connect()
        await client.query(`LISTEN ${CHANNEL}`)
        this.#client = client
        this.#options.onGap()
        if (signal.aborted) await client.end()
        const watching = new AbortController()
        void this.#watch(client, watching.signal)
        await ended
        watching.abort()
      } catch {
        client.end().catch(() => {})
      }
      this.#client = undefined
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
    }
  }
}

/** Ends a connection that does not answer: another one takes its place. */
async function query(client: pg.Client, text: string, values: unknown[] = []): Promise<void> {
  try {
    await client.query(text, values)
  } catch {
    client.end().catch(() => {})
  }
}
