import type { Event } from '@bindery/service'

/** Events that another process has not yet acknowledged. */
const UNDERWAY_MAX = 256

/** Sends events to another process. If more arrive than it takes, they are dropped, and it is informed. */
export class EventPipe {
  readonly #send: (event: Event) => Promise<void>
  #underway = 0
  #lost = false

  constructor(send: (event: Event) => Promise<void>) {
    this.#send = send
  }

  push(event: Event): void {
    if (this.#underway === UNDERWAY_MAX) {
      this.#lost = true
      return
    }
    this.#underway += 1
    // a process that is gone has no listeners
    const taken = () => this.#taken()
    this.#send(event).then(taken, taken)
  }

  #taken(): void {
    this.#underway -= 1
    if (!this.#lost) return
    this.#lost = false
    this.push({ type: 'lost' })
  }
}
