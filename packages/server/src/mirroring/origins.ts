/**
 * Requests to the origins that buckets mirror. A host is looked up once, each of its addresses is checked, and the
 * connection goes to a checked address. A redirection is an answer, so that its target is checked in turn.
 */
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { isIP } from 'node:net'
import type { OriginRequest } from '@bindery/protocol'
import type { OriginAnswer, Origins } from '@bindery/service'
import { systemCode } from '../failure.js'
import type { Log } from '../log.js'
import { addressesOf, lookupAmong, type Resolve, resolveBySystem } from '../outgoing/addresses.js'
import type { AllowedHosts, HostAddress } from '../outgoing/allowed-hosts.js'
import { https } from '../tls-modules.js'
import { OriginBody } from './origin-body.js'

/** Requests of one process at a time. */
const REQUESTS_MAX = 64
/** Milliseconds that an origin may be silent. @see https://help.aliyun.com/zh/oss/user-guide/back-to-origin-configurations */
const IDLE_MS_MAX = 10_000

/** The allowed hosts and the limits of requests to origins. */
export interface OriginsOptions {
  readonly hosts: AllowedHosts
  readonly log: Log
  /** Default: the system's resolver. */
  readonly resolve?: Resolve
  /** Milliseconds until an answer begins, and between two of its bytes. Default: OSS's. */
  readonly idleMs?: number
  readonly requestsMax?: number
}

/** Requests objects over HTTP and HTTPS. */
export function createOrigins(options: OriginsOptions): Origins {
  const { hosts, log, resolve = resolveBySystem, idleMs = IDLE_MS_MAX, requestsMax = REQUESTS_MAX } = options
  let running = 0

  async function get(request: OriginRequest): Promise<OriginAnswer> {
    const host = hostOf(request.url)
    const addresses = await addressesOf(host, resolve, idleMs)
    const isWeb = request.url.protocol === 'http:' || request.url.protocol === 'https:'
    if (!isWeb || addresses.some((address) => !hosts.allows(host, address))) return { kind: 'forbidden' }
    if (running >= requestsMax) return { kind: 'busy' }
    running += 1
    let isOpen = true
    const close = () => {
      if (isOpen) running -= 1
      isOpen = false
    }
    try {
      const incoming = await exchange(request, addresses, idleMs)
      incoming.on('close', close)
      return answered(incoming, idleMs)
    } catch (error) {
      close()
      // path and query may hold confidential data
      log.warn({ origin: request.url.origin, reason: systemCode(error) ?? String(error) }, 'an origin gave no answer')
      return { kind: 'unreachable' }
    }
  }

  return { get }
}

/** A host as names and addresses are compared: in lower case, and an IPv6 address without its brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

function answered(incoming: IncomingMessage, idleMs: number): OriginAnswer {
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])
  return {
    kind: 'answered',
    status: incoming.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: new OriginBody(incoming, idleMs),
    close: () => incoming.destroy(),
  }
}

/** Rejects unless an answer begins in time. */
function exchange(
  { url, headers }: OriginRequest,
  addresses: readonly HostAddress[],
  idleMs: number,
): Promise<IncomingMessage> {
  const host = hostOf(url)
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), idleMs)
  const options = {
    host,
    port: url.port,
    path: url.pathname + url.search,
    headers: { ...Object.fromEntries(headers), Host: url.host, Connection: 'close' },
    setHost: false,
    // a separate connection, so that the addresses of other requests do not apply
    agent: false,
    lookup: lookupAmong(addresses),
    signal: abort.signal,
  } as const
  return new Promise<IncomingMessage>((resolve, reject) => {
    const secure = { servername: isIP(host) === 0 ? host : '' }
    const sent = url.protocol === 'https:' ? https().request({ ...options, ...secure }) : requestHttp(options)
    sent.on('error', reject)
    sent.on('response', (incoming) => {
      // a body that breaks off is reported to its reader
      incoming.on('error', () => {})
      resolve(incoming)
    })
    // closed without an error or a response, as by a change of protocols
    sent.on('close', () => reject(new Error('the connection was closed')))
    sent.end()
  }).finally(() => clearTimeout(timer))
}
