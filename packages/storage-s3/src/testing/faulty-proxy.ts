/** An S3 store that misbehaves: a proxy on loopback that cuts, delays, refuses, repeats and changes what passes it. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** The ways in which the store fails. */
export type Fault =
  /** The request does not arrive. */
  | 'refuse'
  /** The request arrives, and no answer ever comes. */
  | 'silence'
  /** The connection breaks, and the request arrives when `deliver` is called. */
  | 'late'
  /** The request is carried out, and its answer is lost. */
  | 'loseAnswer'
  /** The store has less of the body than was sent. */
  | 'cutRequest'
  /** The answer ends in the middle. */
  | 'cutAnswer'
  /** A bit of the answer's body differs. */
  | 'changeAnswer'
  /** A bit of the request's body differs. */
  | 'changeRequest'
  /** The answer comes late. */
  | 'delay'
  /** An answer of success that turns into an error, and names nothing. */
  | 'errorInAnswer'
  /** A list that others are to follow, and that has no entries. */
  | 'emptyPage'

/** Decides about the fate of a request; undefined: it passes. */
export type Plan = (request: { readonly method: string; readonly target: string }) => Fault | undefined

/** A running proxy. Close it at the end of the test. */
export interface FaultyProxy {
  readonly endpoint: string
  /** Requests that passed, or were to. */
  readonly seen: readonly string[]
  plan: Plan
  /** Lets late requests arrive, in the order in which they were sent. Resolves with their number. */
  deliver(): Promise<number>
  /** Requests that have not been answered to their end. */
  running(): number
  close(): Promise<void>
}

const DELAY_MS = 3_000

/** Starts a proxy in front of a store. */
export async function startFaultyProxy(store: string): Promise<FaultyProxy> {
  const seen: string[] = []
  const proxy = { plan: (() => undefined) as Plan }
  const late: (() => Promise<unknown>)[] = []
  let running = 0
  const server = createServer((incoming, outgoing) => {
    running += 1
    outgoing.on('close', () => {
      running -= 1
    })
    const about = { method: incoming.method ?? '', target: incoming.url ?? '' }
    seen.push(`${about.method} ${about.target}`)
    void exchange({ store, late }, incoming, outgoing, proxy.plan(about)).catch(() => incoming.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(proxy, {
    endpoint: `http://127.0.0.1:${port}`,
    seen,
    async deliver() {
      const sent = late.splice(0)
      for (const send of sent) await send()
      return sent.length
    },
    running: () => running,
    close: () => closed(server),
  })
}

/** The store, and the requests that arrive there later. */
interface Behind {
  readonly store: string
  readonly late: (() => Promise<unknown>)[]
}

async function exchange(
  { store, late }: Behind,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const body: Buffer[] = []
  for await (const piece of incoming) body.push(piece as Buffer)
  if (fault === 'refuse') return await refuse(outgoing)
  if (fault === 'silence') return
  if (fault === 'emptyPage') return void outgoing.end('<List><IsTruncated>true</IsTruncated></List>')
  const bytes = Buffer.concat(body)
  if (fault === 'errorInAnswer') return void outgoing.end('<Error><Code>InternalError</Code></Error>')
  if (fault === 'late') {
    late.push(() => forward(store, incoming, bytes))
    return void incoming.socket.destroy()
  }
  if (fault === 'changeRequest' && bytes.length > 0) flip(bytes)
  if (fault === 'cutRequest') {
    await forwardHalf(store, incoming, bytes)
    return void incoming.socket.destroy()
  }
  const { response, answer } = await forward(store, incoming, bytes)
  if (fault === 'loseAnswer') return void incoming.socket.destroy()
  if (fault === 'delay') await sleep(DELAY_MS)
  const { 'transfer-encoding': _, ...headers } = response.headers
  if (fault === 'changeAnswer' && answer.length > 0) flip(answer)
  outgoing.writeHead(response.statusCode ?? 500, {
    ...headers,
    'content-length': headers['content-length'] ?? answer.length,
  })
  if (fault !== 'cutAnswer') return void outgoing.end(incoming.method === 'HEAD' ? undefined : answer)
  outgoing.write(answer.subarray(0, Math.floor(answer.length * 0.7)), () => incoming.socket.destroy())
}

async function refuse(outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(503, { 'content-type': 'application/xml' })
  outgoing.end('<Error><Code>SlowDown</Code><Message>later</Message></Error>')
}

function flip(bytes: Buffer): void {
  const at = Math.floor(bytes.length / 3)
  bytes[at] = (bytes[at] ?? 0) ^ 4
}

/** The store sees a connection that breaks in the middle of the body. */
async function forwardHalf(store: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<void> {
  const sent = request(new URL(url ?? '/', store), { method, headers, agent: false, setHost: false })
  sent.on('error', () => {})
  await new Promise<void>((resolve) => sent.write(body.subarray(0, body.length >> 1), () => resolve()))
  sent.destroy()
}

async function forward(store: string, { method, url, headers }: IncomingMessage, body: Buffer) {
  // the host is signed
  const sent = request(new URL(url ?? '/', store), { method, headers, agent: false, setHost: false })
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    sent.on('response', resolve)
    sent.on('error', reject)
  })
  sent.end(body)
  const answered = await response
  const pieces: Buffer[] = []
  for await (const piece of answered) pieces.push(piece as Buffer)
  return { response: answered, answer: Buffer.concat(pieces) }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
