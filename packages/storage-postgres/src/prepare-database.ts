import { StorageError } from '@bindery/storage'
import { Connection } from './connection.js'
import { migrateSchema, SCHEMA_VERSION, schemaVersion } from './schema.js'

const ANSWER_TIMEOUT_MS = 60_000

/**
 * Makes the schema if it is missing. Resolves with whether it was. Throws StorageError `unavailable` if the
 * database does not answer, or has another schema than this release needs.
 */
export async function prepareDatabase(url: string): Promise<{ readonly isNew: boolean }> {
  const connection = new Connection({ url, answerTimeoutMs: ANSWER_TIMEOUT_MS })
  try {
    const isNew = (await schemaVersion(connection)) === 0
    await requireSchema(connection, isNew)
    return { isNew }
  } catch (error) {
    throw error instanceof StorageError ? error : refused(error)
  } finally {
    await connection.close()
  }
}

/** Throws StorageError `unavailable` if a database has another schema than this release needs, unless it may migrate it. */
export async function requireSchema(connection: Connection, migrate: boolean): Promise<void> {
  const found = await schemaVersion(connection)
  if (found === SCHEMA_VERSION) return
  if (found > SCHEMA_VERSION || !migrate) {
    const sentence = `the database has version ${found} of the schema, and this release needs ${SCHEMA_VERSION}`
    throw new StorageError('unavailable', sentence)
  }
  await migrateSchema(connection)
}

/** The error of a database that refuses to be opened. */
export function refused(error: unknown): StorageError {
  return new StorageError('unavailable', 'the database has refused to be opened', { cause: error })
}
