import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 20

/** How late the event loop of this process is. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })

  constructor() {
    this.#histogram.enable()
  }

  /** Seconds, 99th percentile since the last reading, which begins a new measurement. */
  read(): number {
    // Node.js counts the pause between two measurements as well
    const milliseconds = this.#histogram.percentile(99) / 1e6 - RESOLUTION_MS
    this.#histogram.reset()
    return Math.max(0, milliseconds) / 1_000
  }
}
