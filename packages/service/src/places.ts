import { OssError } from '@bindery/protocol'
import type { Scope } from './domain/scope.js'

/** The requests of one kind that a process handles at the same time, so that together they cannot fill it. */
export class Places {
  readonly #max: number
  #taken = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Counts a request until it ends. Throws slowDown while there are too many. */
  enter(scope: Scope): void {
    if (this.#taken === this.#max) throw new OssError('slowDown')
    this.#taken += 1
    scope.add(() => {
      this.#taken -= 1
    })
  }
}
