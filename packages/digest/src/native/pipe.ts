import { closeSync } from 'node:fs'
import type { Binding } from './binding.js'
import { systemError } from './engine.js'

/**
 * A pipe that holds up to 1 MiB of a file by reference to its pages: see `NativeEngine.readThrough`, which fills it.
 * Whatever is done with it waits for nothing.
 */
export class Pipe {
  readonly #binding: Binding
  readonly readEnd: number
  readonly writeEnd: number
  #length = 0
  #isBroken = false

  /** Throws an error of the system, ENOSYS where there are no such pipes. */
  constructor(binding: Binding) {
    const ends = binding.openPipe()
    if (typeof ends === 'number') throw systemError(ends, 'pipe2')
    this.#binding = binding
    this.readEnd = ends[0]
    this.writeEnd = ends[1]
  }

  /** Bytes in it. */
  get length(): number {
    return this.#length
  }

  /** Whether it holds nothing and can be filled again. */
  get isReusable(): boolean {
    return this.#length === 0 && !this.#isBroken
  }

  /** What was put into it. With undefined its content is not known, and it can only be closed. */
  filled(length: number | undefined): void {
    if (length === undefined) this.#isBroken = true
    else this.#length += length
  }

  /** Moves bytes to a non-blocking socket. Returns how many it took: 0 where it takes none at present, or is broken. */
  sendTo(socket: number): number {
    const sent = this.#binding.sendFromPipe(this.readEnd, socket, this.#length)
    this.#length -= sent
    return sent
  }

  /** Fills `bytes`, which are no longer than what is in the pipe, with the next of it. */
  take(bytes: Uint8Array): void {
    if (bytes.length > this.#length) throw new RangeError(`the pipe holds ${this.#length} bytes, not ${bytes.length}`)
    const error = this.#binding.takeFromPipe(this.readEnd, bytes)
    if (error !== 0) {
      this.#isBroken = true
      throw systemError(error, 'read')
    }
    this.#length -= bytes.length
  }

  /** Lets go of what it holds. Once, and not while it is being filled. */
  close(): void {
    closeSync(this.readEnd)
    closeSync(this.writeEnd)
  }
}
