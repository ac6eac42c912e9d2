import type { ResponseLog } from '@bindery/service'
import type { RequestBody } from './request-body.js'

/** The way to a client: a socket, or what the shortcut has in its place. */
export interface Channel {
  readonly destroyed: boolean
  destroy(): unknown
  /** Destroys it behind what was to be sent. */
  destroySoon(): void
}

/** The requests of a connection are answered one after another, however many it sends ahead. */
export interface Connection {
  channel: Channel
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
export function newConnection(channel: Channel): Connection {
  const begun = { tail: Promise.resolve(), unanswered: 0, body: undefined, log: undefined }
  return { channel, ...begun, broken: false, closing: false }
}

/** Closes a connection after what was written to it; what comes meanwhile is not answered. */
export function closeSoon(connection: Connection): void {
  connection.closing = true
  connection.channel.destroySoon()
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
