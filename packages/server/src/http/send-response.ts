import type { ServerResponse } from 'node:http'
import type { ServiceResponse } from '@bindery/service'
import { headLines } from './head-lines.js'
import { type Outlet, type SentPieces, sendPieces } from './send-pieces.js'

/** How a response is sent. */
export interface SendOptions {
  /** Milliseconds after which a reader that takes nothing loses its connection. */
  readonly idleTimeoutMs: number
  /** Close the connection after this response. */
  readonly close: boolean
  /** Awaited after the response has been written and before it is ended. */
  readonly beforeEnd?: (() => Promise<void>) | undefined
}

/** The outcome of a response. */
export interface Sent {
  /** Bytes of the body passed to the connection. */
  readonly bytes: number
  /**
   * Whether the client took the whole response; otherwise it left, read nothing for too long, or `failure`
   * occurred.
   */
  readonly whole: boolean
  /** Why the body could not be read completely. */
  readonly failure?: unknown
}

/**
 * Sends a response, with at most two pieces of its body waiting for a slow reader, and closes its body. Rejects only
 * for a head that HTTP cannot carry, before any of it is sent.
 */
export async function sendResponse(
  response: ServerResponse,
  answer: ServiceResponse,
  options: SendOptions,
): Promise<Sent> {
  try {
    return response.destroyed ? { bytes: 0, whole: false } : await send(response, answer, options)
  } finally {
    if (answer.body !== undefined && !(answer.body instanceof Uint8Array)) await answer.body.close()
  }
}

async function send(response: ServerResponse, answer: ServiceResponse, options: SendOptions): Promise<Sent> {
  const gone = new Promise<false>((resolve) => response.once('close', () => resolve(false)))
  const finished = new Promise<true>((resolve) => response.once('finish', () => resolve(true)))
  if (options.close) response.shouldKeepAlive = false
  const { lines, sendDate } = headLines(answer.headers)
  response.sendDate = sendDate
  response.writeHead(answer.status, lines)
  response.on('timeout', () => {
    // With nothing to take, this process is slow, not the reader.
    if ((response.socket?.writableLength ?? 0) > 0) response.destroy()
  })
  response.socket?.setTimeout(options.idleTimeoutMs)
  const sent = await sendBody(response, answer.body, gone)
  if (sent.failure !== undefined) return { ...sent, whole: false }
  if (options.beforeEnd !== undefined) {
    response.flushHeaders()
    await options.beforeEnd()
  }
  response.end()
  return { ...sent, whole: await Promise.race([finished, gone]) }
}

async function sendBody(
  response: ServerResponse,
  body: ServiceResponse['body'],
  gone: Promise<false>,
): Promise<SentPieces> {
  if (body === undefined) return { bytes: 0 }
  if (!(body instanceof Uint8Array)) return await sendPieces(outletOf(response), body, gone)
  response.write(body)
  return { bytes: body.length }
}

function outletOf(response: ServerResponse): Outlet {
  return {
    write: (bytes, taken) => response.write(bytes, taken),
    destroy: () => response.destroy(),
    hasLeft: () => hasLeft(response),
  }
}

/** Whether nothing of a response can be sent any more, also because its connection ended before its turn. */
export function hasLeft(response: ServerResponse): boolean {
  return response.destroyed || response.socket === null || response.socket.destroyed
}
