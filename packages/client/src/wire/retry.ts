/** How long to wait before another attempt, and waiting itself. */
import type { RetryPolicy } from '../types/client.js'

/** The longest wait that a Retry-After header may demand, in milliseconds. */
const RETRY_AFTER_MAX_MS = 60_000

/** Milliseconds before attempt `attempt` (2 is the first retry): full jitter under a doubling bound. */
export function backOff(policy: RetryPolicy, attempt: number, retryAfterMs = 0): number {
  const bound = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 2))
  return Math.max(Math.random() * bound, Math.min(retryAfterMs, RETRY_AFTER_MAX_MS))
}

/** Resolves after this many milliseconds; rejects with the signal's reason if that comes first. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, milliseconds)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** Whether the browser reports that there is no network. Node.js never does. */
export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false
}

/** Resolves when the browser is online again. */
export function untilOnline(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      globalThis.removeEventListener('online', onOnline)
      signal.removeEventListener('abort', onAbort)
    }
    const onOnline = () => {
      stop()
      resolve()
    }
    const onAbort = () => {
      stop()
      reject(signal.reason)
    }
    if (!isOffline()) return resolve()
    globalThis.addEventListener('online', onOnline)
    signal.addEventListener('abort', onAbort)
  })
}
