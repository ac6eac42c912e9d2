/** How connections reach a server: directly, from a chosen address, or through a proxy. */
import net from 'node:net'
import tls from 'node:tls'
import { CLIENT_CODES, OssError } from '../types/error.js'
import { TransportError } from '../wire/failure.js'
import { socksDialogue } from './socks.js'
import { connectDialogue, type ProxyKey, tunnelled } from './tunnel.js'

/** The way of a client's connections. */
export interface Route {
  /** Milliseconds until a connection must stand, with TLS where it has it. Default: those of the request's own stall. */
  readonly connectTimeoutMs?: number
  /** The address of this machine from which connections are opened. */
  readonly localAddress?: string
  /** An http, https or socks5 URL, with user and password where the proxy wants them. A proxy looks up the names of servers. */
  readonly proxy?: string | URL
  /** Whether a certificate that is not trusted is accepted. Default false. */
  readonly acceptsAnyCertificate?: boolean
}

/** A server, as connections are opened to it. */
export interface Origin {
  readonly isSecure: boolean
  readonly hostname: string
  readonly port: number
  /** The value of the header Host. */
  readonly host: string
}

/** Where the bytes that a socket receives go. */
export type OnRead = net.OnReadOpts

/** Opens sockets by one route. */
export class Opener {
  readonly #route: Route
  readonly #proxy: URL | undefined

  /** Throws OssError InvalidOption for a proxy that is not an http, https or socks5 URL, with a key that is encoded as in one. */
  constructor(route: Route = {}) {
    this.#route = route
    this.#proxy = route.proxy === undefined ? undefined : proxyOf(route.proxy)
  }

  /** Milliseconds until a connection must stand. */
  get timeoutMs(): number | undefined {
    return this.#route.connectTimeoutMs
  }

  /** Whether requests to a server name it in full, for a proxy that passes them on. */
  isRelayed({ isSecure }: Origin): boolean {
    return this.#proxy !== undefined && !isSecure && !isSocks(this.#proxy)
  }

  /** The failure of a connection that was never open: one to a proxy names that. */
  unreachable(origin: Origin, cause: Error): Error {
    if (this.#proxy === undefined || !this.isRelayed(origin)) return cause
    const { host } = this.#proxy
    return new TransportError('network', `the proxy ${host} cannot be reached: ${cause.message}`, cause, host)
  }

  /** Where connections to a server are opened first, as messages name it. */
  firstStop(origin: Origin): string {
    return this.#proxy !== undefined && this.isRelayed(origin) ? `the proxy ${this.#proxy.host}` : origin.host
  }

  /** The header with which a request that is passed on presents itself to the proxy. */
  get proxyHeaders(): Readonly<Record<string, string>> {
    const { user, password } = keyOf(this.#proxy)
    if (user === '' && password === '') return {}
    return { 'proxy-authorization': `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
  }

  /** A socket to a server through a proxy that passes on bytes; undefined where no tunnel is needed. Rejects with TransportError. */
  tunnel(origin: Origin, signal: AbortSignal): Promise<net.Socket> | undefined {
    const proxy = this.#proxy
    if (proxy === undefined || this.isRelayed(origin)) return undefined
    const dialogue = isSocks(proxy) ? socksDialogue(origin, keyOf(proxy)) : connectDialogue(origin, this.proxyHeaders)
    const timeoutMs = this.timeoutMs ?? CONNECT_TIMEOUT_MS
    return tunnelled(this.#connect(originOf(proxy)), dialogue, {
      ...{ proxy: proxy.host, behind: origin },
      ...{ timeoutMs, signal },
    })
  }

  /** Opens a socket to a server; `onread` receives its bytes. `tunnel` is what the method of this name returned. */
  open(origin: Origin, onread: OnRead, tunnel: net.Socket | undefined): net.Socket {
    if (tunnel === undefined) {
      return this.#connect(this.#proxy === undefined ? origin : originOf(this.#proxy), onread)
    }
    const socket = origin.isSecure
      ? tls.connect({ socket: tunnel, host: origin.hostname, ...this.#tlsOf(origin.hostname) })
      : tunnel
    socket.on('data', (piece: Buffer) => {
      // a socket over another one, or one that is open, has no `onread`
      if (!fed(piece, onread)) socket.pause()
    })
    return socket
  }

  #connect({ isSecure, hostname, port }: Origin, onread?: OnRead): net.Socket {
    const { localAddress } = this.#route
    const options = {
      host: hostname,
      port,
      noDelay: true,
      ...(onread === undefined ? {} : { onread }),
      ...(localAddress === undefined ? {} : { localAddress }),
    }
    return isSecure ? tls.connect({ ...options, ...this.#tlsOf(hostname) }) : net.connect(options)
  }

  #tlsOf(hostname: string): tls.ConnectionOptions {
    return {
      ALPNProtocols: ['http/1.1'],
      ...(this.#route.acceptsAnyCertificate === true ? { rejectUnauthorized: false } : {}),
      ...(net.isIP(hostname) === 0 ? { servername: hostname } : {}),
    }
  }
}

/** Passes a piece to a receiver; returns whether more may follow. */
function fed(piece: Buffer, { buffer, callback }: OnRead): boolean {
  let mayFollow = true
  for (let start = 0; start < piece.length; ) {
    const room = typeof buffer === 'function' ? buffer() : buffer
    const part = piece.subarray(start, start + room.length)
    room.set(part)
    start += part.length
    mayFollow = callback(part.length, room)
  }
  return mayFollow
}

function originOf({ protocol, hostname, port, host }: URL): Origin {
  const isSecure = protocol === 'https:'
  const usual = protocol.startsWith('socks') ? SOCKS_PORT : isSecure ? 443 : 80
  return { isSecure, hostname: bare(hostname), port: Number(port || usual), host }
}

const SOCKS_PORT = 1080

function isSocks({ protocol }: URL): boolean {
  return protocol.startsWith('socks')
}

function keyOf(proxy: URL | undefined): ProxyKey {
  const { username = '', password = '' } = proxy ?? {}
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

const PROXY_PROTOCOLS = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])

function proxyOf(given: string | URL): URL {
  const url = URL.canParse(String(given)) ? new URL(given) : undefined
  if (url === undefined || !PROXY_PROTOCOLS.has(url.protocol)) {
    throw invalidProxy(
      `The proxy must be an http, https or socks5 URL, not ${url === undefined ? String(given) : url.protocol}`,
    )
  }
  try {
    keyOf(url)
  } catch {
    throw invalidProxy('In the user and the password of the proxy, write %25 for a percent sign')
  }
  return url
}

const invalidProxy = (message: string) => new OssError({ code: CLIENT_CODES.invalidOption, message })

/** Milliseconds that a proxy may take to connect. */
const CONNECT_TIMEOUT_MS = 20_000
