/** Sends requests: signs each attempt, repeats those that may help, and turns answers into values or OssError. */
import type { ClientOptions, RetryPolicy, Transport, TransportResponse } from '../types/client.js'
import type { OssError } from '../types/error.js'
import { type Address, createAddress, urlWith } from './address.js'
import type { Authorized, Authorizer } from './authorizer.js'
import type { Call } from './call.js'
import { asOssError, loaded, readText } from './failure.js'
import { backOff, isOffline, pause, untilOnline } from './retry.js'
import type { SigningDigests } from './signing-digests.js'

/** A response of success. The caller reads its body to the end, or leaves it. */
export interface Answer {
  readonly response: TransportResponse
  readonly requestId: string | undefined
  /** Attempts that were made. */
  readonly attempts: number
}

/**
 * The retry policy without options: 10 attempts, delays of 200 ms to 20 s, and 20 s without progress until an attempt
 * is cut.
 */
export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 10,
  baseDelayMs: 200,
  maxDelayMs: 20_000,
  stallTimeoutMs: 20_000,
  waitForOnline: true,
}

/** Milliseconds after which a call that belongs to no transfer is not repeated any more. */
const CALL_ELAPSED_MAX_MS = 60_000

/** An adjustment of the clock is part of an attempt, unless it does not help. */
const CLOCK_TRIES = 2

/** One attempt, for those who trace it. */
interface Outcome {
  readonly attempt: number
  readonly startedAt: number
  readonly status: number
  readonly requestId: string | undefined
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly error?: string
  readonly reason?: string
}

/** A signal that is never aborted. Each request has its own: Node.js warns where more than ten listen to one. */
function never(): AbortSignal {
  return new AbortController().signal
}

/** The authorization of an attempt, once there is one. */
type Used = Partial<Pick<Authorized, 'refused'>>

/** Signs and sends the requests of one client, and repeats them under its retry policy. */
export class Requester {
  readonly address: Address
  readonly #transport: Transport
  readonly dialect: 'oss' | 's3'
  readonly #digests: SigningDigests | undefined
  /** The client's policy over the defaults. */
  readonly retry: RetryPolicy
  readonly #options: ClientOptions
  #authorizing: Promise<Authorizer> | undefined
  #skewMs: number
  readonly #learnsSkew: boolean

  /** @param digests for signatures; default: those of Web Crypto */
  constructor(options: ClientOptions, transport: Transport, digests?: SigningDigests) {
    this.address = createAddress(options)
    this.#transport = transport
    this.#digests = digests
    this.dialect = options.dialect ?? 'oss'
    this.retry = { ...DEFAULT_RETRY, ...options.retry }
    this.#options = options
    this.#learnsSkew = typeof options.clockSkew !== 'number'
    this.#skewMs = typeof options.clockSkew === 'number' ? options.clockSkew : 0
  }

  /** Whether pieces of bodies can be lent to the transport. */
  get lends(): boolean {
    return this.#transport.lends === true
  }

  /** Sends a request until an attempt succeeds, or another is of no use. Throws OssError. */
  async send(call: Call): Promise<Answer> {
    const policy = { ...this.retry, ...call.retry }
    const signal = call.signal ?? never()
    let renewals = 0
    let startedAt = Date.now()
    const elapsedMax = policy.maxElapsedMs ?? (isOfTransfer(call) ? Number.POSITIVE_INFINITY : CALL_ELAPSED_MAX_MS)
    let clockTries = 0
    for (let attempt = 1; ; ) {
      const used: Used = {}
      try {
        const response = await this.#attempt(call, policy, signal, attempt, used)
        return { response, requestId: requestIdOf(response), attempts: attempt }
      } catch (thrown) {
        signal.throwIfAborted()
        const error = asOssError(thrown)
        error.attempts = attempt
        if (this.#adjustClock(error) && clockTries++ < CLOCK_TRIES) continue
        if (error.status === 403 && renewals++ === 0 && used.refused?.(error) === true) continue
        if (policy.waitForOnline && error.status === 0 && isOffline()) {
          call.onOffline?.(true)
          const offlineAt = Date.now()
          await untilOnline(signal).finally(() => call.onOffline?.(false))
          startedAt += Date.now() - offlineAt
          continue
        }
        const retryable = policy.isRetryable?.(error, { op: call.op, attempt }) ?? error.retryable
        const delay = backOff(policy, attempt + 1, error.retryAfterMs)
        const isLast = attempt >= policy.maxAttempts || Date.now() + delay - startedAt > elapsedMax
        if (!retryable || isLast) throw error
        attempt += 1
        call.onRetry?.(error, attempt)
        await pause(delay, signal)
      }
    }
  }

  /** Sends a request and reads its body as text. The body is part of the attempt where it breaks off. Throws OssError. */
  async sendForText(call: Call): Promise<Answer & { readonly text: string }> {
    const policy = { ...this.retry, ...call.retry }
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.send(call)
      try {
        const text = await readText(answer.response.body)
        const { translation } = await this.#authorizer()
        return { ...answer, text: translation?.document(text) ?? text }
      } catch (thrown) {
        call.signal?.throwIfAborted()
        const error = asOssError(thrown)
        if (attempt >= policy.maxAttempts) throw error
        await pause(backOff(policy, attempt + 1), call.signal ?? never())
      }
    }
  }

  /** A URL that carries its signature, valid for `seconds`. */
  async presign(call: Call, seconds: number): Promise<string> {
    return (await this.#authorizer()).presign(call, this.#now(), seconds)
  }

  close(): void {
    this.#transport.close?.()
  }

  async #attempt(
    call: Call,
    policy: RetryPolicy,
    signal: AbortSignal,
    attempt: number,
    used: Used,
  ): Promise<TransportResponse> {
    const { authorize, translation } = await this.#authorizer()
    const { url, headers, refused } = await authorize(call, this.#now(), signal)
    used.refused = refused
    const startedAt = Date.now()
    const trace = (outcome: Omit<Outcome, 'attempt' | 'startedAt'>) =>
      this.#trace(call, { attempt, startedAt, ...outcome })
    try {
      const body = await call.body?.()
      const answer = await this.#transport.send({
        method: call.method,
        url,
        headers,
        bodyLength: call.bodyLength ?? 0,
        signal,
        stallTimeoutMs: policy.stallTimeoutMs,
        ...(body === undefined ? {} : { body }),
        ...(call.lends === true ? { lends: true } : {}),
        ...(call.onSent === undefined ? {} : { onSent: call.onSent }),
      })
      const response = translation?.response(answer) ?? answer
      if (isSuccess(call, response.status)) {
        const bytesReceived = Number(response.header('content-length') ?? 0)
        trace({
          status: response.status,
          requestId: requestIdOf(response),
          bytesSent: call.bodyLength ?? 0,
          bytesReceived,
        })
        return response
      }
      const { errorOf } = await loaded(import('./server-error.js'))
      throw errorOf(response, await readText(response.body).catch(() => ''))
    } catch (thrown) {
      const error = asOssError(thrown)
      const { status, requestId, code, message } = error
      trace({ status, requestId, bytesSent: 0, bytesReceived: 0, error: code, reason: message })
      throw error
    }
  }

  #now(): number {
    return Date.now() + this.#skewMs
  }

  /** Takes the server's time over where it refused the local one. */
  #adjustClock(error: OssError): boolean {
    if (!this.#learnsSkew || error.code !== 'RequestTimeTooSkewed' || error.serverTime === undefined) return false
    this.#skewMs = error.serverTime - Date.now()
    return true
  }

  /** Keys and signatures are a module of their own, since a small page has little to load before it is shown. */
  #authorizer(): Promise<Authorizer> {
    this.#authorizing ??= loaded(import('./authorizer.js')).then(({ createAuthorizer }) =>
      createAuthorizer(this.#options, this.address, this.#digests),
    )
    this.#authorizing.catch(() => {
      this.#authorizing = undefined
    })
    return this.#authorizing
  }

  #trace(
    { op, method, bucket, key, query = {} }: Call,
    { startedAt, requestId, error, reason, ...outcome }: Outcome,
  ): void {
    const { onRequest } = this.#options
    if (onRequest === undefined) return
    onRequest({
      ...{ op, method, ...outcome },
      url: urlWith(this.address.url(bucket, key), query),
      ms: Date.now() - startedAt,
      ...(requestId === undefined ? {} : { requestId }),
      ...(error === undefined ? {} : { error, reason }),
    })
  }
}

/** A callback that failed is reported by the status 203. */
function isSuccess({ method }: Call, status: number): boolean {
  return status >= 200 && status < 300 && (status !== 203 || method === 'GET')
}

/** Transfers observe the network, or send bodies. */
function isOfTransfer({ onOffline, body }: Call): boolean {
  return onOffline !== undefined || body !== undefined
}

function requestIdOf(response: TransportResponse): string | undefined {
  return response.header('x-oss-request-id') ?? response.header('x-amz-request-id')
}
