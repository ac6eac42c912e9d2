/**
 * What happens to uploads, told to whoever listens now. Nothing is kept: an event is told after its commit, best effort,
 * and a process that dies in between tells nothing. Who needs the truth lists.
 */
import type { ETag } from './stored/model.js'

/** Something that happened to an upload. */
export type UploadEvent = UploadHappening & {
  /** Used once; says nothing of the order of events of different processes. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly bucket: string
  readonly key: string
  readonly uploadId: string
}

export type UploadHappening =
  | { readonly type: 'initiated'; readonly initiator: string }
  | {
      readonly type: 'part'
      readonly partNumber: number
      /** Bytes. */
      readonly size: number
      /** What the upload holds; absent where it ended meanwhile. */
      readonly held?: { readonly parts: number; readonly bytes: number }
    }
  | { readonly type: 'completed'; readonly size: number; readonly etag: ETag }
  | { readonly type: 'aborted' }

/** What travels between processes. */
export type Event =
  | UploadEvent
  /** A bucket of this name may belong to somebody else from now on. */
  | { readonly type: 'bucketDeleted'; readonly bucket: string }
  /** Nothing happened: a sign of life for who listens. */
  | { readonly type: 'beat' }
  /** Events were dropped. */
  | { readonly type: 'lost' }
  /** The process stops. */
  | { readonly type: 'stopping' }

export type Listener = (event: Event) => void

/** A listener that is called. */
export interface Subscription {
  /** Resolves when events of all processes come. */
  readonly ready: Promise<void>
  /** Calls the listener no more. */
  end(): void
}

/** Carries events between those who cause them and those who listen, in all processes that serve the same stores. */
export interface EventBus {
  /** Whether anybody may be listening: else nothing need be published. */
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

/** Tells a bus what this process does. */
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
