/** Credentials of a provider: fetched once for all requests that wait, renewed before they end and after a refusal. */
import type { Credentials, CredentialsProvider, CredentialsReason } from '../types/client.js'
import { OssError } from '../types/error.js'
import { pause } from './retry.js'

/** Milliseconds before their end at which credentials are renewed, or a quarter of their life if that is less. */
const MARGIN_MS = 60_000

/**
 * The credentials of a client. `get` rejects with the signal's reason when it is aborted, and with what the provider
 * throws.
 */
export interface CredentialsSource {
  get(signal: AbortSignal): Promise<Credentials>
  /** Reports that the server refused these. Resolves to whether others can be had. */
  reject(refused: Credentials): boolean
}

/** @param now milliseconds since 1970 */
export function createCredentialsSource(
  given: Credentials | CredentialsProvider,
  now: () => number,
): CredentialsSource {
  if (typeof given !== 'function') return { get: async () => given, reject: () => false }
  let current: Credentials | undefined
  let renewAt = Number.POSITIVE_INFINITY
  let refused: Credentials | undefined
  let pending: Promise<Credentials> | undefined

  const fetchNew = async (reason: CredentialsReason): Promise<Credentials> => {
    const startedAt = now()
    // one caller that gives up must not take the credentials from the others: the provider has a signal of its own
    const signal = new AbortController().signal
    const context = { reason, signal, ...(current === undefined ? {} : { previous: current }) }
    const fresh = await callAgain(async () => given(context))
    current = fresh
    const end = fresh.expiration === undefined ? Number.POSITIVE_INFINITY : new Date(fresh.expiration).getTime()
    renewAt = end - Math.min(MARGIN_MS, (end - startedAt) / 4)
    return fresh
  }
  return {
    async get(signal) {
      if (current !== undefined && current !== refused && now() < renewAt) return current
      const reason = current === undefined ? 'initial' : current === refused ? 'rejected' : 'expiring'
      pending ??= fetchNew(reason).finally(() => {
        pending = undefined
      })
      return raceAbort(pending, signal)
    },
    reject(credentials) {
      if (credentials === current) refused = credentials
      return true
    },
  }
}

const CALLS_MAX = 3
const CALL_DELAY_MS = 200

/**
 * Calls a function of the application, which needs a network as well: three times, unless it succeeds or throws an OssError that is not
 * retryable. Throws what the last call threw.
 */
export async function callAgain<T>(call: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await call()
    } catch (error) {
      if (count === CALLS_MAX || (error instanceof OssError && !error.retryable)) throw error
      await pause(CALL_DELAY_MS * 2 ** (count - 1) * Math.random(), new AbortController().signal)
    }
  }
}

/** The outcome of `work`, unless the signal comes first: then its reason is thrown, and the work goes on for others. */
export function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
