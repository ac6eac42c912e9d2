import type { ServiceResponse } from '@bindery/service'
import type { LentBytes } from '@bindery/storage'
import { type Outlet, sendPieces } from '../send-pieces.js'
import type { Sent } from '../send-response.js'
import { isWhole } from '../send-whole.js'
import { type AnswerHead, answerHead } from './answer-head.js'
import type { Link } from './link.js'
import { canPass, isPassable, sendPassed } from './send-passed.js'

/** Statuses whose answers have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 304])
const NOTHING: LentBytes = { bytes: new Uint8Array(0), release: () => {} }

/** How an answer is sent. */
export interface AnswerOptions {
  readonly method: string
  /** Whether the connection closes behind the answer. */
  readonly close: boolean
  readonly keepAliveSeconds: number
  /** Milliseconds after which a reader that takes nothing loses its connection. */
  readonly idleTimeoutMs: number
  /** The answer in place of one whose head HTTP cannot carry. */
  readonly failed: (failure: unknown) => ServiceResponse
}

/** Called once, when an answer was sent or its connection was cut; `answer` is the one that was sent. */
export type OnSent = (sent: Sent, answer: ServiceResponse) => void

/**
 * Sends an answer on a connection, with at most two pieces of its body waiting for a slow reader, and closes its body. The owner of
 * the connection destroys it when it was silent for the time that is set on it here.
 */
export function sendAnswer(link: Link, answer: ServiceResponse, options: AnswerOptions, onSent: OnSent): void {
  if (link.destroyed) {
    closeBody(answer)
    onSent({ bytes: 0, whole: false }, answer)
    return
  }
  const isBodiless = options.method === 'HEAD' || BODILESS.has(answer.status)
  let head: AnswerHead
  try {
    head = answerHead(answer, isBodiless, options)
  } catch (failure) {
    closeBody(answer)
    sendAnswer(link, options.failed(failure), options, onSent)
    return
  }
  if (isBodiless) closeBody(answer)
  const { text, isChunked } = head
  const { body } = answer
  if (!isBodiless && !isChunked && canPass(link) && isPassable(body)) {
    link.setTimeout(options.idleTimeoutMs)
    sendPassed(link, text, body, (sent) => onSent(sent, answer))
    return
  }
  const whole = isBodiless ? NOTHING : isChunked ? undefined : wholeBody(answer)
  if (whole !== undefined) sendWhole(link, text, whole, options, (sent) => onSent(sent, answer))
  else void sendStreamed(link, head, answer, options, onSent)
}

/** Undefined for a body that comes in pieces. */
function wholeBody(answer: ServiceResponse): LentBytes | undefined {
  if (!isWhole(answer)) return undefined
  const { body } = answer
  if (body === undefined) return NOTHING
  return body instanceof Uint8Array ? { bytes: body, release: NOTHING.release } : (body.takeWhole() ?? NOTHING)
}

/** Releases a body that is not sent. */
function closeBody({ body }: ServiceResponse): void {
  if (body === undefined || body instanceof Uint8Array) return
  if (body.takeWhole !== undefined) body.takeWhole()?.release()
  else void body.close()
}

/** Sends head and body at once. The body is released when the kernel has it, or the connection is closed. */
function sendWhole(
  link: Link,
  head: string,
  { bytes, release }: LentBytes,
  { idleTimeoutMs }: AnswerOptions,
  onSent: (sent: Sent) => void,
): void {
  link.send(head, bytes, (whole) => {
    release()
    onSent({ bytes: bytes.length, whole })
  })
  if (link.isSending) link.setTimeout(idleTimeoutMs)
}

async function sendStreamed(
  link: Link,
  head: AnswerHead,
  answer: ServiceResponse,
  { idleTimeoutMs }: AnswerOptions,
  onSent: OnSent,
): Promise<void> {
  let sent: Sent = { bytes: 0, whole: false }
  try {
    link.setTimeout(idleTimeoutMs)
    sent = await stream(link, head, answer)
  } catch (failure) {
    link.destroy()
    sent = { ...sent, failure }
  }
  onSent(sent, answer)
}

async function stream(link: Link, { text, isChunked }: AnswerHead, { body }: ServiceResponse): Promise<Sent> {
  const isLent = body !== undefined && !(body instanceof Uint8Array)
  const gone = new Promise<false>((resolve) => {
    link.onClosed = () => resolve(false)
  })
  // with the first piece: of an answer that has none, because it cannot be read, nothing is sent
  let before = text
  const outlet: Outlet = {
    write: (bytes, taken) => {
      link.send(isChunked ? `${before}${bytes.length.toString(16)}\r\n` : before, bytes, taken)
      before = isChunked ? '\r\n' : ''
    },
    destroy: () => link.destroy(),
    hasLeft: () => link.destroyed,
  }
  try {
    const sent = await sendPieces(outlet, isLent ? body : onePiece(body), gone)
    if (sent.failure !== undefined || link.destroyed) return { ...sent, whole: false }
    const end = `${before}${isChunked ? '0\r\n\r\n' : ''}`
    const whole = await new Promise<boolean>((resolve) => {
      link.send(end, undefined, resolve)
    })
    return { ...sent, whole }
  } finally {
    // the connection may carry many more answers
    link.onClosed = undefined
    if (isLent) await body.close()
  }
}

async function* onePiece(bytes: Uint8Array | undefined): AsyncGenerator<LentBytes> {
  if (bytes !== undefined && bytes.length > 0) yield { bytes, release: NOTHING.release }
}
