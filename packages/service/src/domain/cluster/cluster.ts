import { type Awaitable, andThen, StorageError } from '@bindery/storage'
import type { ReadRegistry } from '../bytes/reads.js'
import type { EventBus } from '../events.js'

/** Ids of the manifests that running reads may use; `any`: they may use whatever the stores hold. */
export type Busy = ReadonlySet<string> | 'any'

/** The reads of all processes that serve the same stores, and whether this one still belongs to them. */
export interface Membership {
  /** The reads that run in this process. One begins before any snapshot that it uses is taken. */
  readonly reads: ReadRegistry
  /**
   * Whether this process may answer requests: false once others may have declared it dead. Checked before a request and
   * before each piece of a body. Answers at once while the lease lasts.
   */
  mayAnswer(): Awaitable<boolean>
  /**
   * The manifests in use by reads of any process that began before the call. A manifest that was seen to be unlinked
   * before the call, and is not among them, is never read again. `any` if a process does not report its reads in time,
   * if one copies the stores, or if the signal ended the wait. Throws StorageError `fenced` if this process was
   * declared dead.
   */
  settled(signal?: AbortSignal): Promise<Busy>
}

/** A background task, until the signal ends it. */
export type Task = (signal: AbortSignal) => Promise<void>

/** This process among those that serve the same stores. */
export interface Cluster extends Membership, EventBus {
  readonly incarnation: string
  /**
   * Registers a task that one process at a time runs: this one from when it is chosen until it drains, or another one is
   * chosen, which the signal reports. Each step of the task must do no harm if another process repeats it. The task must
   * not reject.
   */
  lead(chore: string, task: Task): void
  /** Ends the tasks and the subscriptions of this process, whose last requests may still run. */
  drain(): Promise<void>
  /** Ends the membership of this process, in which nothing runs any more: the others do not wait for it. */
  leave(): Promise<void>
}

/** Throws StorageError `unavailable` unless this process may answer. */
export function requireLease(cluster: Pick<Membership, 'mayAnswer'>): Awaitable<void> {
  return andThen(cluster.mayAnswer(), (may) => {
    if (!may) throw new StorageError('unavailable', 'this process has lost touch with the others')
  })
}
