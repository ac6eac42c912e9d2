import { createTransactor, type HeldSnapshot, type MetadataStore, StorageError } from '@bindery/storage'
import { CommitQueue } from './commit-queue.js'
import type { Commits } from './commits.js'
import { commitsOf, FileState, type MetadataFile, openMetadataFile, ReadOnDemand } from './metadata-file.js'
import type { KnownCommits } from './opened-rows.js'
import { RemoteCommits, type SendCommits } from './remote-commits.js'

/** Options of a metadata store in a file. */
export interface LocalMetadataOptions {
  /** The folder of the metadata file; created if it is missing. */
  readonly folder: string
  /** For those that read most rows: the system reads ahead in the file's order, which is faster than by the order of rows. */
  readonly readsAll?: boolean
  /**
   * Called once, after a failed sync or a broken file. The store refuses everything from then on; the process should
   * end.
   */
  readonly onFatal?: (error: StorageError) => void
  /** Called with the milliseconds that each batch of commits took until it was durable. */
  readonly onCommit?: ((milliseconds: number) => void) | undefined
}

/** For a process that does not write the file itself. */
export interface SharedMetadataOptions {
  /** The folder of the metadata file, which the writing process has opened. */
  readonly folder: string
  /** Sends transactions to that process: the `commit` of its `MetadataCommitter`. */
  readonly send: SendCommits
}

/** A state whose transaction begins on demand, and ends when it is released. */
class LocalSnapshot extends FileState implements HeldSnapshot {
  /** The number of commits that it has seen; -1 if no commit follows. */
  readonly commits: bigint
  readonly #within: ReadOnDemand

  constructor(file: MetadataFile, within: ReadOnDemand, seen: bigint | undefined, known: KnownCommits | undefined) {
    super(file, within, seen, known)
    this.#within = within
    this.commits = seen ?? -1n
  }

  hold(): void {
    void this.#within.transaction
  }

  release(): void {
    this.#within.end()
  }
}

/**
 * Opens the embedded metadata store: ordered rows in one file. No other process may have the file open for writing;
 * others may read it (`openSharedMetadataStore`). Throws StorageError `unavailable` if the file has a format that this
 * release does not read.
 */
export async function openLocalMetadataStore(options: LocalMetadataOptions): Promise<MetadataStore> {
  const file = await openMetadataFile(options.folder, { readsAhead: options.readsAll !== true })
  let broken: StorageError | undefined
  const onBroken = (error: StorageError): void => {
    broken = error
    options.onFatal?.(error)
  }
  const commits = new CommitQueue(file, { onBroken, onCommit: options.onCommit })
  return storeOver(file, commits, () => broken)
}

/**
 * Opens the embedded metadata store in a process that reads the file itself and lets another process commit. Throws as
 * `openLocalMetadataStore`.
 */
export async function openSharedMetadataStore({ folder, send }: SharedMetadataOptions): Promise<MetadataStore> {
  const file = await openMetadataFile(folder, { readOnly: true, readsAhead: true })
  return storeOver(file, new RemoteCommits(send), () => undefined)
}

function storeOver(file: MetadataFile, commits: Commits, broken: () => StorageError | undefined): MetadataStore {
  let closing: Promise<void> | undefined
  let closed: StorageError | undefined

  let acknowledged: number | undefined
  /** The number of commits in a snapshot since the last acknowledged one: too small a number only means more to validate. */
  let seen: bigint | undefined

  function requireOpen(): void {
    const refusal = broken() ?? closed
    if (refusal !== undefined) throw refusal
  }

  function snapshot(toCommit: boolean): LocalSnapshot {
    requireOpen()
    // LMDB shares a snapshot among all readers of a turn, but this one must not be older than its call
    if (acknowledged === undefined || acknowledged !== commits.acknowledged) {
      file.root.resetReadTxn()
      acknowledged = commits.acknowledged
      seen = commits.last
    }
    const within = new ReadOnDemand(file)
    try {
      // what others commit is not known, so the state must be that of this moment
      if (commits.recent === undefined) void within.transaction
      if (toCommit || commits.recent !== undefined) seen ??= commitsOf(file, within.transaction)
      return new LocalSnapshot(file, within, seen, commits.recent)
    } catch (error) {
      within.end()
      throw error
    }
  }

  async function close(): Promise<void> {
    closed = new StorageError('unavailable', 'the metadata store is closed')
    await commits.idle()
    await file.root.close()
    file.ahead?.close()
  }

  return {
    ...createTransactor<LocalSnapshot>({
      snapshot,
      stamp: () => {
        requireOpen()
        // others may have seen a commit that is not acknowledged yet
        return commits.isIdle ? commits.acknowledged : undefined
      },
      commit: (seen, attempt, again) => commits.commit(attempt, seen.commits, again),
    }),
    close() {
      closing ??= close()
      return closing
    },
  }
}
