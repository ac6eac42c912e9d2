import type { ServerResponse } from 'node:http'
import type { ServiceResponse } from '@bindery/service'
import { headLines } from './head-lines.js'
import type { SendOptions, Sent } from './send-response.js'

/** A response without a body, or with one that is complete in memory. */
export type WholeResponse = ServiceResponse & { readonly body: Uint8Array | undefined }

/** Whether a response can be sent by `sendWhole`. */
export function isWhole(answer: ServiceResponse): answer is WholeResponse {
  return answer.body === undefined || answer.body instanceof Uint8Array
}

/**
 * Like sendResponse, including its rejection, for a response that can be passed to the kernel at once, head and body
 * together.
 */
export function sendWhole(
  response: ServerResponse,
  { status, headers, body }: WholeResponse,
  { idleTimeoutMs, close }: Omit<SendOptions, 'beforeEnd'>,
): Promise<Sent> {
  const bytes = body?.length ?? 0
  return new Promise((resolve) => {
    if (response.destroyed) return resolve({ bytes: 0, whole: false })
    response.once('finish', () => resolve({ bytes, whole: true }))
    response.once('close', () => resolve({ bytes, whole: false }))
    if (close) response.shouldKeepAlive = false
    const { lines, sendDate } = headLines(headers)
    response.sendDate = sendDate
    response.writeHead(status, lines)
    response.end(body)
    const { socket } = response
    if (socket === null || socket.writableLength === 0) return
    // With nothing to take, this process is slow, not the reader.
    response.on('timeout', () => {
      if ((response.socket?.writableLength ?? 0) > 0) response.destroy()
    })
    socket.setTimeout(idleTimeoutMs)
  })
}
