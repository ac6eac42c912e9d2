import type { Transfer } from '@bindery/client'
import { EXIT } from '../exit-codes.js'

/** How a transfer ends at a signal. `discard`: nothing of it stays on the server, because no other process can continue it. */
export type Ending = 'keep' | 'discard'

interface Held {
  readonly task: Transfer<unknown>
  readonly ending: Ending
}

/**
 * SIGINT and SIGTERM while transfers run. The first stops new parts and waits for those on the wire; the second cuts them; one more
 * ends the process. Transfers that another process can continue keep their parts and their record; others are aborted at once.
 */
export class Interruption {
  readonly #held = new Set<Held>()
  readonly #onFirst: () => void
  readonly #listener = () => this.#signalled()
  readonly #controller = new AbortController()
  #signals = 0

  constructor(onFirst: () => void) {
    this.#onFirst = onFirst
    process.on('SIGINT', this.#listener)
    process.on('SIGTERM', this.#listener)
  }

  get isRequested(): boolean {
    return this.#signals > 0
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Waits for a transfer; rejects with OssError Aborted where a signal ended it. */
  async run<Result>(task: Transfer<Result>, ending: Ending): Promise<Result> {
    const held = { task, ending }
    this.#held.add(held)
    if (this.isRequested) void this.#stop(held)
    try {
      return await task.result
    } finally {
      this.#held.delete(held)
    }
  }

  close(): void {
    process.off('SIGINT', this.#listener)
    process.off('SIGTERM', this.#listener)
  }

  #signalled(): void {
    this.#signals += 1
    if (this.#signals === 1) {
      this.#onFirst()
      for (const held of this.#held) void this.#stop(held)
      this.#controller.abort()
    } else if (this.#signals === 2 && this.#held.size > 0) {
      for (const { task } of this.#held) void task.pause()
    } else process.exit(EXIT.interrupted)
  }

  async #stop({ task, ending }: Held): Promise<void> {
    // the process that feeds a pipe has got the signal, too: its end must not count as that of the data
    if (ending === 'discard') return task.abort()
    await task.pause({ drain: true })
    if (task.state === 'paused') await task.abort({ keepParts: true })
  }
}
