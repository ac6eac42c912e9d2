import { randomBytes, randomUUID } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type TLSSocket, connect as tlsConnect } from 'node:tls'
import type { Client } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { noAnswer } from '../no-answer.js'
import { failureOf } from '../objects/with-client.js'

/** The steps on the way to a server, in their order. */
export type StepName =
  | 'name'
  | 'connection'
  | 'tls'
  | 'answer'
  | 'key'
  | 'put'
  | 'get'
  | 'delete'
  | 'upload'
  | 'download'

/** The findings of a step; only those that apply. */
export interface StepFacts {
  readonly addresses?: readonly string[]
  readonly protocol?: string
  /** When the certificate ends. */
  readonly validTo?: string
  readonly status?: number
  /** Milliseconds by which the clock of the server is ahead. */
  readonly clockAheadMs?: number
  /** The slowest of several requests; milliseconds. */
  readonly slowestMs?: number
  readonly bytesPerSecond?: number
}

/** A step that was tried. */
export interface Step {
  readonly step: StepName
  /** Milliseconds that it took; of several requests, the middle one. */
  readonly ms: number
  readonly facts: StepFacts
  readonly failure?: Failure
  /** The code of the system for it. */
  readonly reason?: string
}

const TIMEOUT_MS = 10_000
/** Small objects per kind of request. */
const ROUNDS = 7
const SMALL_BYTES = 1_024

/** Tries each step until one fails. `size`: bytes of the large object. Nothing that it stores stays. */
export async function* probe(client: Client, bucket: string | undefined, size: number): AsyncGenerator<Step> {
  const { endpoint } = client.requester.address
  for (const [step, run] of stepsOf(client, bucket, size)) {
    const began = performance.now()
    try {
      const { ms, ...facts } = await run()
      yield { step, ms: tenths(ms ?? performance.now() - began), facts }
    } catch (error) {
      const known = failureOf(error, endpoint)
      const failure = known instanceof Failure ? known : noAnswer(endpoint, error)
      yield { step, ms: tenths(performance.now() - began), facts: {}, failure, ...reasonOf(error) }
      return
    }
  }
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}

/** The code of a failed call of the system, of the error or of what caused it. */
function reasonOf(error: unknown): { readonly reason?: string } {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown }
  if (typeof code === 'string' && /^E[A-Z]+|^[A-Z_]+_[A-Z_]+$/.test(code)) return { reason: code }
  return cause === undefined ? {} : reasonOf(cause)
}

type Run = () => Promise<StepFacts & { readonly ms?: number }>

function* stepsOf(client: Client, bucket: string | undefined, size: number): Generator<readonly [StepName, Run]> {
  const url = new URL(client.requester.address.endpoint)
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  yield ['name', async () => ({ addresses: (await lookup(host, { all: true })).map(({ address }) => address) })]
  yield ['connection', () => opened(connect({ host, port }), 'connect')]
  if (url.protocol === 'https:') yield ['tls', () => handshake(host, port)]
  yield ['answer', () => answer(url)]
  yield ['key', () => keyIsTaken(client, bucket)]
  if (bucket !== undefined) yield* transfersOf(client, bucket, size)
}

function* transfersOf(client: Client, bucket: string, size: number): Generator<readonly [StepName, Run]> {
  const prefix = `bindery-probe-${randomUUID()}`
  const keys = Array.from({ length: ROUNDS }, (_, index) => `${prefix}/${index}`)
  const small = randomBytes(SMALL_BYTES)
  yield ['put', () => each(keys, (key) => client.put(key, small, { bucket }))]
  yield ['get', () => each(keys, (key) => client.get(key, { bucket }))]
  yield ['delete', () => each(keys, (key) => client.delete(key, { bucket }))]
  const large = `${prefix}/large`
  yield ['upload', () => timed(size, () => client.upload(randomBytes(size), { bucket, key: large }).result)]
  yield [
    'download',
    async () => {
      try {
        return await timed(size, () => client.get(large, { bucket }))
      } finally {
        await client.delete(large, { bucket })
      }
    },
  ]
}

/** Waits for an event of a socket, and closes it. Throws what the socket fails with. */
async function opened<S extends Socket>(
  socket: S,
  event: string,
  use: (socket: S) => StepFacts = () => ({}),
): Promise<StepFacts> {
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('timeout')))
  try {
    await once(socket, event)
    return use(socket)
  } finally {
    socket.destroy()
  }
}

function handshake(host: string, port: number): Promise<StepFacts> {
  return opened<TLSSocket>(tlsConnect({ host, port, servername: host }), 'secureConnect', (socket) => ({
    protocol: socket.getProtocol() ?? '',
    validTo: socket.getPeerCertificate().valid_to,
  }))
}

/** Any answer will do: without a key most servers refuse the request. */
async function answer(url: URL): Promise<StepFacts> {
  const began = Date.now()
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  const date = Date.parse(response.headers.get('date') ?? '')
  await response.body?.cancel()
  // the header has whole seconds
  const clockAheadMs = Number.isNaN(date) ? 0 : Math.round((date - (began + Date.now()) / 2) / 1_000) * 1_000
  return { status: response.status, clockAheadMs }
}

async function keyIsTaken(client: Client, bucket: string | undefined): Promise<StepFacts> {
  if (bucket !== undefined) await client.bucketInfo(bucket)
  else for await (const _ of client.listBuckets({ pageSize: 1 })) break
  return {}
}

async function each(
  keys: readonly string[],
  send: (key: string) => Promise<unknown>,
): Promise<StepFacts & { readonly ms: number }> {
  const times: number[] = []
  for (const key of keys) {
    const began = performance.now()
    await send(key)
    times.push(performance.now() - began)
  }
  times.sort((one, other) => one - other)
  return { ms: times[Math.floor(times.length / 2)] ?? 0, slowestMs: Math.round(times.at(-1) ?? 0) }
}

async function timed(bytes: number, move: () => Promise<unknown>): Promise<StepFacts> {
  const began = performance.now()
  await move()
  return { bytesPerSecond: Math.round(bytes / ((performance.now() - began) / 1_000)) }
}
