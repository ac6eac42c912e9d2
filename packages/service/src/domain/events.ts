/**
 * Events of uploads, sent to current listeners. Nothing is stored: an event is sent after its commit, best effort, and
 * is lost if the process dies in between. For an authoritative answer, list the uploads.
 */
import type { ETag } from './stored/model.js'

/** An event of an upload. */
export type UploadEvent = UploadHappening & {
  /** Unique; it does not order the events of different processes. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly bucket: string
  readonly key: string
  readonly uploadId: string
}

/** The change of an upload. */
export type UploadHappening =
  | { readonly type: 'initiated'; readonly initiator: string }
  | {
      readonly type: 'part'
      readonly partNumber: number
      /** Bytes. */
      readonly size: number
      /** The parts and bytes of the upload; absent if it ended meanwhile. */
      readonly held?: { readonly parts: number; readonly bytes: number }
    }
  | { readonly type: 'completed'; readonly size: number; readonly etag: ETag }
  | { readonly type: 'aborted' }

/** The messages between processes. */
export type Event =
  | UploadEvent
  /** From now on a bucket of this name may belong to another account. */
  | { readonly type: 'bucketDeleted'; readonly bucket: string }
  /** A heartbeat for listeners. */
  | { readonly type: 'beat' }
  /** Events were dropped. */
  | { readonly type: 'lost' }
  /** The process stops. */
  | { readonly type: 'stopping' }

/** Receives events. It is called synchronously by the publisher and must not throw. */
export type Listener = (event: Event) => void

/** A registered listener. */
export interface Subscription {
  /** Resolves when events of all processes arrive. */
  readonly ready: Promise<void>
  /** Stops calling the listener. */
  end(): void
}

/** Transports events from their sources to listeners in all processes that serve the same stores. */
export interface EventBus {
  /** Whether there may be a listener: otherwise nothing need be published. */
  readonly watched: boolean
  publish(event: Event): void
  /** Calls the listener for every event from now on. */
  subscribe(listener: Listener): Subscription
}

/** The bus of one process. */
export class EventHub implements EventBus {
  readonly #listeners = new Set<Listener>()

  get watched(): boolean {
    return this.#listeners.size > 0
  }

  publish(event: Event): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  subscribe(listener: Listener): Subscription {
    this.#listeners.add(listener)
    return { ready: Promise.resolve(), end: () => void this.#listeners.delete(listener) }
  }
}

/** Publishes the events of this process on a bus. */
export class Announcer {
  readonly bus: EventBus
  readonly #incarnation: string
  readonly #clock: () => number
  #count = 0

  constructor(bus: EventBus, incarnation: string, clock: () => number) {
    this.bus = bus
    this.#incarnation = incarnation
    this.#clock = clock
  }

  announce(
    { bucket, key, uploadId }: { readonly bucket: string; readonly key: string; readonly uploadId: string },
    happening: UploadHappening,
  ): void {
    if (!this.bus.watched) return
    this.#count += 1
    const id = `${this.#incarnation}-${this.#count}`
    this.bus.publish({ ...happening, id, at: this.#clock(), bucket, key, uploadId })
  }
}
