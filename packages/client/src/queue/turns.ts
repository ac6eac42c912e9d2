/** The uploads of all queues of a client that may run at a time. */
import type { Requester } from '../wire/requester.js'

/** Counts running uploads. When one ends, the queues that wait try again, in the order in which they came. */
export class Turns {
  readonly #limit: number
  #running = 0
  readonly #waiting = new Set<() => void>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get isFree(): boolean {
    return this.#running < this.#limit
  }

  take(): void {
    this.#running += 1
  }

  /** Calls back those that wait; each waits again if it finds no turn. */
  release(): void {
    this.#running -= 1
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const advance of waiting) advance()
  }

  whenFree(advance: () => void): void {
    this.#waiting.add(advance)
  }
}

const turns = new WeakMap<Requester, Turns>()

/** The turns of a client: queues of one client share them. */
export function turnsOf(requester: Requester, limit: number): Turns {
  const known = turns.get(requester) ?? new Turns(limit)
  turns.set(requester, known)
  return known
}
