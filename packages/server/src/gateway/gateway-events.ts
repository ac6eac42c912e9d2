import { type Event, type EventBus, EventHub, type Listener, type Subscription } from '@bindery/service'

/** Between two heartbeats to listeners: proxies close connections that are silent for a minute. */
const BEAT_INTERVAL_MS = 15_000
/** How often a process with listeners announces them, and how long the others believe it. */
const LISTENS_INTERVAL_MS = 5_000
const LISTENS_FOR_MS = 15_000
/** How often a process that limits requests announces it, and how long the others share limits with it. */
const LIMITS_INTERVAL_MS = 5_000
const LIMITS_FOR_MS = 15_000
/** How long a listener waits at most until the others know of it. */
const READY_MS = 2_000

/** A notice from one process to all. */
type Notice =
  | { readonly kind: 'event'; readonly from: string; readonly event: Event }
  /** The sender has listeners. */
  | { readonly kind: 'listens'; readonly from: string }
  /** The sender limits requests to buckets. */
  | { readonly kind: 'limits'; readonly from: string }
  /** The sender waits for reports of reads. */
  | { readonly kind: 'report'; readonly from: string }

/** The name of a process, and the channel on which it sends to all. */
export interface GatewayEventsOptions {
  readonly incarnation: string
  /** Sends a text to all processes, this one included, best effort. */
  readonly send: (text: string) => void
  /** Called when another process waits for the reads of this one. */
  readonly onReport: () => void
  /** Milliseconds since some moment, by a clock that is never set. */
  readonly uptime: () => number
}

/** The events of one process, and those of others that arrive as notices. */
export class GatewayEvents implements EventBus {
  readonly #hub = new EventHub()
  readonly #options: GatewayEventsOptions
  readonly #beats: readonly NodeJS.Timeout[]
  #othersListenUntil = Number.NEGATIVE_INFINITY
  readonly #whenHeard = new Set<() => void>()
  #announcedAt = Number.NEGATIVE_INFINITY
  /** Until when limits are shared with each other process. */
  readonly #limitedUntil = new Map<string, number>()
  #isStopping = false

  constructor(options: GatewayEventsOptions) {
    this.#options = options
    this.#beats = [
      setInterval(() => this.#hub.publish({ type: 'beat' }), BEAT_INTERVAL_MS).unref(),
      setInterval(() => this.#hub.watched && this.#send({ kind: 'listens' }), LISTENS_INTERVAL_MS).unref(),
    ]
  }

  get watched(): boolean {
    return this.#hub.watched || this.#options.uptime() < this.#othersListenUntil
  }

  publish(event: Event): void {
    this.#hub.publish(event)
    if (this.#options.uptime() < this.#othersListenUntil) this.#send({ kind: 'event', event })
  }

  subscribe(listener: Listener): Subscription {
    const { end } = this.#hub.subscribe(listener)
    if (this.#isStopping) queueMicrotask(() => listener({ type: 'stopping' }))
    const ready = new Promise<void>((resolve) => {
      const heard = (): void => {
        this.#whenHeard.delete(heard)
        resolve()
      }
      this.#whenHeard.add(heard)
      // through a pooler nothing is heard
      setTimeout(heard, READY_MS).unref()
    })
    this.#send({ kind: 'listens' })
    return { ready, end }
  }

  /** The number of processes that limit requests at present, this one included: called when it does. */
  limiting(): number {
    const now = this.#options.uptime()
    if (now - this.#announcedAt >= LIMITS_INTERVAL_MS) {
      this.#announcedAt = now
      this.#send({ kind: 'limits' })
    }
    for (const [incarnation, until] of this.#limitedUntil) if (until <= now) this.#limitedUntil.delete(incarnation)
    return 1 + this.#limitedUntil.size
  }

  /** Has the other processes report at once which reads run in them. */
  requestReports(): void {
    this.#send({ kind: 'report' })
  }

  /** A text of any process. Others send what this release may not know: that is passed over. */
  receive(text: string): void {
    const notice = parsed(text)
    if (notice === undefined) return
    const isOwn = notice.from === this.#options.incarnation
    if (notice.kind === 'event' && !isOwn) this.#hub.publish(notice.event)
    if (notice.kind === 'report' && !isOwn) this.#options.onReport()
    if (notice.kind === 'limits' && !isOwn) this.#limitedUntil.set(notice.from, this.#options.uptime() + LIMITS_FOR_MS)
    if (notice.kind !== 'listens') return
    if (!isOwn) this.#othersListenUntil = this.#options.uptime() + LISTENS_FOR_MS
    else for (const heard of this.#whenHeard) heard()
  }

  /** Notices may have been lost. */
  lose(): void {
    this.#hub.publish({ type: 'lost' })
    if (this.#hub.watched) this.#send({ kind: 'listens' })
  }

  /** Ends all feeds, and those that begin later. */
  stop(): void {
    this.#isStopping = true
    for (const beat of this.#beats) clearInterval(beat)
    this.#hub.publish({ type: 'stopping' })
  }

  #send(notice: { kind: 'event'; event: Event } | { kind: 'listens' | 'limits' | 'report' }): void {
    this.#options.send(JSON.stringify({ ...notice, from: this.#options.incarnation }))
  }
}

/** Every program that may connect to the database may send notices. */
function parsed(text: string): Notice | undefined {
  try {
    const notice: Notice | null = JSON.parse(text)
    const isEvent = notice?.kind === 'event'
    return typeof notice?.from === 'string' && (!isEvent || typeof notice.event?.type === 'string') ? notice : undefined
  } catch {
    return undefined
  }
}
