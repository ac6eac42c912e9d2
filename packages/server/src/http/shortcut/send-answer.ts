import type { Socket } from 'node:net'
import type { ServiceResponse } from '@bindery/service'
import type { LentBytes } from '@bindery/storage'
import { type Outlet, sendPieces } from '../send-pieces.js'
import type { Sent } from '../send-response.js'
import { isWhole } from '../send-whole.js'
import { type AnswerHead, answerHead } from './answer-head.js'

/** A larger body is not copied behind its head, but passed to the kernel together with it. */
const COPIED_BYTES_MAX = 16 * 1024
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
export function sendAnswer(socket: Socket, answer: ServiceResponse, options: AnswerOptions, onSent: OnSent): void {
  if (socket.destroyed) {
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
    sendAnswer(socket, options.failed(failure), options, onSent)
    return
  }
  if (isBodiless) closeBody(answer)
  const { text, isChunked } = head
  const whole = isBodiless ? NOTHING : isChunked ? undefined : wholeBody(answer)
  if (whole !== undefined) sendWhole(socket, text, whole, options, (sent) => onSent(sent, answer))
  else void sendStreamed(socket, head, answer, options, onSent)
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

/** Sends head and body by one write. The body is released when the kernel has it, or the connection is closed. */
function sendWhole(
  socket: Socket,
  head: string,
  { bytes, release }: LentBytes,
  { idleTimeoutMs }: AnswerOptions,
  onSent: (sent: Sent) => void,
): void {
  let isOver = false
  const over = (whole: boolean) => {
    if (isOver) return
    isOver = true
    socket.off('close', cut)
    release()
    onSent({ bytes: bytes.length, whole })
  }
  const cut = () => over(false)
  const written = (error?: Error | null) => over(!error && !socket.destroyed)
  if (bytes.length === 0) socket.write(head, 'latin1', written)
  else if (bytes.length <= COPIED_BYTES_MAX) socket.write(joined(head, bytes), written)
  else {
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(bytes, written)
    socket.uncork()
  }
  if (socket.writableLength === 0) return
  socket.once('close', cut)
  socket.setTimeout(idleTimeoutMs)
}

function joined(head: string, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(head.length + body.length)
  bytes.write(head, 0, 'latin1')
  bytes.set(body, head.length)
  return bytes
}

async function sendStreamed(
  socket: Socket,
  head: AnswerHead,
  answer: ServiceResponse,
  { idleTimeoutMs }: AnswerOptions,
  onSent: OnSent,
): Promise<void> {
  let sent: Sent = { bytes: 0, whole: false }
  try {
    socket.setTimeout(idleTimeoutMs)
    sent = await stream(socket, head, answer)
  } catch (failure) {
    socket.destroy()
    sent = { ...sent, failure }
  }
  onSent(sent, answer)
}

async function stream(socket: Socket, { text, isChunked }: AnswerHead, { body }: ServiceResponse): Promise<Sent> {
  let cut = () => {}
  const gone = new Promise<false>((resolve) => {
    cut = () => resolve(false)
  })
  socket.once('close', cut)
  const isLent = body !== undefined && !(body instanceof Uint8Array)
  // with the first piece: of an answer that has none, because it cannot be read, nothing is sent
  let head = text
  const takeHead = () => {
    const taken = head
    head = ''
    return taken
  }
  try {
    const sent = await sendPieces(outletOf(socket, isChunked, takeHead), isLent ? body : onePiece(body), gone)
    if (sent.failure !== undefined || socket.destroyed) return { ...sent, whole: false }
    const flushed = new Promise<boolean>((resolve) => {
      socket.write(takeHead() + (isChunked ? '0\r\n\r\n' : ''), 'latin1', (error) => resolve(!error))
    })
    return { ...sent, whole: (await Promise.race([flushed, gone])) && !socket.destroyed }
  } finally {
    // the connection may carry many more answers
    socket.off('close', cut)
    if (isLent) await body.close()
  }
}

async function* onePiece(bytes: Uint8Array | undefined): AsyncGenerator<LentBytes> {
  if (bytes !== undefined && bytes.length > 0) yield { bytes, release: NOTHING.release }
}

function outletOf(socket: Socket, isChunked: boolean, takeHead: () => string): Outlet {
  return {
    write: (bytes, taken) => {
      socket.cork()
      const before = takeHead() + (isChunked ? `${bytes.length.toString(16)}\r\n` : '')
      if (before !== '') socket.write(before, 'latin1')
      socket.write(bytes, isChunked ? undefined : taken)
      if (isChunked) socket.write('\r\n', 'latin1', taken)
      socket.uncork()
    },
    destroy: () => socket.destroy(),
    hasLeft: () => socket.destroyed,
  }
}
