import { loadNative } from './native/native.js'
import type { Pipe } from './native/pipe.js'

/**
 * Keeps pipes for who reads files without copying them, since making one costs more than its use. There are few: each may
 * hold 1 MiB of the page cache, and the system allows a user 64 MiB in pipes.
 */
export class PipePool {
  readonly #most: number
  readonly #idle: Pipe[] = []
  #count = 0
  readonly #native = loadNative()
  #isClosed = false

  /** @param most pipes at once */
  constructor(most: number) {
    this.#most = most
    if (!this.#native?.can.pipe) this.disable()
  }

  /** Pipes that are lent out. */
  get lentCount(): number {
    return this.#count - this.#idle.length
  }

  /** An empty pipe, if one is free or can be made. */
  tryTake(): Pipe | undefined {
    const idle = this.#idle.pop()
    if (idle !== undefined || this.#isClosed || this.#count === this.#most) return idle
    try {
      const pipe = this.#native?.openPipe()
      if (pipe !== undefined) this.#count++
      return pipe
    } catch {
      // Where the system allows no more of them, those that are there have to do.
      return undefined
    }
  }

  /** Takes a pipe back, once; what is left in it is dropped. */
  release(pipe: Pipe): void {
    if (pipe.isReusable && !this.#isClosed) {
      this.#idle.push(pipe)
      return
    }
    this.#count--
    pipe.close()
  }

  /** Lends no more, and closes those that are idle now and the others when they come back. */
  disable(): void {
    this.#isClosed = true
    for (const pipe of this.#idle.splice(0)) this.release(pipe)
  }
}
