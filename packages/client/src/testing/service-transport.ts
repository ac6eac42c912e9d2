/** Sends requests to a service in this process, with faults that a test chooses. */
import type { StartedService } from '@bindery/service/testing'
import type { Body, Transport, TransportRequest, TransportResponse } from '../types/client.js'
import { TransportError } from '../wire/failure.js'

/** A failure of the network or the server that a test injects into one request. */
export type Fault =
  /** The connection breaks before the server sees the request. */
  | 'cut'
  /** The server does its work, and the answer is lost. */
  | 'lost'
  /** The answer breaks off after half of its body. */
  | 'half'
  /** The server responds that it is busy. */
  | 'busy'
  /** A byte of the body is changed on its way. */
  | 'flip'

export interface Seen {
  readonly op: string
  readonly method: string
  readonly query: URLSearchParams
  readonly fault: Fault | undefined
}

/** @param faultOf chooses the fault of a request; `count` counts requests alike, from 1 */
export function serviceTransport(
  started: StartedService,
  faultOf: (request: {
    readonly method: string
    readonly url: URL
    readonly count: number
  }) => Fault | undefined = () => undefined,
): Transport & { readonly seen: Seen[] } {
  const counts = new Map<string, number>()
  const seen: Seen[] = []
  return {
    seen,
    async send(request) {
      const url = new URL(request.url)
      const name = `${request.method} ${url.pathname} ${url.search}`
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      const fault = faultOf({ method: request.method, url, count })
      seen.push({ op: name, method: request.method, query: url.searchParams, fault })
      return serve(started, request, fault)
    },
  }
}

async function serve(
  started: StartedService,
  request: TransportRequest,
  fault: Fault | undefined,
): Promise<TransportResponse> {
  request.signal.throwIfAborted()
  if (fault === 'cut') throw new TransportError('network', 'the connection was cut')
  if (fault === 'busy') return response(503, { 'retry-after': '0' }, new Uint8Array())
  const { host, pathname, search } = new URL(request.url)
  const body = await bytesOf(request.body)
  if (fault === 'flip' && body[0] !== undefined) body[0] ^= 1
  request.onSent?.(body.length)
  const answer = await started.service.handle({
    method: request.method,
    scheme: 'http',
    host,
    target: pathname + search,
    headers: {
      host,
      ...request.headers,
      ...(request.body === undefined ? {} : { 'content-length': String(body.length) }),
    },
    remoteAddress: '127.0.0.1',
    body: sourceOf(body),
  })
  const answered = await readAll(answer.body)
  if (fault === 'lost') throw new TransportError('network', 'the answer was lost')
  const headers = Object.fromEntries(answer.headers.map(([header, value]) => [header.toLowerCase(), value]))
  return response(answer.status, headers, answered, fault === 'half')
}

function response(
  status: number,
  headers: Record<string, string>,
  bytes: Uint8Array,
  breaks = false,
): TransportResponse {
  return { status, headers, header: (name) => headers[name.toLowerCase()], body: pieces(bytes, breaks) }
}

async function* pieces(bytes: Uint8Array, breaks: boolean): AsyncGenerator<Uint8Array> {
  if (!breaks) return yield bytes
  yield bytes.subarray(0, Math.floor(bytes.length / 2))
  throw new TransportError('network', 'the answer broke off')
}

async function bytesOf(body: Body | undefined): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array()
  if (body instanceof Uint8Array) return Uint8Array.from(body)
  if (body instanceof Blob) return new Uint8Array(await body.arrayBuffer())
  const all: Uint8Array[] = []
  for await (const piece of body) all.push(piece)
  return Buffer.concat(all)
}

function sourceOf(bytes: Uint8Array) {
  let position = 0
  return {
    size: bytes.length,
    ready: async () => {},
    read: async (into: Uint8Array) => {
      const piece = bytes.subarray(position, position + into.length)
      into.set(piece)
      position += piece.length
      return piece.length
    },
  }
}

async function readAll(body: Awaited<ReturnType<StartedService['service']['handle']>>['body']): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array()
  if (body instanceof Uint8Array) return body
  const all: Uint8Array[] = []
  for await (const lent of body) {
    all.push(Uint8Array.from(lent.bytes))
    lent.release()
  }
  return Buffer.concat(all)
}
