import type { Socket } from 'node:net'

/** The peer of a connection to the Unix domain socket, which has no address. */
export const UNIX_PEER = 'unix'

const local = new WeakSet<Socket>()

/** Notes that a connection came to the Unix domain socket. */
export function markLocal(socket: Socket): void {
  local.add(socket)
}

/**
 * The address of a connection's other end, `UNIX_PEER`, or an empty text where that is unknown: a TCP connection that has ended before it
 * was looked at has no address either, and must not pass for a proxy at the Unix domain socket.
 */
export function peerOf(socket: Socket): string {
  return local.has(socket) ? UNIX_PEER : (socket.remoteAddress ?? '')
}
