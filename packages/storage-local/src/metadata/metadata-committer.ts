import type { Bytes, StorageError } from '@bindery/storage'
import { CommitQueue } from './commit-queue.js'
import { type SentOutcome, sentError } from './commits.js'
import { openMetadataFile } from './metadata-file.js'
import { decodeCommits, type SentCommit } from './sent-commits.js'

/** Options of the process that commits for others. */
export interface MetadataCommitterOptions {
  /** The folder of the metadata file; created if it is missing. */
  readonly folder: string
  /** Called once, after a failed sync or a broken file. All commits fail from then on; the process should end. */
  readonly onFatal?: (error: StorageError) => void
  /** Called with the milliseconds that each batch of commits took until it was durable. */
  readonly onCommit?: ((milliseconds: number) => void) | undefined
}

/** Commits for the stores of other processes, because LMDB supports one writing process. */
export interface MetadataCommitter {
  /**
   * Commits a batch that a store of another process has sent. Resolves when the outcome of each transaction is known,
   * in the order of the batch.
   */
  commit(batch: Bytes): Promise<SentOutcome[]>
  /** To be called when a process has ended: its reads no longer keep space from being reused. */
  forgetDeadReaders(): void
  close(): Promise<void>
}

/** Opens or creates the metadata file for writing. Throws as `openLocalMetadataStore`. */
export async function openMetadataCommitter(options: MetadataCommitterOptions): Promise<MetadataCommitter> {
  const file = await openMetadataFile(options.folder)
  const commits = new CommitQueue(file, { onBroken: (error) => options.onFatal?.(error), onCommit: options.onCommit })

  async function commitOne({ changes, seen, again }: SentCommit): Promise<SentOutcome> {
    try {
      return await commits.commit(changes, seen, again)
    } catch (error) {
      return sentError(error)
    }
  }

  return {
    commit: async (batch) => Promise.all(decodeCommits(batch).map(commitOne)),
    forgetDeadReaders: () => void file.root.readerCheck(),
    async close() {
      await commits.idle()
      await file.root.close()
    },
  }
}
