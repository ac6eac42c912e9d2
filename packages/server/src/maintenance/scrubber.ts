import type { ScrubState, Service } from '@bindery/service'
import type { Log } from '../log.js'
import { TaskMetrics } from '../metrics/task-metrics.js'
import { pause } from '../pause.js'

/** Between the ends of passes and the next: the bytes of a small store need not be read all the time. */
const PASS_INTERVAL_MS = 24 * 3_600_000
const RETRY_INTERVAL_MS = 60_000
/** Bytes read between two pauses. */
const STRIDE_BYTES = 1024 * 1024
/** The pace of passes that are started where none begins by itself, in bytes per second. */
const RATE_BY_HAND = 4 * 1024 * 1024

/** The blobs that a scrubber reads, and where it reports. */
export interface ScrubberOptions {
  readonly service: Pick<Service, 'scrub'>
  /** Bytes per second; 0: no pass begins by itself. */
  readonly rate: number
  readonly log: Log
  readonly metrics?: TaskMetrics
}

/** Reads all stored bytes again and again, and logs damage. */
export class Scrubber {
  readonly #service: Pick<Service, 'scrub'>
  readonly #usualRate: number
  readonly #log: Log
  readonly #metrics: TaskMetrics
  #rate: number
  #isLeading = false
  #pass = { isRunning: false, bytes: 0, damaged: 0, startedAt: 0, endedAt: 0 }
  /** Undefined: none begins by itself. */
  #nextAt: number | undefined
  #waiting = new AbortController()

  constructor({ service, rate, log, metrics = new TaskMetrics() }: ScrubberOptions) {
    this.#service = service
    this.#usualRate = rate
    this.#rate = rate
    this.#log = log
    this.#metrics = metrics
  }

  /** How far it is; undefined where another process does it. */
  get state(): ScrubState | undefined {
    if (!this.#isLeading) return undefined
    const { isRunning, bytes, damaged, startedAt, endedAt } = this.#pass
    return {
      ...{ isRunning, bytes, damaged, bytesPerSecond: isRunning ? this.#rate : this.#usualRate },
      ...(startedAt > 0 && { startedAt }),
      ...(!isRunning && endedAt > 0 && { endedAt }),
      ...(!isRunning && this.#nextAt !== undefined && { nextAt: this.#nextAt }),
    }
  }

  /** Begins a pass at once, or changes the pace of the one that runs. False where another process does it. */
  start(rate = this.#usualRate || RATE_BY_HAND): boolean {
    if (!this.#isLeading) return false
    this.#rate = rate
    this.#waiting.abort()
    return true
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.#isLeading = true
    if (this.#usualRate === 0) await this.#wait(undefined, signal)
    while (!signal.aborted) {
      const interval = await this.#runPass(signal)
      if (this.#usualRate > 0) this.#nextAt = Date.now() + interval
      await this.#wait(this.#usualRate > 0 ? interval : undefined, signal)
    }
    this.#isLeading = false
  }

  /** One pass. Returns the milliseconds until the next. */
  async #runPass(signal: AbortSignal): Promise<number> {
    this.#pass = { isRunning: true, bytes: 0, damaged: 0, startedAt: Date.now(), endedAt: 0 }
    try {
      await this.#readAll(signal)
      return PASS_INTERVAL_MS
    } catch (error) {
      this.#log.error({ err: error }, 'the scrubber failed and will try again')
      return RETRY_INTERVAL_MS
    } finally {
      this.#pass = { ...this.#pass, isRunning: false, endedAt: Date.now() }
      this.#rate = this.#usualRate
    }
  }

  /** Waits, without a time forever, until the signal aborts or a pass is started. */
  async #wait(milliseconds: number | undefined, signal: AbortSignal): Promise<void> {
    const waiting = new AbortController()
    this.#waiting = waiting
    const end = () => waiting.abort()
    if (signal.aborted) return
    signal.addEventListener('abort', end)
    if (milliseconds === undefined) await new Promise((resolve) => waiting.signal.addEventListener('abort', resolve))
    else await pause(milliseconds, waiting.signal)
    signal.removeEventListener('abort', end)
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    const pass = this.#pass
    let unpaid = 0
    for await (const found of this.#service.scrub()) {
      if (signal.aborted) return
      if (found.kind === 'damaged') {
        pass.damaged += 1
        this.#metrics.foundDamage()
        this.#log.error({ ...found.facts, reason: found.reason, damaged: pass.damaged }, 'stored bytes are damaged')
        continue
      }
      pass.bytes += found.bytes
      this.#metrics.scrubbed(found.bytes)
      unpaid += found.bytes
      if (unpaid < STRIDE_BYTES) continue
      await this.#wait((unpaid / this.#rate) * 1000, signal)
      unpaid = 0
    }
    const { bytes, damaged } = pass
    // nothing to report of an empty store, least of all above the banner of the first start
    if (bytes > 0 || damaged > 0) this.#log.info({ bytes, damaged }, 'all stored bytes were read and checked')
  }
}
