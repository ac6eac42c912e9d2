import { type Attempt, type Bytes, DamagedRow, StorageError, type StorageErrorKind } from '@bindery/storage'
import type { KnownCommits } from './opened-rows.js'

/** The part of a transaction that is validated and applied after its body has run. */
export type Changes = Pick<Attempt, 'reads' | 'writes'>

/** Where a store's transactions are committed: in its own process, or in the one that writes. */
export interface Commits {
  /**
   * False if the reads of the transaction no longer hold. `seen` is the number of commits that its snapshot had seen. A
   * transaction that comes `again`, after a conflict, goes before the others.
   */
  commit(changes: Changes, seen: bigint, again: boolean): Promise<boolean>
  /**
   * Grows before commits are acknowledged: while it stays the same, no state is newer than one that was read. Undefined where others commit
   * too.
   */
  readonly acknowledged: number | undefined
  /** The number of commits in the file, those that are not acknowledged left out. Undefined where others commit too, and before the first one. */
  readonly last: bigint | undefined
  /** Whether no commit is under way, as far as that is known. */
  readonly isIdle: boolean
  /** The knowledge about the last commits. Undefined where others commit too. */
  readonly recent: KnownCommits | undefined
  /** Resolves when no commit waits or runs. */
  idle(): Promise<void>
}

/**
 * The outcome of a transaction that was sent, in the form that structured clone transports: committed (true), outdated
 * (false), or an error.
 */
export type SentOutcome =
  | boolean
  | { readonly kind: StorageErrorKind; readonly message: string }
  /** A damaged row, as in DamagedRow. */
  | { readonly key: Bytes; readonly stored: Bytes }

/**
 * The form in which another process receives an error. Anything but a StorageError becomes `unavailable`; stacks and
 * causes are lost.
 */
export function sentError(error: unknown): SentOutcome {
  if (error instanceof DamagedRow) return { key: error.key, stored: error.stored }
  const kind = error instanceof StorageError ? error.kind : 'unavailable'
  return { kind, message: error instanceof Error ? error.message : String(error) }
}

/** The error that was sent. */
export function receivedError(outcome: Exclude<SentOutcome, boolean>): StorageError {
  return 'kind' in outcome
    ? new StorageError(outcome.kind, outcome.message)
    : new DamagedRow(outcome.key, outcome.stored)
}
