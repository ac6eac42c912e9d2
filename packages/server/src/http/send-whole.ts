import type { ServerResponse } from 'node:http'
import type { LentBody, ServiceResponse } from '@bindery/service'
import type { LentBytes } from '@bindery/storage'
import { headLines } from './head-lines.js'
import type { SendOptions, Sent } from './send-response.js'

/** A response without a body, or with one that is complete in memory. */
export type WholeResponse = ServiceResponse & {
  readonly body: Uint8Array | (LentBody & Required<Pick<LentBody, 'takeWhole'>>) | undefined
}

/** Whether a response can be sent by `sendWhole`. */
export function isWhole(answer: ServiceResponse): answer is WholeResponse {
  const { body } = answer
  return body === undefined || body instanceof Uint8Array || body.takeWhole !== undefined
}

/**
 * Like sendResponse, including its rejection, for a response that can be passed to the kernel at once, head and body
 * together. A body that is lent is released when the kernel has it, or the connection is closed.
 */
export function sendWhole(
  response: ServerResponse,
  { status, headers, body }: WholeResponse,
  options: Omit<SendOptions, 'beforeEnd'>,
): Promise<Sent> {
  if (body === undefined || body instanceof Uint8Array) return send(response, { status, headers }, body, options)
  const lent = body.takeWhole()
  return send(response, { status, headers }, lent?.bytes, options).finally(() => lent?.release())
}

function send(
  response: ServerResponse,
  { status, headers }: Pick<ServiceResponse, 'status' | 'headers'>,
  body: LentBytes['bytes'] | undefined,
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
