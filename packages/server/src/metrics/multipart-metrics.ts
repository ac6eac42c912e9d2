import type { Meter } from '@bindery/service'
import { counter, Histogram, histogram, type MetricValues } from './metric.js'

/** Parts of an upload. */
const PART_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]

/** Events of multipart uploads in one process, counted where they happen. */
export class MultipartMetrics implements Meter {
  readonly #parts = new Histogram(PART_BUCKETS)
  #answeredAgain = 0
  #replacedParts = 0
  #abortedInConsole = 0

  readonly completed = (parts: number): void => this.#parts.observe(parts)

  readonly answeredAgain = (): void => {
    this.#answeredAgain += 1
  }

  readonly replacedPart = (): void => {
    this.#replacedParts += 1
  }

  readonly abortedInConsole = (): void => {
    this.#abortedInConsole += 1
  }

  /** Repeated requests to complete an upload that got the answer of the first. */
  get replayed(): number {
    return this.#answeredAgain
  }

  /** Parts that took the place of an earlier one of their number. */
  get replacedParts(): number {
    return this.#replacedParts
  }

  /** Uploads that the console aborted. */
  get consoleAborts(): number {
    return this.#abortedInConsole
  }

  values(): MetricValues {
    return [
      histogram('bindery_multipart_complete_parts', 'Parts of the uploads that became objects.', [[{}, this.#parts]]),
      counter(
        'bindery_multipart_part_overwrites_total',
        'Parts that took the place of an earlier one of their number.',
        this.#replacedParts,
      ),
    ]
  }
}
