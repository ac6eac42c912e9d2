/** Listeners of a transfer, by type, and iteration over all of its events. */
import type { ListenerOptions, TransferEvent, TransferEvents } from '../types/upload.js'

type Listener = (event: never) => void

/**
 * The events of one transfer. `on` returns the function that removes the listener. Iterations receive the events that
 * occur after they begin, and buffer without a limit those that their consumer has not read yet.
 */
export class Events<Result> {
  readonly #listeners = new Map<keyof TransferEvents<Result>, Set<Listener>>()
  readonly #iterators = new Set<(event: TransferEvent<Result> | undefined) => void>()

  on<Type extends keyof TransferEvents<Result>>(
    type: Type,
    listener: (event: TransferEvents<Result>[Type]) => void,
    { once, signal }: ListenerOptions = {},
  ): () => void {
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners)
    const off = () => {
      listeners.delete(called as Listener)
      signal?.removeEventListener('abort', off)
    }
    const called: typeof listener = once
      ? (event) => {
          off()
          listener(event)
        }
      : listener
    if (signal?.aborted) return off
    listeners.add(called as Listener)
    signal?.addEventListener('abort', off)
    return off
  }

  /** Whether anything receives events of a type. */
  has(type: keyof TransferEvents<Result>): boolean {
    return this.#iterators.size > 0 || (this.#listeners.get(type)?.size ?? 0) > 0
  }

  /** A listener that throws harms neither the transfer nor other listeners: its error is reported as uncaught. */
  emit<Type extends keyof TransferEvents<Result>>(type: Type, event: TransferEvents<Result>[Type]): void {
    for (const listener of this.#listeners.get(type) ?? []) {
      try {
        ;(listener as (event: TransferEvents<Result>[Type]) => void)(event)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
    for (const push of this.#iterators) push({ type, event } as TransferEvent<Result>)
  }

  /** Ends all iterations. */
  end(): void {
    for (const push of this.#iterators) push(undefined)
    this.#iterators.clear()
  }

  async *iterate(hasEnded: () => boolean): AsyncGenerator<TransferEvent<Result>> {
    const queue: (TransferEvent<Result> | undefined)[] = []
    let wake = () => {}
    const push = (event: TransferEvent<Result> | undefined) => {
      queue.push(event)
      wake()
    }
    if (hasEnded()) return
    this.#iterators.add(push)
    try {
      for (;;) {
        while (queue.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
        const event = queue.shift()
        if (event === undefined) return
        yield event
      }
    } finally {
      this.#iterators.delete(push)
    }
  }
}
