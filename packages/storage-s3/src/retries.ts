import { setTimeout as sleep } from 'node:timers/promises'
import { S3Failure } from './s3-failure.js'

const TRIES_MAX = 4
const WAIT_MS_MIN = 50
const WAIT_MS_MAX = 2_000
/** Each first try adds this much to the budget, each further one takes 1: at most a tenth of all requests is repeated for long. */
const SHARE = 0.1
const BUDGET_MAX = 50

/** Repeats requests that failed for the moment, as long as not too many do. */
export class Retries {
  /** Requests that were sent once more than needed. */
  repeated = 0
  readonly #forMs: number
  #budget = BUDGET_MAX

  /** @param forMs milliseconds after the first try in which another one may begin: a store that is silent is not waited for again */
  constructor(forMs: number) {
    this.#forMs = forMs
  }

  /** Whether one more request may be sent than is needed. */
  take(): boolean {
    if (this.#budget < 1) return false
    this.#budget -= 1
    this.repeated += 1
    return true
  }

  /** The result of the first try that succeeds. */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    this.#budget = Math.min(this.#budget + SHARE, BUDGET_MAX)
    const began = performance.now()
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt()
      } catch (error) {
        const isSoon = tries < TRIES_MAX && performance.now() - began < this.#forMs
        const mayRepeat = error instanceof S3Failure && error.isTemporary && isSoon
        if (!mayRepeat || !this.take()) throw error
        await sleep(Math.random() * Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 4 ** tries))
      }
    }
  }
}
