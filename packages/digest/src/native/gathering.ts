/** Jobs that begin together, when `soon` calls back. */
export class Gathering {
  readonly #soon: (begin: () => void) => unknown
  #jobs: (() => void)[] = []

  constructor(soon: (begin: () => void) => unknown) {
    this.#soon = soon
  }

  get isEmpty(): boolean {
    return this.#jobs.length === 0
  }

  add(job: () => void): void {
    if (this.#jobs.push(job) > 1) return
    this.#soon(() => {
      const jobs = this.#jobs
      this.#jobs = []
      for (const begin of jobs) begin()
    })
  }
}
