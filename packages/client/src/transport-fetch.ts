/** Sends requests by `fetch`: wherever there is no transport that observes uploads. */
import type { Body, Transport, TransportRequest, TransportResponse } from './types/client.js'
import { TransportError } from './wire/failure.js'

/**
 * Progress of a body that is sent from memory cannot be observed: such a request may take the stall timeout and a
 * millisecond per this many bytes.
 */
const SLOWEST_BYTES_PER_MS = 16

/**
 * A transport that sends by `fetch`. It reports `onSent` only for bodies that are iterables. It follows no redirects
 * and uses no HTTP cache.
 */
export function fetchTransport(): Transport {
  return { send }
}

async function send(request: TransportRequest): Promise<TransportResponse> {
  const { method, url, headers, body, bodyLength, signal, stallTimeoutMs } = request
  const stall = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const restart = (milliseconds: number) => {
    clearTimeout(timer)
    timer = setTimeout(() => stall.abort(), milliseconds)
  }
  const stop = () => clearTimeout(timer)
  restart(stallTimeoutMs + (isIterable(body) ? 0 : bodyLength / SLOWEST_BYTES_PER_MS))
  try {
    const response = await fetch(url, {
      method,
      headers: withoutForbidden(headers),
      signal: AbortSignal.any([signal, stall.signal]),
      redirect: 'manual',
      cache: 'no-store',
      ...(body === undefined ? {} : bodyInit(body, request, () => restart(stallTimeoutMs))),
    })
    restart(stallTimeoutMs)
    return { ...headOf(response), body: pieces(response, () => restart(stallTimeoutMs), stop, failure) }
  } catch (thrown) {
    stop()
    throw failure(thrown)
  }

  function failure(thrown: unknown): unknown {
    if (signal.aborted) return signal.reason
    if (stall.signal.aborted)
      return new TransportError('stalled', `${method} made no progress for ${stallTimeoutMs} ms`)
    const { message, cause } = thrown as Error & { readonly cause?: Error }
    return new TransportError('network', `${method} failed: ${cause?.message ?? message}`, thrown)
  }
}

function bodyInit(body: Body, { onSent }: TransportRequest, onProgress: () => void): RequestInit {
  if (!isIterable(body)) return { body: body as BodyInit }
  let sent = 0
  const iterator = body[Symbol.asyncIterator]()
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done === true) return controller.close()
      controller.enqueue(value)
      sent += value.length
      onProgress()
      onSent?.(sent)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
  return { body: stream, duplex: 'half' } as RequestInit
}

async function* pieces(
  response: Response,
  onProgress: () => void,
  stop: () => void,
  failure: (thrown: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  let isRead = reader === undefined
  try {
    while (!isRead && reader !== undefined) {
      onProgress()
      const { done, value } = await reader.read()
      // a reader that takes its time stalls nothing
      stop()
      isRead = done
      if (value !== undefined) yield value
    }
  } catch (thrown) {
    throw failure(thrown)
  } finally {
    stop()
    if (!isRead) await reader?.cancel().catch(() => {})
  }
}

function headOf(response: Response): Omit<TransportResponse, 'body'> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    header: (name) => response.headers.get(name) ?? undefined,
  }
}

/** Browsers set it themselves, and warn where it is given. */
function withoutForbidden(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { 'content-length': _, ...others } = headers
  return others
}

function isIterable(body: Body | undefined): body is AsyncIterable<Uint8Array> {
  return body !== undefined && Symbol.asyncIterator in body
}
