import type { Socket } from 'node:net'
import type { ResponseLog } from '@bindery/service'
import type { RequestBody } from './request-body.js'

/** The requests of a connection are answered one after another, however many it sends ahead. */
export interface Connection {
  readonly socket: Socket
  tail: Promise<void>
  unanswered: number
  /** The body of the request being answered. */
  body: RequestBody | undefined
  /** The facts known so far about the request being answered. */
  log: ResponseLog | undefined
  /** The last request, or the bytes after it, are not HTTP: close after its response. */
  broken: boolean
  /** It closes behind the response that was sent: whatever else comes is neither handled nor answered. */
  closing: boolean
}

/** A connection that has sent nothing yet. */
export function newConnection(socket: Socket): Connection {
  const begun = { tail: Promise.resolve(), unanswered: 0, body: undefined, log: undefined }
  return { socket, ...begun, broken: false, closing: false }
}

/** Closes a connection after what was written to it; what comes meanwhile is not answered. */
export function closeSoon(connection: Connection): void {
  connection.closing = true
  connection.socket.destroySoon()
}

/** Requests by operation; under undefined those of which it is not known, up to `all`. */
export function requestsByOperation(
  connections: Iterable<Connection>,
  all: number,
): ReadonlyMap<string | undefined, number> {
  const counts = new Map<string | undefined, number>()
  let known = 0
  for (const { log } of connections) {
    const operation = log?.operation
    if (operation === undefined) continue
    known += 1
    counts.set(operation, (counts.get(operation) ?? 0) + 1)
  }
  return counts.set(undefined, all - known)
}
