import type { Socket } from 'node:net'
import { peerOf } from '../peer.js'
import { hostAndPort } from '../read-request.js'
import type { Link, LinkOwner } from './link.js'

/** A larger body is not copied behind its head, but passed to the kernel together with it. */
const COPIED_BYTES_MAX = 16 * 1024

/** A socket of Node.js. */
export class SocketLink implements Link {
  readonly peer: string
  readonly local: string
  readonly lendsBytes = false
  onClosed: (() => void) | undefined
  readonly #socket: Socket
  /** Registered by `start`, and removed by `leave`. */
  #listeners: Readonly<Record<string, (bytes: Buffer) => void>> = {}

  constructor(socket: Socket) {
    const { localAddress = '', localPort = 0 } = socket
    this.#socket = socket
    this.peer = peerOf(socket)
    this.local = hostAndPort(localAddress, localPort)
  }

  get destroyed(): boolean {
    return this.#socket.destroyed
  }

  get isSending(): boolean {
    return this.#socket.writableLength > 0
  }

  get isPaused(): boolean {
    return this.#socket.isPaused()
  }

  start(owner: LinkOwner): void {
    this.#listeners = {
      data: (bytes: Buffer) => owner.came(bytes),
      end: () => owner.ended(),
      close: () => {
        this.onClosed?.()
        owner.closed()
      },
      timeout: () => owner.silent(),
      // a broken connection closes by itself
      error: () => {},
    }
    for (const [event, listener] of Object.entries(this.#listeners)) this.#socket.on(event, listener)
  }

  setTimeout(milliseconds: number): void {
    if (this.#socket.timeout !== milliseconds) this.#socket.setTimeout(milliseconds)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  send(text: string, bytes: Uint8Array | undefined, taken: (all: boolean) => void): void {
    const socket = this.#socket
    let isOver = false
    const over = (all: boolean) => {
      if (isOver) return
      isOver = true
      socket.off('close', cut)
      taken(all)
    }
    const cut = () => over(false)
    const written = (error?: Error | null) => over(!error && !socket.destroyed)
    if (bytes === undefined || bytes.length === 0) socket.write(text, 'latin1', written)
    else if (bytes.length <= COPIED_BYTES_MAX) socket.write(joined(text, bytes), written)
    else {
      socket.cork()
      socket.write(text, 'latin1')
      socket.write(bytes, written)
      socket.uncork()
    }
    if (socket.destroyed) cut()
    else if (socket.writableLength > 0) socket.once('close', cut)
  }

  end(bytes?: Uint8Array): void {
    if (bytes === undefined) this.#socket.end()
    else this.#socket.end(bytes)
  }

  destroy(): void {
    this.#socket.destroy()
  }

  destroySoon(): void {
    this.#socket.destroySoon()
  }

  leave(bytes: Buffer): Socket {
    const socket = this.#socket
    for (const [event, listener] of Object.entries(this.#listeners)) socket.off(event, listener)
    socket.setTimeout(0)
    socket.unshift(bytes)
    return socket
  }
}

function joined(head: string, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(head.length + body.length)
  bytes.write(head, 0, 'latin1')
  bytes.set(body, head.length)
  return bytes
}
