/** How connections reach a server: directly, from a chosen address, or through a proxy. */
import net from 'node:net'
import tls from 'node:tls'
import { CLIENT_CODES, OssError } from '../types/error.js'
import { TransportError } from '../wire/failure.js'

/** The way of a client's connections. */
export interface Route {
  /** Milliseconds until a connection must stand, with TLS where it has it. Default: those of the request's own stall. */
  readonly connectTimeoutMs?: number
  /** The address of this machine from which connections are opened. */
  readonly localAddress?: string
  /** An http or https URL, with user and password where the proxy wants them. */
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

  /** Throws OssError InvalidOption for a proxy that is not an http or https URL. */
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
    return this.#proxy !== undefined && !isSecure
  }

  /** The header with which a request that is passed on presents itself to the proxy. */
  get proxyHeaders(): Readonly<Record<string, string>> {
    const { username = '', password = '' } = this.#proxy ?? {}
    if (username === '' && password === '') return {}
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
  }

  /** A socket to a server through a proxy that passes on bytes; undefined where no tunnel is needed. Rejects with TransportError. */
  tunnel({ isSecure, hostname, port }: Origin, signal: AbortSignal): Promise<net.Socket> | undefined {
    if (this.#proxy === undefined || !isSecure) return undefined
    const limits = { timeoutMs: this.timeoutMs ?? CONNECT_TIMEOUT_MS, signal }
    return connected(this.#connect(originOf(this.#proxy)), authorityOf(hostname, port), this.proxyHeaders, limits)
  }

  /** Opens a socket to a server; `onread` receives its bytes. `tunnel` is what the method of this name returned. */
  open(origin: Origin, onread: OnRead, tunnel: net.Socket | undefined): net.Socket {
    if (tunnel === undefined) {
      return this.#connect(this.#proxy === undefined ? origin : originOf(this.#proxy), onread)
    }
    const socket = tls.connect({ socket: tunnel, host: origin.hostname, ...this.#tlsOf(origin.hostname) })
    socket.on('data', (piece: Buffer) => {
      // a socket over another one has no `onread`
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
  return { isSecure, hostname: bare(hostname), port: Number(port || (isSecure ? 443 : 80)), host }
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

function authorityOf(hostname: string, port: number): string {
  return `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
}

function proxyOf(given: string | URL): URL {
  const url = URL.canParse(String(given)) ? new URL(given) : undefined
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw new OssError({
    code: CLIENT_CODES.invalidOption,
    message: `The proxy must be an http or https URL, not ${url === undefined ? String(given) : url.protocol}`,
  })
}

/** Milliseconds that a proxy may take to connect. */
const CONNECT_TIMEOUT_MS = 20_000
/** Longest head of a proxy's answer. */
const HEAD_BYTES_MAX = 16 * 1024
const HEAD_END = '\r\n\r\n'

/** The socket, once a proxy has connected it to a server. Rejects with TransportError, or the signal's reason. */
function connected(
  socket: net.Socket,
  authority: string,
  headers: Readonly<Record<string, string>>,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<net.Socket> {
  const lines = [`CONNECT ${authority} HTTP/1.1`, `host: ${authority}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  const listening = new AbortController()
  return new Promise<net.Socket>((resolve, reject) => {
    const fail = (reason: string, cause?: unknown) =>
      reject(new TransportError('network', `the proxy did not connect to ${authority}: ${reason}`, cause))
    let head = ''
    const onData = (piece: Buffer) => {
      head += piece.toString('latin1')
      if (!head.includes(HEAD_END) && head.length < HEAD_BYTES_MAX) return
      const [line = ''] = head.split('\r\n', 1)
      if (/^HTTP\/1\.[01] 2\d\d/.test(line)) resolve(socket)
      else fail(line.slice(0, 200))
    }
    const onError = (error: Error) => fail(error.message, error)
    const onEnd = () => fail('it closed the connection')
    const onTimeout = () => fail(`no answer for ${timeoutMs} ms`)
    const listeners = { data: onData, error: onError, end: onEnd, timeout: onTimeout }
    for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener)
    listening.signal.addEventListener('abort', () => {
      for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener)
    })
    signal.addEventListener('abort', () => reject(signal.reason), { signal: listening.signal })
    socket.setTimeout(timeoutMs)
    socket.write(`${lines.join('\r\n')}${HEAD_END}`, 'latin1')
  })
    .catch((failure) => {
      socket.on('error', () => {}) // it is reported
      socket.destroy()
      throw failure
    })
    .finally(() => {
      listening.abort()
      socket.setTimeout(0)
    })
}
