import type { Event, EventBus, Subscription, UploadEvent } from '../events.js'
import type { Scope } from '../scope.js'

/** An item of a feed: an event of an upload, a heartbeat, or, as the last, that the listener was too slow. */
export type FeedItem = UploadEvent | { readonly type: 'beat' } | { readonly type: 'overflow' }

/** Items that may wait for a slow listener. */
const WAITING_MAX = 1_000

/**
 * The events of a bucket's uploads whose keys begin with a prefix, from its construction on. It ends with its scope,
 * when the bucket is deleted or the process stops, and with `lagged` when too many items wait or some were lost.
 */
export class UploadFeed {
  readonly #bucket: string
  readonly #prefix: string
  readonly #subscription: Subscription
  #waiting: FeedItem[] = []
  #over = false
  #wake = (): void => {}

  constructor(scope: Scope, bus: EventBus, bucket: string, prefix: string) {
    this.#bucket = bucket
    this.#prefix = prefix
    this.#subscription = bus.subscribe((event) => this.#receive(event))
    scope.add(() => this.close())
  }

  /** Resolves when events of all processes arrive. */
  get ready(): Promise<void> {
    return this.#subscription.ready
  }

  /** The next item, or undefined at the end. One caller at a time. */
  async next(): Promise<FeedItem | undefined> {
    while (this.#waiting.length === 0 && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#waiting.shift()
  }

  /** Ends it after the waiting items. */
  close(): void {
    this.#over = true
    this.#subscription.end()
    this.#wake()
  }

  #receive(event: Event): void {
    switch (event.type) {
      case 'stopping':
        this.close()
        return
      case 'bucketDeleted':
        if (event.bucket === this.#bucket) this.close()
        return
      case 'lost':
        this.#lag()
        return
      case 'beat':
        if (this.#waiting.length === 0) this.#add(event)
        return
      default:
        if (event.bucket === this.#bucket && event.key.startsWith(this.#prefix)) this.#add(event)
    }
  }

  #add(item: FeedItem): void {
    if (this.#waiting.length === WAITING_MAX) {
      this.#lag()
      return
    }
    this.#waiting.push(item)
    this.#wake()
  }

  #lag(): void {
    this.#waiting = [{ type: 'overflow' }]
    this.close()
  }
}
