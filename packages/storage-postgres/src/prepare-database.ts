import { StorageError } from '@bindery/storage'
import { Connection } from './connection.js'
import { findSchema, migrateSchema, SCHEMA_VERSION, STATE } from './schema.js'

const ANSWER_TIMEOUT_MS = 60_000

/** Why a database is not opened. */
export type DatabaseRefusal =
  /** Its schema is older than this release needs. */
  | { readonly kind: 'older'; readonly version: number; readonly needed: number }
  /** It is for releases with this version of the schema, or a newer one. */
  | { readonly kind: 'floor'; readonly floor: number; readonly supported: number }
  /** It is being filled from a place. */
  | { readonly kind: 'unfinished'; readonly source: string }

/** A database that this release does not open. */
export class DatabaseRefused extends StorageError {
  readonly refusal: DatabaseRefusal

  constructor(refusal: DatabaseRefusal) {
    super('unavailable', `the database is not opened: ${JSON.stringify(refusal)}`)
    this.refusal = refusal
  }
}

/** Whether a schema may be changed, and whether one that is being filled is accepted. */
export interface SchemaNeeds {
  readonly migrate?: boolean
  readonly isUnfinished?: boolean
}

/**
 * Makes the schema if it is missing; brings an older one up to date only on request. Resolves with whether it was missing,
 * and the version before. Throws DatabaseRefused, and StorageError `unavailable` if the database does not answer.
 */
export async function prepareDatabase(
  url: string,
  needs: SchemaNeeds = {},
): Promise<{ readonly isNew: boolean; readonly before: number }> {
  return withConnection(url, async (connection) => {
    const { version } = await findSchema(connection)
    const isNew = version === 0
    await requireSchema(connection, { ...needs, migrate: isNew || needs.migrate === true })
    return { isNew, before: version }
  })
}

/** Throws DatabaseRefused if a database has another schema than this release needs, unless it may migrate it. */
export async function requireSchema(connection: Connection, { migrate, isUnfinished }: SchemaNeeds): Promise<void> {
  const { version, states } = await findSchema(connection)
  const floor = Number(states.get(STATE.floor) ?? 0)
  if (floor > SCHEMA_VERSION) throw new DatabaseRefused({ kind: 'floor', floor, supported: SCHEMA_VERSION })
  const source = states.get(STATE.unfinished)
  if (source !== undefined && isUnfinished !== true) throw new DatabaseRefused({ kind: 'unfinished', source })
  if (version >= SCHEMA_VERSION) return
  if (migrate !== true) throw new DatabaseRefused({ kind: 'older', version, needed: SCHEMA_VERSION })
  await migrateSchema(connection)
}

/** Runs `work` on a connection of its own. Throws StorageError. */
export async function withConnection<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = new Connection({ url, answerTimeoutMs: ANSWER_TIMEOUT_MS })
  try {
    return await work(connection)
  } catch (error) {
    throw error instanceof StorageError ? error : refused(error)
  } finally {
    await connection.close()
  }
}

/** The error of a database that refuses to be opened. */
export function refused(error: unknown): StorageError {
  return new StorageError('unavailable', 'the database has refused to be opened', { cause: error })
}
