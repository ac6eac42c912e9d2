import { ArrivingBody } from '../arriving-body.js'
import type { Link } from './link.js'

/** A body of which a part arrived behind its head: the owner of the connection passes on the rest, and whether it is cut. */
export class LinkBody extends ArrivingBody {
  readonly size: number
  readonly #link: Link
  readonly #idleTimeoutMs: number

  /**
   * @param bytes the head and what arrived with it, which must not be used again
   * @param start where the body begins
   */
  constructor(link: Link, bytes: Buffer, start: number, { size, idleTimeoutMs }: LinkBodyOptions) {
    super()
    this.size = size
    this.#link = link
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

  /** To be called before the bytes that were passed are lost. */
  override own(): void {
    if (this.#link.lendsBytes) super.own()
  }

  protected override limitSilence(): void {
    this.#link.setTimeout(this.#idleTimeoutMs)
  }

  protected override flow(): void {
    this.#link.resume(this.room?.subarray(0, this.size - this.arrived))
  }

  protected override pause(): void {
    // behind the body it is up to the owner of the connection
    if (!this.complete) this.#link.pause()
  }
}

/** The length of a body, and the milliseconds without a byte, while one is awaited, after which the read fails. */
export interface LinkBodyOptions {
  readonly size: number
  readonly idleTimeoutMs: number
}
