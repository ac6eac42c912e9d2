/** A service behind real sockets, and requests to it as bytes. */
import type { TestContext } from 'node:test'
import { percentEncode } from '@bindery/bytes'
import { presignV1, presignV4, Query, type Signable, signV1, signV4 } from '@bindery/protocol'
import { ROOT, type StartedService, startService } from '@bindery/service/testing'
import { nodeDigests } from '../digests.js'
import { listen, rawConnection } from './http.js'

/** How a request is signed: in a header or in its URL, with V1 or V4, or not at all. */
export type Signing = 'v1' | 'v4' | 'v1 URL' | 'v4 URL' | 'none'

/** A request before it is signed and framed. */
export interface WireRequest {
  readonly method: string
  readonly bucket?: string
  readonly key?: string
  /** Names and values are text; a value of undefined is a key without `=`. */
  readonly query?: Readonly<Record<string, string | undefined>>
  /** Names in lower case, values byte strings. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signing?: Signing
  /** The percent-encoded path; default: bucket and key, with its slashes. */
  readonly path?: string
  /** Unsigned complete header lines; default: the length of the body. */
  readonly framing?: readonly string[]
}

/** A response as it arrived. */
export interface WireResponse {
  readonly status: number
  /** Names in lower case, values byte strings. */
  readonly headers: ReadonlyMap<string, string>
  /** A byte string. */
  readonly body: string
}

/** A running service of a test. */
export interface Wire {
  readonly port: number
  readonly started: StartedService
  /** Sends a request on a new connection and resolves with everything received until it was closed. */
  ask(request: WireRequest): Promise<WireResponse>
}

/** Starts a service in memory behind a server for one test. */
export async function openWire(test: TestContext, options: Parameters<typeof startService>[0] = {}): Promise<Wire> {
  const started = await startService(options)
  const { port } = await listen(test, (request) => started.service.handle(request))
  const ask = async (request: WireRequest) => {
    const client = await rawConnection(port)
    await client.send(requestBytes(request, `127.0.0.1:${port}`, started.now()))
    return parse(await client.closed())
  }
  return { port, started, ask }
}

/** A request as a byte string. Its connection closes after the response. */
export function requestBytes(request: WireRequest, host: string, now: number): string {
  const { method, bucket, key, body = '', framing = [`content-length: ${body.length}`] } = request
  const { headers, query } = sign(request, host, now)
  const path =
    request.path ?? (bucket === undefined ? '/' : `/${bucket}/${percentEncode(key ?? '', { keepSlash: true })}`)
  const lines = [
    `${method} ${path}${queryText(query)} HTTP/1.1`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...framing,
    'connection: close',
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

function sign(request: WireRequest, host: string, now: number): Signable {
  const { method, bucket, key, signing = 'v1' } = request
  const query = new Query(Object.entries(request.query ?? {}).map(([name, value]) => ({ name, value })))
  const unsigned = { method, bucket, key, query, headers: { ...request.headers, host } }
  const digests = nodeDigests()
  const v4 = { time: now, region: 'cn-hangzhou', digests }
  switch (signing) {
    case 'none':
      return unsigned
    case 'v1':
      return signV1(unsigned, ROOT, { time: now, digests })
    case 'v4':
      return signV4(unsigned, ROOT, v4)
    case 'v1 URL':
      return presignV1(unsigned, ROOT, { expiresAt: now + 60_000, digests })
    case 'v4 URL':
      return presignV4(unsigned, ROOT, { ...v4, expiresSeconds: 60 })
  }
}

function queryText({ parameters }: Query): string {
  const pairs = parameters.map(({ name, value }) =>
    value === undefined ? percentEncode(name) : `${percentEncode(name)}=${percentEncode(value)}`,
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function parse(received: string): WireResponse {
  const end = received.indexOf('\r\n\r\n')
  const [line = '', ...lines] = received.slice(0, end).split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1])
  if (Number.isNaN(status)) throw new Error(`no response: ${JSON.stringify(received)}`)
  const headers = lines.map((header): [string, string] => {
    const colon = header.indexOf(': ')
    return [header.slice(0, colon).toLowerCase(), header.slice(colon + 2)]
  })
  return { status, headers: new Map(headers), body: received.slice(end + 4) }
}
