import { createTransactor, type HeldSnapshot, type MetadataStore, StorageError } from '@bindery/storage'
import { CommitQueue } from './commit-queue.js'
import { commitsOf, openMetadataFile, stateOf } from './metadata-file.js'

export interface LocalMetadataOptions {
  /** The folder of the metadata file; made if it is not there. */
  readonly folder: string
  /** Called once, after a failed sync or a broken file. The store refuses everything from then on; the process should end. */
  readonly onFatal?: (error: StorageError) => void
}

interface LocalSnapshot extends HeldSnapshot {
  readonly commits: string
}

/**
 * Opens the embedded metadata store: ordered rows in one file that several processes may use at once.
 * Throws StorageError `unavailable` if the file has a format that this release does not read.
 */
export async function openLocalMetadataStore(options: LocalMetadataOptions): Promise<MetadataStore> {
  const file = await openMetadataFile(options.folder)
  let refusal: StorageError | undefined
  const commits = new CommitQueue(file, (error) => {
    refusal = error
    options.onFatal?.(error)
  })
  let closing: Promise<void> | undefined

  function snapshot(): LocalSnapshot {
    if (refusal !== undefined) throw refusal
    // lmdb would share a snapshot among all who read in a turn: this one must not be older than its call
    file.root.resetReadTxn()
    const transaction = file.root.useReadTransaction()
    try {
      return {
        ...stateOf(file.rows, transaction),
        commits: commitsOf(file, transaction),
        release: () => transaction.done(),
      }
    } catch (error) {
      transaction.done()
      throw error
    }
  }

  async function close(): Promise<void> {
    refusal ??= new StorageError('unavailable', 'the metadata store is closed')
    await commits.idle()
    await file.root.close()
  }

  return {
    ...createTransactor<LocalSnapshot>({
      snapshot,
      commit: (seen, attempt, again) => commits.commit(attempt, seen.commits, again),
    }),
    close() {
      closing ??= close()
      return closing
    },
  }
}
