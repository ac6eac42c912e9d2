import type { KeyText } from '@bindery/storage'

/** Keys that are remembered. */
const KEYS_MAX = 4_096

/**
 * The keys that the last commits wrote. A row that was read is unchanged if no commit since then has written its key, which needs no
 * look at the file. Every commit of the file must be noted here.
 */
export class RecentWrites {
  /** By key the last commit that wrote it. */
  readonly #commits = new Map<KeyText, bigint>()
  /** The last commit whose writes are not all known. */
  #unknown = -1n
  #last = -1n

  /** A commit begins, by its number: one more than that of the last one in the file. */
  begin(commit: bigint): void {
    // a commit that failed leaves its number to the next one, and its keys here, where they do no harm
    if (commit !== this.#last && commit !== this.#last + 1n) this.#forget(commit - 1n)
    this.#last = commit
  }

  /** The running commit writes a key. */
  note(key: KeyText): void {
    if (this.#commits.size >= KEYS_MAX) this.#forget(this.#last)
    this.#commits.set(key, this.#last)
  }

  /** Whether a row is certainly as it was after a commit. */
  isUnchanged(key: KeyText, since: bigint): boolean {
    return since >= this.#unknown && (this.#commits.get(key) ?? -1n) <= since
  }

  #forget(upTo: bigint): void {
    this.#commits.clear()
    this.#unknown = upTo
  }
}
