/** Sends requests by HTTP/1.1 over connections that are kept, without copying the bytes of bodies. */
import type { Transport, TransportRequest, TransportResponse } from '../types/client.js'
import { raceAbort } from '../wire/credentials.js'
import { Connection } from './connection.js'
import { Opener, type Origin, type Route } from './route.js'

/** Milliseconds after which an idle connection is closed: before servers and balancers close it under a request. */
const IDLE_MS = 4_000
/** Connections to one server; further requests wait. */
const CONNECTIONS_MAX = 64

/**
 * A transport with connections that are kept for the next request. `close` destroys them, those in use included. It takes and
 * returns pieces of bodies that are lent. `userAgent` is the value of the header User-Agent. Throws OssError InvalidOption for
 * a proxy that is not an http, https or socks5 URL.
 */
export function nodeTransport({
  userAgent,
  ...route
}: { readonly userAgent?: string | undefined } & Route = {}): Transport {
  const opener = new Opener(route)
  const pools = new Map<string, Pool>()
  const poolOf = ({ protocol, hostname, port, host }: URL) => {
    const name = `${protocol}//${host}`
    const isSecure = protocol === 'https:'
    const address = hostname.replace(/^\[|\]$/g, '')
    const origin = { isSecure, hostname: address, port: Number(port || (isSecure ? 443 : 80)), host }
    const pool = pools.get(name) ?? new Pool(origin, opener)
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
  readonly #opener: Opener
  readonly #idle: Connection[] = []
  readonly #all = new Set<Connection>()
  readonly #waiting: (() => void)[] = []
  /** Connections that there are, and those that are about to be. */
  #count = 0

  constructor(origin: Origin, opener: Opener) {
    this.#origin = origin
    this.#opener = opener
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    for (;;) {
      for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
        if (idle.isOpen) return idle.send(request)
      }
      if (this.#count < CONNECTIONS_MAX) return (await this.#connect(request.signal)).send(request)
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

  async #connect(signal: AbortSignal): Promise<Connection> {
    this.#count += 1
    const onClosed = () => {
      this.#count -= 1
      this.#wake()
    }
    const tunnel = await this.#opener.tunnel(this.#origin, signal)?.catch((failure) => {
      onClosed()
      throw failure
    })
    const connection: Connection = new Connection(this.#origin, this.#opener, tunnel, {
      onFree: () => {
        connection.rest(IDLE_MS)
        this.#idle.push(connection)
        this.#wake()
      },
      onClosed: () => {
        this.#all.delete(connection)
        onClosed()
      },
    })
    this.#all.add(connection)
    return connection
  }
}
