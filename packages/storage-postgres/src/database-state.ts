/** States of a whole database: which releases may commit, whether anything may be, and whether it is complete. */
import { withConnection } from './prepare-database.js'
import { COMMIT_LOCK, findSchema, SCHEMA_VERSION, STATE } from './schema.js'

/** The states of a database. */
export interface DatabaseState {
  /** The version of its schema, and the one that this release knows. */
  readonly version: number
  readonly supported: number
  /** The oldest version of the schema whose releases may commit; 0: any. */
  readonly floor: number
  /** The place to which its data move: nothing is committed. */
  readonly frozen: string | undefined
  /** The place from which it is being filled: no gateway opens it. */
  readonly unfinished: string | undefined
}

/** Each throws StorageError `unavailable`. */
export async function readDatabaseState(url: string): Promise<DatabaseState> {
  const { version, states } = await withConnection(url, findSchema)
  return {
    version,
    supported: SCHEMA_VERSION,
    floor: Number(states.get(STATE.floor) ?? 0),
    frozen: states.get(STATE.frozen),
    unfinished: states.get(STATE.unfinished),
  }
}

/** From its end on nothing is committed, and everything that was committed before is visible. */
export function freezeDatabase(url: string, to: string): Promise<void> {
  return set(url, STATE.frozen, to)
}

/** Lets the database accept commits again. */
export function thawDatabase(url: string): Promise<void> {
  return clear(url, STATE.frozen)
}

/** Keeps gateways from opening a database until it is complete. */
export function beginFilling(url: string, from: string): Promise<void> {
  return set(url, STATE.unfinished, from)
}

/** The database is complete. */
export function endFilling(url: string): Promise<void> {
  return clear(url, STATE.unfinished)
}

/** From its end on no release commits whose schema is older than that of this one. */
export function raiseFloor(url: string): Promise<void> {
  return set(url, STATE.floor, String(SCHEMA_VERSION))
}

async function set(url: string, name: string, value: string): Promise<void> {
  await underLock(
    url,
    'INSERT INTO bindery.state SELECT $1, $2 FROM lane ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    [name, value],
  )
}

async function clear(url: string, name: string): Promise<void> {
  await underLock(url, 'DELETE FROM bindery.state USING lane WHERE name = $1', [name])
}

/**
 * Commits take the lock before they look at the states: those that hold it end first. One statement takes it and ends: a
 * process that is cut off in between would stop all commits.
 */
async function underLock(url: string, change: string, values: readonly string[]): Promise<void> {
  const lane = `WITH lane AS MATERIALIZED (SELECT pg_advisory_xact_lock(${COMMIT_LOCK}))`
  await withConnection(url, (connection) => connection.query(`${lane} ${change}`, values))
}
