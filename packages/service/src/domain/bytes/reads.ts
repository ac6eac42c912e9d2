import type { Scope } from '../scope.js'

/** One read of an object's bytes, registered before the record that names them is read. It ends with its scope. */
export interface RegisteredRead {
  /** Names the manifest that the read may use; until then, it may use any. */
  uses(manifestId: string): void
}

/**
 * The reads that run in this process. An id that none of them uses, and whose last reference was dropped before they were
 * collected, is never used again, because a read takes its snapshot after it is registered. So nothing that is read before
 * the registration, such as a record that is kept in memory, may lead to bytes.
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

  /** The manifests that running reads use; waits for the reads that have not yet named theirs. */
  async inUse(): Promise<readonly string[]> {
    const decisions = [...this.#undecided].map(
      ({ whenDecided }) => new Promise<void>((resolve) => whenDecided.push(resolve)),
    )
    await Promise.all(decisions)
    return [...this.#users.keys()]
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
