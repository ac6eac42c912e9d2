import type { ArrivingBody } from './arriving-body.js'

/** The largest unread rest of a body that is cheaper to read than a new connection. */
const REST_KEPT_MAX = 1024 ** 2
/** Bytes that are still read from a connection that will be closed, so that its sender sees the response. */
const LINGER_BYTES_MAX = 16 * 1024 ** 2
/** Milliseconds for which bytes are read from a connection that will be closed. */
export const LINGER_MS_MAX = 5_000

/** The fate of a connection behind an answer, and the way to get rid of the body. */
export interface UnreadRest {
  readonly close: boolean
  readonly discard?: (() => Promise<void>) | undefined
}

/** Decides what happens to a connection whose request was answered before its body was read. */
export function unreadRest(body: ArrivingBody, isBodiless: boolean): UnreadRest {
  if (body.complete) return { close: body.isLengthTwice }
  const rest = body.hasCome ? 0 : (body.size ?? Number.POSITIVE_INFINITY) - body.arrived
  // A body announced with a GET is seldom sent: its sender would treat the connection as free for the next request.
  const mayCome = body.hasCome || (!isBodiless && !body.awaitsContinue)
  if (rest <= REST_KEPT_MAX && mayCome && !body.isLengthTwice) {
    return { close: false, discard: () => body.discard(rest, LINGER_MS_MAX) }
  }
  return { close: true, discard: () => body.discard(LINGER_BYTES_MAX, LINGER_MS_MAX) }
}
