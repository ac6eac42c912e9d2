/**
 * Time that passes only when nothing runs: callers wait for moments, and the earliest continues. A paused process continues
 * with everything that it missed when its pause has ended.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Awaitable } from '@bindery/storage'

interface Waiting {
  readonly at: number
  readonly by: string
  readonly goOn: () => void
}

export class VirtualTime {
  /** Milliseconds. */
  now = 0
  /** The latest last. */
  #waiting: Waiting[] = []
  #running = 0
  /** When the pauses of processes end. */
  readonly #pauses = new Map<string, number>()

  /** Resolves for a process after some time. */
  wait(by: string, milliseconds: number): Promise<void> {
    return new Promise((goOn) => this.#add({ at: this.now + milliseconds, by, goOn }))
  }

  /** Runs an engine's call for a process: time stands still during it, and passes before and after it. */
  async take<T>(by: string, latency: () => number, call: () => Awaitable<T>): Promise<T> {
    await this.wait(by, latency())
    this.#running += 1
    try {
      return await call()
    } finally {
      this.#running -= 1
      await this.wait(by, latency())
    }
  }

  pause(by: string, milliseconds: number): void {
    this.#pauses.set(by, this.now + milliseconds)
  }

  /** Lets time pass until a moment, or until nothing waits any more. */
  async run(until: () => boolean): Promise<void> {
    for (;;) {
      do await nextTurn()
      while (this.#running > 0)
      const next = this.#waiting.shift()
      if (next === undefined || until()) return
      this.now = Math.max(this.now, next.at)
      const resumesAt = this.#pauses.get(next.by) ?? 0
      if (resumesAt > this.now) this.#add({ ...next, at: resumesAt })
      else next.goOn()
    }
  }

  /** Behind those that wait for the same moment. */
  #add(waiting: Waiting): void {
    let place = this.#waiting.length
    while (place > 0 && (this.#waiting[place - 1]?.at ?? 0) > waiting.at) place -= 1
    this.#waiting.splice(place, 0, waiting)
  }
}
