import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { UnreadBytes } from '@bindery/storage'
import { hasLeft } from './has-left.js'

/**
 * What is written in the ordinary way where the kernel takes no more without waiting: when it has taken that, it has room
 * for much more.
 */
const WRITTEN_BETWEEN_BYTES = 64 * 1024

/** Whether bytes can be sent past node now: the connection is open, plain, and this Node tells its descriptor. */
export function isBypassable({ socket }: ServerResponse): boolean {
  return socket !== null && descriptorOf(socket) !== undefined
}

/**
 * Sends bytes past node, straight to the socket, as far as the kernel takes them at once. In between, and first of all so that
 * the head goes before, a few are written in the ordinary way: node tells when the kernel has taken these, and a reader
 * who takes nothing has bytes waiting in node as always. Resolves with the bytes sent, all of them unless the client left.
 * @param isFirst nothing of the body has been written yet
 */
export async function sendUnread(
  response: ServerResponse,
  unread: UnreadBytes,
  { idleTimeoutMs, isFirst }: { readonly idleTimeoutMs: number; readonly isFirst: boolean },
): Promise<number> {
  const { length } = unread
  if (!isFirst) sendNow(response, unread, idleTimeoutMs)
  while (unread.length > 0 && !hasLeft(response)) {
    await writeThrough(response, unread.take(WRITTEN_BETWEEN_BYTES))
    sendNow(response, unread, idleTimeoutMs)
  }
  return length - unread.length
}

function sendNow({ socket }: ServerResponse, unread: UnreadBytes, idleTimeoutMs: number): void {
  // Nothing may pass what node has not sent yet.
  if (socket === null || socket.writableLength > 0) return
  const descriptor = descriptorOf(socket)
  // Node does not see these, so it is told that the reader is alive.
  if (descriptor !== undefined && unread.sendTo(descriptor) > 0) socket.setTimeout(idleTimeoutMs)
}

/** Resolves when the kernel has taken the bytes, or the client has left. */
function writeThrough(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      response.off('close', end)
      resolve()
    }
    response.on('close', end)
    response.write(bytes, end)
  })
}

/**
 * The descriptor of a connection; undefined where it is closed, where TLS stands before it, and where this Node does not
 * tell. It is looked up for each use, since a connection that closes leaves its number to another.
 *
 * Node does not document the handle, so nothing may depend on its being there.
 */
function descriptorOf(socket: Socket): number | undefined {
  if (socket.destroyed || 'encrypted' in socket) return undefined
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: unknown } | null }
  if (handle?.constructor.name !== 'TCP') return undefined
  return typeof handle.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined
}
