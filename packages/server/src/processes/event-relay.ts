import { type Event, type EventBus, EventHub, type Listener, type Subscription } from '@bindery/service'
import { EventPipe } from './event-pipe.js'
import type { EventOutlet } from './event-switchboard.js'

/** Between two heartbeats to listeners: proxies close connections that are silent for a minute. */
const BEAT_INTERVAL_MS = 15_000

/** The events of one process, connected to those of the others by the primary. */
export class EventRelay implements EventBus {
  readonly #hub = new EventHub()
  readonly #outlet: EventOutlet
  readonly #pipe: EventPipe
  readonly #beat: NodeJS.Timeout
  #othersListen = false
  #isStopping = false
  #ready: Promise<void> = Promise.resolve()

  constructor(outlet: EventOutlet) {
    this.#outlet = outlet
    this.#pipe = new EventPipe((event) => outlet.publish(event))
    this.#beat = setInterval(() => this.#hub.publish({ type: 'beat' }), BEAT_INTERVAL_MS).unref()
  }

  get watched(): boolean {
    return this.#hub.watched || this.#othersListen
  }

  publish(event: Event): void {
    this.#hub.publish(event)
    if (this.#othersListen) this.#pipe.push(event)
  }

  subscribe(listener: Listener): Subscription {
    if (!this.#hub.watched) this.#ready = this.#inform(true)
    const { end } = this.#hub.subscribe(listener)
    if (this.#isStopping) queueMicrotask(() => listener({ type: 'stopping' }))
    let hasEnded = false
    const leave = () => {
      if (hasEnded) return
      hasEnded = true
      end()
      if (!this.#hub.watched) void this.#inform(false)
    }
    return { ready: this.#ready, end: leave }
  }

  /** An event of another process. */
  receive(event: Event): void {
    this.#hub.publish(event)
  }

  setOthersListen(listen: boolean): void {
    this.#othersListen = listen
  }

  /** Ends all feeds, and those that begin later. */
  stop(): void {
    this.#isStopping = true
    clearInterval(this.#beat)
    this.#hub.publish({ type: 'stopping' })
  }

  /** The primary may be gone, and then this process soon ends too. */
  #inform(listens: boolean): Promise<void> {
    return this.#outlet.listens(listens).catch(() => {})
  }
}
