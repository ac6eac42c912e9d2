/** Works that share one sync at most, so that a stream of them does not keep the first from ending. */
const WORKS_MAX = 1_000

/** Works that began while others of them ran, and share the sync after the last. */
interface Wave {
  begun: number
  running: number
  readonly synced: Promise<void>
  end(): void
}

/**
 * Runs works that end with a sync of the same file or folder, such as many deletions: those that overlap share one sync,
 * which begins when the last of them has ended.
 */
export class WorkSync {
  readonly #sync: () => Promise<void>
  #wave: Wave | undefined

  constructor(sync: () => Promise<void>) {
    this.#sync = sync
  }

  /** Resolves when what `work` has written is durable. Rejects if the work or the sync does. */
  async run(work: () => Promise<void>): Promise<void> {
    const wave = this.#join()
    try {
      await work()
    } finally {
      wave.running -= 1
      if (wave.running === 0) {
        if (this.#wave === wave) this.#wave = undefined
        wave.end()
      }
    }
    await wave.synced
  }

  #join(): Wave {
    const wave = this.#wave ?? this.#begin()
    wave.begun += 1
    wave.running += 1
    if (wave.begun === WORKS_MAX) this.#wave = undefined
    return wave
  }

  #begin(): Wave {
    let end = () => {}
    const synced = new Promise<void>((resolve) => {
      end = resolve
    }).then(() => this.#sync())
    // Each of its works waits for it, unless it failed itself.
    synced.catch(() => {})
    this.#wave = { begun: 0, running: 0, synced, end }
    return this.#wave
  }
}
