import type { RunningServer } from './start-server.js'

/** How a server ended. */
export interface End {
  /** Requests that were aborted: by a second signal, or after their grace period. */
  readonly cut: number
}

/** SIGTERM and SIGINT, from the moment on that this is made: one that arrives while the server starts is not lost. */
export class StopSignals {
  #count = 0
  #onSignal = () => {}

  constructor() {
    const count = () => {
      this.#count += 1
      this.#onSignal()
    }
    process.on('SIGINT', count)
    process.on('SIGTERM', count)
  }

  /**
   * Runs a server until the first signal, then stops it; a second signal aborts running requests. Rejects if the server
   * fails.
   */
  async runUntilSignal(server: RunningServer, onStopping: () => void): Promise<End> {
    await new Promise<void>((resolve, reject) => {
      this.#onSignal = () => {
        if (this.#count === 1) resolve()
        else void server.cut()
      }
      server.failed.catch(reject)
      if (this.#count > 0) resolve()
    })
    onStopping()
    return { cut: await server.stop() }
  }
}
