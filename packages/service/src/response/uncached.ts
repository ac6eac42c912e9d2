import type { RequestLog, ServiceResponse } from '../service.js'

/** An answer that no cache may keep. */
interface Uncached {
  readonly status: number
  /** The headers before those of the body. */
  readonly headers: ServiceResponse['headers']
  readonly contentType: string
  readonly body: Uint8Array
  readonly log: RequestLog
}

/** The response of an interface that is not the object store's. */
export function uncachedResponse({ status, headers, contentType, body, log }: Uncached): ServiceResponse {
  const ofBody = [
    ['Content-Type', contentType],
    ['Cache-Control', 'no-store'],
    ['Content-Length', String(body.length)],
  ] as const
  return { status, headers: [...headers, ...ofBody], body, log }
}
