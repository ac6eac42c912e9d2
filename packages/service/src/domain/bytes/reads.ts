import type { Scope } from '../scope.js'

/** One read of an object's bytes, registered before the record that names them is read. It ends with its scope. */
export interface RegisteredRead {
  /** Names the manifest that the read may use; until then, it may use any. */
  uses(manifestId: string): void
}

/**
 * The reads that run in this process. The sweeper relies on this: an id that is not in use now, and whose last
 * reference was dropped before the question, is never used again, because a read takes its snapshot after it is registered.
 */
export class ReadRegistry {
  readonly #users = new Map<string, number>()
  readonly #undecided = new Set<Undecided>()

  begin(scope: Scope): RegisteredRead {
    const undecided: Undecided = { whenDecided: [] }
    this.#undecided.add(undecided)
    let used: string | undefined
    scope.add(() => {
      this.#decide(undecided)
      if (used !== undefined) this.#drop(used)
    })
    return {
      uses: (manifestId) => {
        used = manifestId
        this.#users.set(manifestId, (this.#users.get(manifestId) ?? 0) + 1)
        this.#decide(undecided)
      },
    }
  }

  /** Those of the ids that a read uses; waits for the reads that have not yet named theirs. */
  async inUse(manifestIds: readonly string[]): Promise<readonly string[]> {
    const decisions = [...this.#undecided].map(
      ({ whenDecided }) => new Promise<void>((resolve) => whenDecided.push(resolve)),
    )
    await Promise.all(decisions)
    return manifestIds.filter((id) => this.#users.has(id))
  }

  #drop(manifestId: string): void {
    const others = (this.#users.get(manifestId) ?? 1) - 1
    if (others === 0) this.#users.delete(manifestId)
    else this.#users.set(manifestId, others)
  }

  #decide(undecided: Undecided): void {
    if (!this.#undecided.delete(undecided)) return
    for (const resolve of undecided.whenDecided) resolve()
  }
}

/** A read that has not yet named its manifest, and the questions that wait for it. */
interface Undecided {
  readonly whenDecided: (() => void)[]
}
