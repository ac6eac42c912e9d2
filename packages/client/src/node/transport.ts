/** Sends requests by `node:http`: kept connections, bytes observed as they leave, and no copy of a body. */

import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { Body, Transport, TransportRequest, TransportResponse } from '../types/client.js'
import { TransportError } from '../wire/failure.js'

/** Milliseconds after which an idle connection is closed: before servers and balancers close it under a request. */
const IDLE_MS = 4_000
const SOCKETS_MAX = 64

/** A transport with connections that are kept for the next request. `close` destroys them, those in use included. */
export function nodeTransport(): Transport {
  const settings = { keepAlive: true, timeout: 0, maxSockets: SOCKETS_MAX, keepAliveMsecs: IDLE_MS }
  const agents = { 'http:': new http.Agent(settings), 'https:': new https.Agent(settings) }
  return {
    send: (request) => send(request, agents),
    close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

async function send(
  request: TransportRequest,
  agents: { readonly 'http:': http.Agent; readonly 'https:': https.Agent },
): Promise<TransportResponse> {
  const { method, url, headers, body, bodyLength, signal, stallTimeoutMs } = request
  signal.throwIfAborted()
  const target = new URL(url)
  const isSecure = target.protocol === 'https:'
  const sent = (isSecure ? https : http).request(target, {
    method,
    // unparsed: in a parsed URL the segments `.` and `..` of a key are resolved
    path: url.slice(url.indexOf('/', url.indexOf('://') + 3)),
    headers: body === undefined ? headers : { ...headers, 'content-length': String(bodyLength) },
    agent: isSecure ? agents['https:'] : agents['http:'],
    signal,
  })
  let failure: unknown
  sent.on('error', (error) => {
    failure ??= error
  })
  // the socket's own timer: it is restarted by each byte that moves in either direction
  sent.setTimeout(stallTimeoutMs, () => {
    failure = new TransportError('stalled', `${method} made no progress for ${stallTimeoutMs} ms`)
    sent.destroy(failure as Error)
  })
  const responded = responseOf(sent)
  try {
    await sendBody(sent, body, request)
    const response = await responded
    return { ...headOf(response), body: pieces(response, method, () => failure, signal) }
  } catch (thrown) {
    sent.destroy()
    throw transportFailure(failure ?? thrown, method, signal)
  }
}

function responseOf(sent: http.ClientRequest): Promise<http.IncomingMessage> {
  const responded = new Promise<http.IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve)
    sent.once('error', reject)
    sent.once('close', () => reject(new Error('the connection was closed before an answer')))
  })
  responded.catch(() => {}) // sendBody sees the same failure first
  return responded
}

async function sendBody(sent: http.ClientRequest, body: Body | undefined, { onSent }: TransportRequest): Promise<void> {
  if (body === undefined) {
    sent.end()
    return
  }
  let written = 0
  const failed = new Promise<never>((_, reject) => {
    sent.once('error', reject)
    sent.once('close', () => reject(new Error('the connection was closed while the body was being sent')))
  })
  failed.catch(() => {})
  // a server that responds early ignores the rest of the body, so stop sending it
  const answered = once(sent, 'response').then(() => true as const)
  answered.catch(() => {})
  for await (const piece of bodyPieces(body)) {
    const isTaken = sent.write(piece)
    written += piece.length
    if (!isTaken) {
      const isAnswered = await Promise.race([once(sent, 'drain').then(() => false), answered, failed])
      if (isAnswered) return
    }
    onSent?.(written)
  }
  sent.end()
}

/** Large buffers go in pieces, so that their progress can be seen. */
const PIECE_BYTES = 1024 * 1024

async function* bodyPieces(body: Body): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) {
    for (let start = 0; start < body.length; start += PIECE_BYTES) yield body.subarray(start, start + PIECE_BYTES)
  } else if (body instanceof Blob) {
    for (let start = 0; start < body.size; start += PIECE_BYTES) {
      yield new Uint8Array(await body.slice(start, start + PIECE_BYTES).arrayBuffer())
    }
  } else yield* body
}

async function* pieces(
  response: http.IncomingMessage,
  method: string,
  failure: () => unknown,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of response) yield piece as Uint8Array
    if (!response.complete) throw new Error('the answer broke off')
  } catch (thrown) {
    throw transportFailure(failure() ?? thrown, method, signal)
  }
}

function headOf(response: http.IncomingMessage): Omit<TransportResponse, 'body'> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value
  }
  return { status: response.statusCode ?? 0, headers, header: (name) => headers[name.toLowerCase()] }
}

function transportFailure(thrown: unknown, method: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (thrown instanceof TransportError) return thrown
  if (!(thrown instanceof Error) || !isOfConnection(thrown)) return thrown
  return new TransportError('network', `${method} failed: ${thrown.message}`, thrown)
}

/** A body's own error, such as a changed file, is not a failure of the network. */
function isOfConnection(error: Error & { readonly code?: string }): boolean {
  return error.name !== 'OssError' && (error.code === undefined || !error.code.startsWith('ERR_INVALID'))
}
