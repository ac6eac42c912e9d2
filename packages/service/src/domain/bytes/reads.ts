/** One read of an object's bytes, registered before the record that names them is read. */
export interface RegisteredRead {
  /** The manifest that the read may use; until it is said, the read may use any. */
  uses(manifestId: string): void
  end(): void
}

/**
 * The reads that run in this process. What the sweeper asks of it: an id that is not in use now, and whose un-naming
 * was committed before the question, will never be used again, for a read takes its snapshot after it is registered.
 */
export class ReadRegistry {
  readonly #users = new Map<string, number>()
  readonly #undecided = new Set<Undecided>()

  begin(): RegisteredRead {
    const undecided: Undecided = { whenDecided: [] }
    this.#undecided.add(undecided)
    let used: string | undefined
    return {
      uses: (manifestId) => {
        used = manifestId
        this.#users.set(manifestId, (this.#users.get(manifestId) ?? 0) + 1)
        this.#decide(undecided)
      },
      end: () => {
        this.#decide(undecided)
        if (used === undefined) return
        const others = (this.#users.get(used) ?? 1) - 1
        if (others === 0) this.#users.delete(used)
        else this.#users.set(used, others)
        used = undefined
      },
    }
  }

  /** Those of the ids that a read uses; waits for the reads that have not yet said which they use. */
  async inUse(manifestIds: readonly string[]): Promise<readonly string[]> {
    const decisions = [...this.#undecided].map(
      ({ whenDecided }) => new Promise<void>((resolve) => whenDecided.push(resolve)),
    )
    await Promise.all(decisions)
    return manifestIds.filter((id) => this.#users.has(id))
  }

  #decide(undecided: Undecided): void {
    if (!this.#undecided.delete(undecided)) return
    for (const tell of undecided.whenDecided) tell()
  }
}

/** A read that has not yet said what it uses, and who waits for that. */
interface Undecided {
  readonly whenDecided: (() => void)[]
}
