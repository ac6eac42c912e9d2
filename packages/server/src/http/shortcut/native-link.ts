import { Socket } from 'node:net'
import { type ConnectionListener, type Connections, type OwnedConnection, PASSED } from '@bindery/digest'
import { markLocal, peerOf, UNIX_PEER } from '../peer.js'
import { hostAndPort } from '../read-request.js'
import type { Link, LinkOwner } from './link.js'

/** A text and bytes that wait until those before them were sent. */
interface Waiting {
  readonly text: string
  readonly bytes: Uint8Array | undefined
  readonly taken: (all: boolean) => void
}

/** A connection that the addon owns. */
export class NativeLink implements Link, ConnectionListener {
  readonly peer: string
  readonly local: string
  readonly lendsBytes = true
  onClosed: (() => void) | undefined
  destroyed = false
  isPaused = false
  readonly #connection: OwnedConnection
  #owner: LinkOwner | undefined
  /** Bytes of the room that are still free. */
  #room = 0
  /** The piece of which the kernel has not taken all, and those behind it. */
  #sending: Waiting | undefined
  readonly #waiting: Waiting[] = []
  #isEnding = false
  /** Whether the end of each direction was sent and received: with both the connection is over. */
  #hasShut = false
  #hasEnded = false
  #isClosing = false
  #timeoutMs = 0
  #timer: NodeJS.Timeout | undefined
  /** When `#timer` ends, and when something was received or sent. */
  #timerEndsAt = 0
  #activeAt = 0
  #unsent = 0

  private constructor(socket: Socket, connection: OwnedConnection) {
    const { localAddress = '', localPort = 0 } = socket
    this.peer = peerOf(socket)
    this.local = hostAndPort(localAddress, localPort)
    this.#connection = connection
    connection.listener = this
  }

  /** Takes the connection of a socket, of which nothing was read; undefined if it cannot be taken. */
  static take(socket: Socket, connections: Connections): NativeLink | undefined {
    const fd = descriptorOf(socket)
    const connection = fd === undefined ? undefined : connections.adopt(fd)
    if (connection === undefined) return undefined
    const link = new NativeLink(socket, connection)
    socket.destroy()
    return link
  }

  get isSending(): boolean {
    return this.#sending !== undefined || this.#connection.isPassing
  }

  start(owner: LinkOwner): void {
    this.#owner = owner
  }

  setTimeout(milliseconds: number): void {
    if (milliseconds === this.#timeoutMs || this.destroyed) return
    this.#timeoutMs = milliseconds
    this.#activeAt = performance.now()
    const endsAt = this.#activeAt + milliseconds
    if (this.#timer !== undefined && this.#timerEndsAt <= endsAt) return
    this.#startTimer(milliseconds)
  }

  pause(): void {
    if (this.isPaused || this.destroyed) return
    this.isPaused = true
    this.#room = 0
    this.#connection.pause()
  }

  resume(room?: Uint8Array): void {
    if (this.destroyed) return
    if (room === undefined) {
      // the room of before is no longer free
      if (this.#room > 0) this.pause()
      if (this.isPaused) this.#connection.resume()
      this.isPaused = false
      return
    }
    this.isPaused = false
    this.#room = room.length
    const bytes = this.#connection.receive(room)
    if (bytes > 0) this.placed(bytes)
    // the owner may not expect an end before it has returned
    else if (bytes === -1) queueMicrotask(() => this.ended())
    else if (bytes < 0) queueMicrotask(() => this.broken())
  }

  send(text: string, bytes: Uint8Array | undefined, taken: (all: boolean) => void): void {
    this.#activeAt = performance.now()
    const piece = { text, bytes, taken }
    if (this.isSending || this.#waiting.length > 0) this.#waiting.push(piece)
    else this.#give(piece)
  }

  pass(
    text: string,
    watch: object,
    position: number,
    length: number,
    passed: (bytes: number, outcome: number) => void,
  ): void {
    this.#activeAt = performance.now()
    this.#connection.pass(text, watch, position, length, (bytes, outcome) => {
      this.#activeAt = performance.now()
      // the text may not have been sent
      if (outcome < 0 || outcome === PASSED.broken) this.destroy()
      passed(bytes, outcome)
      if (!this.destroyed) this.#sendWaiting()
    })
  }

  md5Of(body: Buffer): () => Uint8Array | undefined {
    return this.#connection.md5Of(body)
  }

  end(bytes?: Uint8Array): void {
    if (bytes !== undefined) this.send('', bytes, () => {})
    this.#isEnding = true
    this.#endIfSent()
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    clearTimeout(this.#timer)
    this.#connection.drop()
    const sending = this.#sending
    this.#sending = undefined
    sending?.taken(false)
    for (const { taken } of this.#waiting.splice(0)) taken(false)
    queueMicrotask(() => {
      this.onClosed?.()
      this.#owner?.closed()
    })
  }

  destroySoon(): void {
    this.#isClosing = true
    this.end()
  }

  leave(bytes: Buffer): Socket {
    this.destroyed = true
    clearTimeout(this.#timer)
    // of an answer that counts as sent, though the kernel had no room for all of it
    const rest = this.#connection.unsentBytes()
    const fd = this.#connection.release()
    const socket = new Socket({ fd, readable: true, writable: true, allowHalfOpen: true })
    if (this.peer === UNIX_PEER) markLocal(socket)
    if (rest.length > 0) socket.write(rest)
    socket.unshift(bytes)
    return socket
  }

  came(bytes: Buffer): void {
    this.#activeAt = performance.now()
    this.#owner?.came(bytes)
  }

  placed(bytes: number): void {
    this.#activeAt = performance.now()
    this.#room -= bytes
    if (this.#room === 0) this.isPaused = true
    this.#owner?.placed(bytes)
  }

  sent(): void {
    this.#activeAt = performance.now()
    const done = this.#sending
    this.#sending = undefined
    done?.taken(true)
    this.#sendWaiting()
  }

  ended(): void {
    if (this.destroyed) return
    this.#hasEnded = true
    this.#owner?.ended()
    if (this.#hasShut) this.destroy()
  }

  broken(): void {
    this.destroy()
  }

  #sendWaiting(): void {
    while (!this.isSending) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      this.#give(next)
    }
    this.#endIfSent()
  }

  /** Gives a piece to the kernel, which may not take all of it yet. */
  #give(piece: Waiting): void {
    const outcome = this.destroyed ? 'lost' : this.#connection.send(piece.text, piece.bytes)
    if (outcome === 'sending') this.#sending = piece
    else if (outcome === 'busy') {
      this.#waiting.unshift(piece)
      this.#awaitSent()
    } else {
      if (outcome === 'lost') this.destroy()
      piece.taken(outcome === 'sent')
    }
  }

  /** Waits for the end of what follows, which is reported. */
  #awaitSent(): void {
    this.#sending = { text: '', bytes: undefined, taken: () => {} }
  }

  #endIfSent(): void {
    if (!this.#isEnding || this.destroyed || this.isSending) return
    if (this.#connection.unsent() > 0) {
      this.#awaitSent()
      return
    }
    this.#isEnding = false
    this.#connection.shut()
    this.#hasShut = true
    if (this.#isClosing || this.#hasEnded) this.destroy()
  }

  #startTimer(milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timerEndsAt = performance.now() + milliseconds
    this.#timer = setTimeout(() => this.#checkSilence(), milliseconds).unref()
  }

  /** Only then whether something has happened is looked at, so that a request costs no work on timers. */
  #checkSilence(): void {
    const unsent = this.isSending ? this.#connection.unsent() + this.#connection.unpassed() : 0
    if (unsent !== this.#unsent) this.#activeAt = performance.now()
    this.#unsent = unsent
    const left = this.#activeAt + this.#timeoutMs - performance.now()
    if (left < 1) {
      this.#activeAt = performance.now()
      this.#startTimer(this.#timeoutMs)
      this.#owner?.silent()
    } else this.#startTimer(left)
  }
}

/** The descriptor of a socket, where Node.js shows it. */
function descriptorOf(socket: Socket): number | undefined {
  const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: unknown } }
  return typeof handle?.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined
}
