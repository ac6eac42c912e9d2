/** Jobs that begin together, when `soon` calls back. */
export class Gathering {
  readonly #soon: (begin: () => void) => unknown
  readonly #together: (begin: () => void) => void
  #jobs: (() => void)[] = []

  /** @param together runs what begins several jobs */
  constructor(soon: (begin: () => void) => unknown, together: (begin: () => void) => void) {
    this.#soon = soon
    this.#together = together
  }

  get isEmpty(): boolean {
    return this.#jobs.length === 0
  }

  add(job: () => void): void {
    if (this.#jobs.push(job) > 1) return
    this.#soon(() => {
      const jobs = this.#jobs
      this.#jobs = []
      this.#together(() => {
        for (const begin of jobs) begin()
      })
    })
  }
}
