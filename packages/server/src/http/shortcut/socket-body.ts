import type { Socket } from 'node:net'
import { ArrivingBody } from '../arriving-body.js'

/** A body of which a part arrived behind its head: the owner of the connection passes on the rest, and whether it is cut. */
export class SocketBody extends ArrivingBody {
  readonly size: number
  readonly #socket: Socket
  readonly #idleTimeoutMs: number

  /**
   * @param bytes the head and what arrived with it, which must not be used again
   * @param start where the body begins
   */
  constructor(socket: Socket, bytes: Buffer, start: number, { size, idleTimeoutMs }: SocketBodyOptions) {
    super()
    this.size = size
    this.#socket = socket
    this.#idleTimeoutMs = idleTimeoutMs
    if (bytes.length > start) this.keep(bytes.subarray(start), bytes)
  }

  override get complete(): boolean {
    return this.arrived === this.size
  }

  /** Takes bytes that follow; returns those behind the body. */
  take(bytes: Buffer): Buffer | undefined {
    const left = this.size - this.arrived
    if (left === 0) return bytes
    if (bytes.length <= left) {
      this.arrive(bytes)
      return undefined
    }
    this.arrive(bytes.subarray(0, left))
    return bytes.subarray(left)
  }

  protected override limitSilence(): void {
    this.#socket.setTimeout(this.#idleTimeoutMs)
  }

  protected override flow(): void {
    if (this.#socket.isPaused()) this.#socket.resume()
  }

  protected override pause(): void {
    // behind the body it is up to the owner of the connection
    if (!this.complete) this.#socket.pause()
  }
}

/** The length of a body, and the milliseconds without a byte, while one is awaited, after which the read fails. */
export interface SocketBodyOptions {
  readonly size: number
  readonly idleTimeoutMs: number
}
