import { createHash, createHmac } from 'node:crypto'
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { percentEncode } from '@bindery/bytes'
import { type Digests, signS3 } from '@bindery/protocol'
import { S3Failure } from './s3-failure.js'
import type { S3Place } from './s3-place.js'
import { elementOf } from './s3-xml.js'

/** A request to the bucket of a store. */
export interface S3Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD'
  /** With the prefix; '' for the bucket itself. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Must not change until the request has ended. */
  readonly body?: readonly Uint8Array[]
  readonly signal?: AbortSignal
}

/** A whole answer of at most some megabytes. */
export interface S3Answer {
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** How requests of one method went. */
export interface RequestCounts {
  answered: number
  /** Connections that broke, and answers of 500 and above. */
  failed: number
  /** From sending requests until their answers began. */
  seconds: number
}

const CONNECTIONS_DEFAULT = 256
/** Milliseconds that a connection may take to be made. */
const CONNECT_MS = 5_000
/** Milliseconds without a byte in either direction after which a connection counts as broken. */
export const SILENCE_MS = 30_000
/** Bytes of the longest answer that is read as a whole: a list of 1,000 long keys. */
const ANSWER_BYTES_MAX = 16 * 1024 ** 2
/** The digests of bodies are headers of their own. */
const PAYLOAD = 'UNSIGNED-PAYLOAD'

const DIGESTS: Digests = {
  begin: (algorithm) => createHash(algorithm),
  md5: (data) => createHash('md5').update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  hmacSha1: (key, data) => createHmac('sha1', key).update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
}

/** Sends signed requests to a bucket over kept connections, each once. */
export class S3Client {
  readonly #place: S3Place
  /** Since it was opened, by method. */
  readonly counts: Readonly<Record<S3Request['method'], RequestCounts>> = {
    GET: { answered: 0, failed: 0, seconds: 0 },
    PUT: { answered: 0, failed: 0, seconds: 0 },
    POST: { answered: 0, failed: 0, seconds: 0 },
    DELETE: { answered: 0, failed: 0, seconds: 0 },
    HEAD: { answered: 0, failed: 0, seconds: 0 },
  }
  /** Objects are read over connections of their own: slow readers of many leave all others for everything else. */
  readonly #readingAgent: HttpAgent
  readonly #agent: HttpAgent
  readonly #isTls: boolean
  readonly #silenceMs: number

  /** @param connections the most for reads of objects, and the most for everything else */
  constructor(place: S3Place, silenceMs = SILENCE_MS, connections = CONNECTIONS_DEFAULT) {
    this.#place = place
    this.#silenceMs = silenceMs
    this.#isTls = place.endpoint.startsWith('https:')
    const options = { keepAlive: true, maxSockets: connections }
    const newAgent = () => (this.#isTls ? new HttpsAgent(options) : new HttpAgent(options))
    this.#readingAgent = newAgent()
    this.#agent = newAgent()
  }

  /** Whether a read of an object waits for a connection. */
  get isContended(): boolean {
    return Object.keys(this.#readingAgent.requests).length > 0
  }

  /** The whole answer. Throws S3Failure for any status but 2xx, and for a connection that breaks. */
  async send(request: S3Request): Promise<S3Answer> {
    const response = await this.open(request)
    const text = await textOf(response)
    if (!response.complete) throw broken(undefined)
    return { headers: response.headers, text }
  }

  /** The head of an answer, whose body must be read or destroyed. Throws as `send`. */
  async open(request: S3Request): Promise<IncomingMessage> {
    const response = await this.#counted(request)
    const status = response.statusCode ?? 0
    if (status >= 200 && status < 300) return response
    // the status is known, whatever becomes of the text
    const text = await textOf(response).catch(() => '')
    const code = elementOf(text, 'Code') ?? ''
    const name = `${request.method} ${request.key}`
    throw new S3Failure(status, code, `${name}: ${status} ${code} ${elementOf(text, 'Message') ?? ''}`)
  }

  close(): void {
    this.#readingAgent.destroy()
    this.#agent.destroy()
  }

  async #counted(request: S3Request): Promise<IncomingMessage> {
    const counts = this.counts[request.method]
    const sentAt = performance.now()
    try {
      const response = await this.#exchange(request)
      if ((response.statusCode ?? 0) >= 500) counts.failed += 1
      else counts.answered += 1
      return response
    } catch (error) {
      counts.failed += 1
      throw error
    } finally {
      counts.seconds += (performance.now() - sentAt) / 1_000
    }
  }

  #exchange({ method, key, query = {}, headers = {}, body = [], signal }: S3Request): Promise<IncomingMessage> {
    const { host, target } = this.#address(key, query)
    const length = body.reduce((sum, { length: bytes }) => sum + bytes, 0)
    const isSending = method === 'PUT' || method === 'POST'
    const unsigned = {
      method,
      target,
      headers: { ...headers, host, ...(isSending && { 'content-length': String(length) }) },
    }
    const { region } = this.#place
    const signed = signS3(unsigned, PAYLOAD, this.#place, { time: Date.now(), region, digests: DIGESTS })
    const { hostname, port } = new URL(this.#place.endpoint)
    const address = { hostname: hostname.replace(/^\[|\]$/g, ''), port, method, path: target, headers: signed }
    const agent = method === 'GET' && key !== '' ? this.#readingAgent : this.#agent
    const options = { ...address, agent, ...(signal && { signal }) }
    return new Promise((resolve, reject) => {
      const sent = this.#isTls ? requestHttps(options) : requestHttp(options)
      sent.on('response', resolve)
      sent.on('error', (error) => reject(broken(error)))
      limitSilence(sent, this.#silenceMs)
      for (const piece of body) sent.write(piece)
      sent.end()
    })
  }

  #address(key: string, query: Readonly<Record<string, string>>) {
    const { endpoint, bucket, style } = this.#place
    const { host } = new URL(endpoint)
    const path = `/${style === 'path' ? `${bucket}/` : ''}${percentEncode(key, { keepSlash: true })}`
    const parameters = Object.entries(query).map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    const search = parameters.length === 0 ? '' : `?${parameters.join('&')}`
    return { host: style === 'path' ? host : `${bucket}.${host}`, target: `${path}${search}` }
  }
}

function broken(error: unknown): S3Failure {
  if (error instanceof S3Failure) return error
  return new S3Failure(0, '', 'the connection to the S3 store broke', { cause: error })
}

/** Throws S3Failure. */
async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of response) {
      pieces.push(piece as Buffer)
      bytes += (piece as Buffer).length
      if (bytes > ANSWER_BYTES_MAX) throw new S3Failure(0, '', 'the answer of the S3 store is too long')
    }
  } catch (error) {
    throw broken(error)
  }
  return Buffer.concat(pieces).toString()
}

/** Breaks a request whose connection is not made, or on which nothing arrives or leaves. */
function limitSilence(sent: ClientRequest, silenceMs: number): void {
  const giveUp = (): void => void sent.destroy(new Error('the S3 store does not answer'))
  sent.setTimeout(silenceMs, giveUp)
  sent.on('socket', (socket) => {
    if (!socket.connecting) return
    const timer = setTimeout(giveUp, Math.min(CONNECT_MS, silenceMs))
    const end = (): void => clearTimeout(timer)
    socket.once('connect', end).once('close', end)
  })
}
