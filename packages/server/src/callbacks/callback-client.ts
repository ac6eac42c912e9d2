/**
 * Makes callbacks. A host is looked up once, each of its addresses is checked, and the connection goes to a checked
 * address; no response leads anywhere else.
 */
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { isIP } from 'node:net'
import type { PeerCertificate } from 'node:tls'
import {
  CALLBACK_ANSWER_BYTES_MAX,
  CALLBACK_MS_MAX,
  type CallbackRequest,
  type CallbackUrl,
  OssError,
} from '@bindery/protocol'
import type { CallbackAnswer, CallbackReceiver, Callbacks } from '@bindery/service'
import { systemCode } from '../failure.js'
import type { Log } from '../log.js'
import { addressesOf, lookupAmong, type Resolve, resolveBySystem } from '../outgoing/addresses.js'
import { type AllowedHosts, type HostAddress, isPrivate } from '../outgoing/allowed-hosts.js'
import { https, tls } from '../tls-modules.js'
import type { CallbackKey } from './callback-key.js'
import { publicKeyUrl } from './public-key.js'

/** Callbacks of one process at a time: each may hold an answer of 3 MB. */
const CALLBACKS_MAX = 64

/** The key, the limits and the allowed hosts of callbacks. */
export interface CallbackClientOptions {
  readonly key: CallbackKey
  readonly hosts: AllowedHosts
  /** Host names whose first label below is a bucket. */
  readonly domains: readonly string[]
  readonly log: Log
  /** All addresses of a host name. Default: the system's resolver. */
  readonly resolve?: Resolve
  /** Milliseconds for one URL in total. Default: OSS's. */
  readonly timeoutMs?: number
  readonly callbacksMax?: number
}

/** Makes callbacks over HTTP and HTTPS. */
export function createCallbacks(options: CallbackClientOptions): Callbacks {
  const { key, hosts, domains, log, resolve = resolveBySystem } = options
  const { timeoutMs = CALLBACK_MS_MAX, callbacksMax = CALLBACKS_MAX } = options
  let running = 0

  async function post(url: CallbackUrl, addresses: readonly HostAddress[], request: CallbackRequest, sni: boolean) {
    if (running >= callbacksMax) return { kind: 'busy' } as const
    running += 1
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      return await exchange({ url, addresses, request, sni, signal })
    } catch (error) {
      const reason = signal.aborted ? 'late' : (systemCode(error) ?? String(error))
      // path and query may hold confidential data
      log.warn({ callback: `${url.scheme}://${url.host}:${url.port}`, reason }, 'a callback got no answer')
      return { kind: signal.aborted ? 'late' : 'unreachable' } as const
    } finally {
      running -= 1
    }
  }

  return {
    async find(url): Promise<CallbackReceiver> {
      const addresses = await addressesOf(url.host, resolve, timeoutMs)
      const refused = addresses.filter((address) => !hosts.allows(url.host, address))
      if (refused.some(isPrivate)) {
        throw new OssError('callbackAddressForbidden', { argumentName: 'callbackUrl', argumentValue: url.host })
      }
      if (refused.length > 0) return { post: async () => ({ kind: 'notAllowed' }) }
      return { post: (request, { sni }) => post(url, addresses, request, sni) }
    },
    signer: () => key.signer(),
    publicKeyUrl: (reached) => publicKeyUrl(reached, domains),
  }
}

interface Exchange {
  readonly url: CallbackUrl
  readonly addresses: readonly HostAddress[]
  readonly request: CallbackRequest
  readonly sni: boolean
  readonly signal: AbortSignal
}

/** Rejects unless the whole answer arrives. */
function exchange({ url, addresses, request, sni, signal }: Exchange): Promise<CallbackAnswer> {
  const { scheme, host, port } = url
  const options = {
    host,
    port,
    method: 'POST',
    path: request.target,
    headers: Object.fromEntries(request.headers),
    setHost: false,
    // a separate connection, so that the addresses of other requests do not apply
    agent: false,
    lookup: lookupAmong(addresses),
    signal,
  } as const
  const secure = {
    servername: sni && isIP(host) === 0 ? host : '',
    checkServerIdentity: (_: string, certificate: PeerCertificate) => tls().checkServerIdentity(host, certificate),
  }
  return new Promise((resolve, reject) => {
    const sent = scheme === 'https' ? https().request({ ...options, ...secure }) : requestHttp(options)
    sent.on('error', reject)
    let answer: Promise<CallbackAnswer> | undefined
    sent.on('response', (incoming) => {
      answer = readAnswer(incoming)
      answer.then(resolve, reject)
    })
    // closed without an error or a response, as by a change of protocols
    sent.on('close', () => answer ?? reject(new Error('the connection was closed')))
    sent.end(request.body)
  })
}

async function readAnswer(incoming: IncomingMessage): Promise<CallbackAnswer> {
  const { statusCode: status = 0, headers } = incoming
  const announced = headers['content-length']
  const contentLength = announced === undefined ? undefined : Number(announced)
  const answer = { kind: 'answered', status, contentType: headers['content-type'], contentLength } as const
  if (status !== 200 || contentLength === undefined || contentLength > CALLBACK_ANSWER_BYTES_MAX) {
    incoming.destroy()
    return { ...answer, body: new Uint8Array() }
  }
  const pieces: Uint8Array[] = []
  for await (const piece of incoming) pieces.push(piece)
  return { ...answer, body: Buffer.concat(pieces) }
}
