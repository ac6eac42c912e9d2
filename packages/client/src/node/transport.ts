/** Sends requests by HTTP/1.1 over connections that are kept, without copying the bytes of bodies. */
import type { Transport, TransportRequest, TransportResponse } from '../types/client.js'
import { raceAbort } from '../wire/credentials.js'
import { Connection, type Origin } from './connection.js'

/** Milliseconds after which an idle connection is closed: before servers and balancers close it under a request. */
const IDLE_MS = 4_000
/** Connections to one server; further requests wait. */
const CONNECTIONS_MAX = 64

/**
 * A transport with connections that are kept for the next request. `close` destroys them, those in use included. It takes and
 * returns pieces of bodies that are lent. `userAgent` is the value of the header User-Agent.
 */
export function nodeTransport({ userAgent }: { readonly userAgent?: string | undefined } = {}): Transport {
  const pools = new Map<string, Pool>()
  const poolOf = ({ protocol, hostname, port, host }: URL) => {
    const name = `${protocol}//${host}`
    const isSecure = protocol === 'https:'
    const address = hostname.replace(/^\[|\]$/g, '')
    const pool =
      pools.get(name) ?? new Pool({ isSecure, hostname: address, port: Number(port || (isSecure ? 443 : 80)), host })
    pools.set(name, pool)
    return pool
  }
  return {
    lends: true,
    async send(request) {
      request.signal.throwIfAborted()
      const { headers } = request
      const named = userAgent === undefined ? request : { ...request, headers: { 'user-agent': userAgent, ...headers } }
      return poolOf(new URL(request.url)).send(named)
    },
    close() {
      for (const pool of pools.values()) pool.close()
      pools.clear()
    },
  }
}

/** The connections to one server. */
class Pool {
  readonly #origin: Origin
  readonly #idle: Connection[] = []
  readonly #all = new Set<Connection>()
  readonly #waiting: (() => void)[] = []

  constructor(origin: Origin) {
    this.#origin = origin
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    for (;;) {
      const connection = this.#take()
      if (connection !== undefined) return connection.send(request)
      await raceAbort(new Promise<void>((resolve) => this.#waiting.push(resolve)), request.signal)
    }
  }

  close(): void {
    for (const connection of this.#all) connection.destroy()
  }

  /** Lets all requests that wait try again: some may have been aborted meanwhile. */
  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** A free connection, or a new one; undefined where there may be no more. */
  #take(): Connection | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) if (idle.isOpen) return idle
    if (this.#all.size >= CONNECTIONS_MAX) return undefined
    const connection: Connection = new Connection(
      this.#origin,
      () => {
        connection.rest(IDLE_MS)
        this.#idle.push(connection)
        this.#wake()
      },
      () => {
        this.#all.delete(connection)
        this.#wake()
      },
    )
    this.#all.add(connection)
    return connection
  }
}
