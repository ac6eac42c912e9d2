import type { Event } from '@bindery/service'
import { EventPipe } from './event-pipe.js'

/** The calls of a process to the primary. A type, so that its functions can be called remotely. */
export type EventOutlet = {
  /** Whether this process has listeners. Resolves when the others know. */
  readonly listens: (does: boolean) => Promise<void>
  /** An event for the listeners in other processes. */
  readonly publish: (event: Event) => Promise<void>
}

/** The calls of the primary to a process. */
export type EventInlet = {
  /** An event of another process. */
  readonly receive: (event: Event) => Promise<void>
  /** Whether another process has listeners. */
  readonly othersListen: (listen: boolean) => Promise<void>
}

interface Seat {
  readonly inlet: EventInlet
  readonly pipe: EventPipe
  /** The last information that the process got about the others. */
  othersListen: boolean
}

/** Forwards the events of each process to those with listeners, and informs the processes that need not publish. */
export class EventSwitchboard {
  readonly #seats = new Map<string, Seat>()
  readonly #listening = new Set<string>()

  outletOf(incarnation: string): EventOutlet {
    return {
      listens: async (does) => {
        if (does) this.#listening.add(incarnation)
        else this.#listening.delete(incarnation)
        await this.#informAll()
      },
      publish: async (event) => {
        for (const [other, { pipe }] of this.#seats) {
          if (other !== incarnation && this.#listening.has(other)) pipe.push(event)
        }
      },
    }
  }

  async join(incarnation: string, inlet: EventInlet): Promise<void> {
    const pipe = new EventPipe((event) => inlet.receive(event))
    this.#seats.set(incarnation, { inlet, pipe, othersListen: false })
    await this.#informAll()
  }

  async leave(incarnation: string): Promise<void> {
    this.#seats.delete(incarnation)
    this.#listening.delete(incarnation)
    await this.#informAll()
  }

  async #informAll(): Promise<void> {
    const informed = [...this.#seats].map(async ([incarnation, seat]) => {
      const listen = [...this.#listening].some((other) => other !== incarnation)
      if (seat.othersListen === listen) return
      seat.othersListen = listen
      // a process that is gone publishes nothing
      await seat.inlet.othersListen(listen).catch(() => {})
    })
    await Promise.all(informed)
  }
}
