import { createRemoteTransactor, type MetadataStore, StorageError } from '@bindery/storage'
import { type CommitCounts, Commits } from './commits.js'
import { Connection } from './connection.js'
import { refused, requireSchema } from './prepare-database.js'
import { ConnectionPool, PointReads, Snapshot } from './rows.js'

/** Options of a metadata store in PostgreSQL. */
export interface PostgresMetadataOptions {
  /** `postgres://user:password@host:port,host:port/database?sslmode=…`: one of the hosts is the primary, or leads to it. */
  readonly url: string
  /** Random, and used by no other store before or after: names this one in the database. */
  readonly session: string
  /** Makes the schema, or brings an older one up to date. Otherwise the database must have the right one. */
  readonly migrate?: boolean
  /** Opens a database that is being filled, in order to fill it. */
  readonly isUnfinished?: boolean
  /** Connections for reads that need a snapshot. Default: 6; there are two more for everything else. */
  readonly snapshots?: number
  /** Called once, when another process has ended this session, or a newer release is required: nothing is committed any more. */
  readonly onFenced?: (reason: StorageError) => void
}

/** A metadata store in PostgreSQL, shared by any number of processes. */
export interface PostgresMetadataStore extends MetadataStore {
  /** Ends the session of another store, whose process is considered dead: from then on it commits nothing. */
  endSession(session: string): Promise<void>
  /** Since it was opened. */
  readonly counts: Readonly<CommitCounts>
}

const SNAPSHOTS = 6
const READ_TIMEOUT_MS = 15_000
const COMMIT_TIMEOUT_MS = 15_000
const PATIENCE_MS = 10_000

/** Throws StorageError `unavailable` if the database does not answer, or has another schema than this release needs. */
export async function openPostgresMetadataStore(options: PostgresMetadataOptions): Promise<PostgresMetadataStore> {
  const { url, session } = options
  const reading = (): Connection => new Connection({ url, answerTimeoutMs: READ_TIMEOUT_MS })
  const points = reading()
  const ofSnapshots = Array.from({ length: options.snapshots ?? SNAPSHOTS }, reading)
  const snapshots = new ConnectionPool(ofSnapshots, READ_TIMEOUT_MS)
  const committing = new Connection({ url, answerTimeoutMs: COMMIT_TIMEOUT_MS })
  const closeAll = async (): Promise<void> => {
    await Promise.all([points.close(), snapshots.close(), committing.close()])
  }
  const onFenced = options.onFenced ?? (() => {})
  const commits = new Commits({ connection: committing, session, patienceMs: PATIENCE_MS, onFenced })
  try {
    await requireSchema(committing, options)
    await commits.begin()
  } catch (error) {
    await closeAll()
    throw error instanceof StorageError ? error : refused(error)
  }
  const merged = new PointReads(points)
  const transactor = createRemoteTransactor({
    rows: (keys) => merged.rows(keys),
    snapshot: () => new Snapshot(snapshots),
    commit: (changes, again) => commits.commit(changes, again),
  })
  let closing: Promise<void> | undefined
  return {
    ...transactor,
    endSession: (other) => commits.endSession(other),
    counts: commits.counts,
    close() {
      closing ??= commits.close().then(closeAll)
      return closing
    },
  }
}
