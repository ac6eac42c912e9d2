import type { Event } from '@bindery/service'
import { EventPipe } from './event-pipe.js'

/** What a process tells whoever runs it. A type, so that its functions can be called from afar. */
export type EventOutlet = {
  /** Whether somebody listens in this process. Resolves when the others know. */
  readonly listens: (does: boolean) => Promise<void>
  /** An event for those who listen in other processes. */
  readonly publish: (event: Event) => Promise<void>
}

/** What a process is told. */
export type EventInlet = {
  /** An event of another process. */
  readonly receive: (event: Event) => Promise<void>
  /** Whether somebody listens in another process. */
  readonly othersListen: (listen: boolean) => Promise<void>
}

interface Seat {
  readonly inlet: EventInlet
  readonly pipe: EventPipe
  /** What the process was last told of the others. */
  othersListen: boolean
}

/** Hands the events of each process to those in which somebody listens, and tells who need not publish. */
export class EventSwitchboard {
  readonly #seats = new Map<string, Seat>()
  readonly #listening = new Set<string>()

  outletOf(incarnation: string): EventOutlet {
    return {
      listens: async (does) => {
        if (does) this.#listening.add(incarnation)
        else this.#listening.delete(incarnation)
        await this.#tellAll()
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
    await this.#tellAll()
  }

  async leave(incarnation: string): Promise<void> {
    this.#seats.delete(incarnation)
    this.#listening.delete(incarnation)
    await this.#tellAll()
  }

  async #tellAll(): Promise<void> {
    const told = [...this.#seats].map(async ([incarnation, seat]) => {
      const listen = [...this.#listening].some((other) => other !== incarnation)
      if (seat.othersListen === listen) return
      seat.othersListen = listen
      // a process that is gone publishes nothing
      await seat.inlet.othersListen(listen).catch(() => {})
    })
    await Promise.all(told)
  }
}
