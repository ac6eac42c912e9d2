/**
 * What the database holds: one table of rows, one of sessions, and the functions by which gateways read and commit. Each
 * function ends in the version of the schema, so that gateways of two releases can run side by side during an upgrade.
 */
import type { Connection } from './connection.js'

/** Version of everything below; `bindery.schema` of a database holds its version. */
export const SCHEMA_VERSION = 3

/** SQLSTATE of a commit whose add met a row that holds no sound counters. */
export const NO_COUNTERS = 'BY001'
/** SQLSTATE of a commit in a session that was ended by another process. */
export const FENCED = 'BY002'

/** SQLSTATE of a commit while the database accepts none, because its rows are being moved elsewhere. */
export const FROZEN = 'BY003'
/** SQLSTATE of a commit by a release that is older than the floor of the database. */
export const BELOW_FLOOR = 'BY004'

/** Serialises changes of the schema, and commits. Any two numbers would do that nothing else in the database uses. */
const SCHEMA_LOCK = 7300
/** As SCHEMA_LOCK. */
export const COMMIT_LOCK = 7301

/** A change of the schema keeps gateways waiting at most for this time, whatever it waits for itself. */
const LOCK_TIMEOUT = '10s'

/** Names in `bindery.state`. */
export const STATE = {
  /** The oldest version of the schema whose releases may commit. */
  floor: 'floor',
  /** Nothing is committed: the value names the place to which the data move. */
  frozen: 'frozen',
  /** The database is being filled: the value names the place from which. */
  unfinished: 'unfinished',
} as const

/**
 * Arrays of keys have no statistics: without these one bad plan would read the whole table. Plans that nothing else is
 * left to have a very high cost, by which PostgreSQL would compile them first.
 */
const BY_INDEX = `SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET jit = off`

const TABLES = `
CREATE SCHEMA IF NOT EXISTS bindery;
CREATE TABLE IF NOT EXISTS bindery.schema (version int NOT NULL);
CREATE TABLE IF NOT EXISTS bindery.kv (k bytea PRIMARY KEY, v bytea NOT NULL, ver bigint NOT NULL)
  WITH (fillfactor = 85, toast_tuple_target = 4096,
        autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1);
DO $$ BEGIN
  -- it would wait for every transaction that has read rows, a backup too, and everything else would wait for it
  IF (SELECT attstorage FROM pg_attribute WHERE attrelid = 'bindery.kv'::regclass AND attname = 'v') <> 'e' THEN
    ALTER TABLE bindery.kv ALTER v SET STORAGE EXTERNAL;
  END IF;
END $$;
CREATE TABLE IF NOT EXISTS bindery.session (id text PRIMARY KEY, number bigint NOT NULL, failed int[] NOT NULL)
  WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS bindery.secret (name text PRIMARY KEY, sealed bytea NOT NULL);
CREATE TABLE IF NOT EXISTS bindery.state (name text PRIMARY KEY, value text NOT NULL);
`

/** A pooler may lead to a standby now, which lags behind acknowledged commits. The code ends the session that called. */
const ON_PRIMARY = `IF pg_is_in_recovery() THEN RAISE EXCEPTION 'the server is a standby' USING ERRCODE = '25006'; END IF;`

/**
 * @param release the version of the schema from which on releases call these
 * @param check statements before each read
 */
const readsOf = (release: number, check: string): string => `
CREATE OR REPLACE FUNCTION bindery.rows_${release}(keys bytea[]) RETURNS TABLE (i bigint, ver bigint, v bytea)
LANGUAGE plpgsql STABLE ${BY_INDEX} AS $$
BEGIN
  ${check}
  RETURN QUERY SELECT r.i, kv.ver, kv.v FROM unnest(keys) WITH ORDINALITY r(k, i) JOIN bindery.kv ON kv.k = r.k;
END $$;

CREATE OR REPLACE FUNCTION bindery.versions_${release}(keys bytea[]) RETURNS TABLE (i bigint, ver bigint)
LANGUAGE plpgsql STABLE ${BY_INDEX} AS $$
BEGIN
  ${check}
  RETURN QUERY SELECT r.i, kv.ver FROM unnest(keys) WITH ORDINALITY r(k, i) JOIN bindery.kv ON kv.k = r.k;
END $$;

CREATE OR REPLACE FUNCTION bindery.range_${release}(low bytea, high bytea, most int, backwards bool)
RETURNS TABLE (k bytea, ver bigint, v bytea)
LANGUAGE plpgsql STABLE ${BY_INDEX} AS $$
BEGIN
  ${check}
  IF backwards THEN
    RETURN QUERY SELECT kv.k, kv.ver, kv.v FROM bindery.kv WHERE kv.k >= low AND kv.k < high ORDER BY kv.k DESC LIMIT most;
  ELSE
    RETURN QUERY SELECT kv.k, kv.ver, kv.v FROM bindery.kv WHERE kv.k >= low AND kv.k < high ORDER BY kv.k LIMIT most;
  END IF;
END $$;
`

/** Reads on until a row is of the same group as the one before it, and seeks behind that group then. */
const FIRSTS = `
CREATE OR REPLACE FUNCTION bindery.firsts_3(low bytea, high bytea, most int, after int, delimiter bytea, ending bytea)
RETURNS TABLE (k bytea, ver bigint, v bytea)
LANGUAGE plpgsql STABLE ${BY_INDEX} AS $$
DECLARE
  named bytea;
  at int;
  stop int;
  shown bytea;
  again bool := true;
BEGIN
  ${ON_PRIMARY}
  WHILE again LOOP
    again := false;
    shown := NULL;
    FOR k, ver, v IN SELECT kv.k, kv.ver, kv.v FROM bindery.kv WHERE kv.k >= low AND kv.k < high ORDER BY kv.k LIMIT most LOOP
      IF substring(k FOR length(shown)) = shown THEN
        again := true;
        EXIT;
      END IF;
      RETURN NEXT;
      most := most - 1;
      IF most = 0 THEN RETURN; END IF;
      named := substring(k FROM after + 1);
      at := position(delimiter IN named);
      stop := position(ending IN named);
      shown := CASE WHEN at > 0 AND (stop = 0 OR at + length(delimiter) <= stop)
        THEN substring(k FOR after + at + length(delimiter) - 1) END;
    END LOOP;
    IF again THEN
      WHILE get_byte(shown, length(shown) - 1) = 255 LOOP
        shown := substring(shown FOR length(shown) - 1);
        IF length(shown) = 0 THEN RETURN; END IF;
      END LOOP;
      low := set_byte(shown, length(shown) - 1, get_byte(shown, length(shown) - 1) + 1);
    END IF;
  END LOOP;
END $$;
`

/**
 * A value is stored behind its seal: the first 8 bytes of the SHA-256 of key and value. A function of the database
 * computes it too, since it adds to counters.
 */
const COUNTERS = `
CREATE OR REPLACE FUNCTION bindery.sealed_1(key bytea, value bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS
$$ SELECT substring(sha256(key || value) FOR 8) || value $$;

CREATE OR REPLACE FUNCTION bindery.added_1(key bytea, stored bytea, deltas bigint[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  counted bytea := coalesce(substring(stored FROM 9), '');
  present int := length(counted) / 8;
  total numeric;
  summed bytea := '';
BEGIN
  IF length(counted) % 8 <> 0 OR (stored IS NOT NULL AND stored <> bindery.sealed_1(key, counted)) THEN
    RAISE EXCEPTION 'no counters' USING ERRCODE = '${NO_COUNTERS}';
  END IF;
  FOR i IN 1..greatest(present, cardinality(deltas)) LOOP
    total := coalesce(deltas[i], 0);
    IF i <= present THEN
      total := total + ('x' || encode(substring(counted FROM i * 8 - 7 FOR 8), 'hex'))::bit(64)::bigint;
    END IF;
    IF abs(total) > 9007199254740991 THEN
      RAISE EXCEPTION 'no counters' USING ERRCODE = '${NO_COUNTERS}';
    END IF;
    summed := summed || int8send(total::bigint);
  END LOOP;
  RETURN bindery.sealed_1(key, summed);
END $$;
`

/** Refuses commits while the database is frozen, and those of releases below its floor. Called under the lock. */
const ADMIT = `
CREATE OR REPLACE FUNCTION bindery.admit_2(release int) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  found record;
BEGIN
  FOR found IN SELECT name, value FROM bindery.state LOOP
    IF found.name = '${STATE.floor}' AND release < found.value::int THEN
      RAISE EXCEPTION 'the database requires version % of the schema', found.value USING ERRCODE = '${BELOW_FLOOR}';
    ELSIF found.name = '${STATE.frozen}' THEN
      RAISE EXCEPTION 'the database accepts no commits' USING ERRCODE = '${FROZEN}';
    END IF;
  END LOOP;
END $$;
`

/**
 * Commits a batch of attempts that do not depend on one another: validates under the lock what each of them read, and
 * applies those that hold. Returns the numbers of the others. Each row carries the number of its attempt. The
 * function is VOLATILE, so that each of its statements sees what was committed before it got the lock.
 * @param release the version of the schema that its callers know
 */
const commitOf = (release: number): string => `
CREATE OR REPLACE FUNCTION bindery.commit_${release}(
  session_id text, batch bigint, version bigint,
  read_k bytea[], read_ver bigint[], read_a int[],
  range_low bytea[], range_high bytea[], range_most int[], range_backwards bool[], range_digest bytea[], range_a int[],
  write_k bytea[], write_v bytea[], write_a int[],
  add_k bytea[], add_i int[], add_d bigint[], add_a int[]
) RETURNS int[] LANGUAGE plpgsql VOLATILE ${BY_INDEX} AS $$
DECLARE
  bad int[];
  digest bytea;
  counter record;
BEGIN
  PERFORM pg_advisory_xact_lock(${COMMIT_LOCK});
  PERFORM bindery.admit_2(${release});
  SELECT coalesce(array_agg(DISTINCT r.a), '{}') INTO bad
    FROM unnest(read_k, read_ver, read_a) r(k, ver, a) LEFT JOIN bindery.kv ON kv.k = r.k
    WHERE coalesce(kv.ver, 0) <> r.ver;
  FOR n IN 1..cardinality(range_a) LOOP
    CONTINUE WHEN range_a[n] = ANY (bad);
    SELECT sha256(coalesce(string_agg(int4send(length(r.k)) || r.k || int8send(r.ver), '' ORDER BY r.k), '')) INTO digest
      FROM bindery.range_1(range_low[n], range_high[n], range_most[n], range_backwards[n]) r;
    IF digest <> range_digest[n] THEN bad := bad || range_a[n]; END IF;
  END LOOP;
  DELETE FROM bindery.kv USING unnest(write_k, write_v, write_a) w(k, v, a)
    WHERE kv.k = w.k AND w.v IS NULL AND w.a <> ALL (bad);
  INSERT INTO bindery.kv
    SELECT w.k, w.v, version FROM unnest(write_k, write_v, write_a) w(k, v, a) WHERE w.v IS NOT NULL AND w.a <> ALL (bad)
    ON CONFLICT (k) DO UPDATE SET v = excluded.v, ver = excluded.ver;
  FOR counter IN
    SELECT s.k, array_agg(s.d ORDER BY s.i) deltas FROM (
      SELECT t.k, t.i, sum(t.d)::bigint d FROM unnest(add_k, add_i, add_d, add_a) t(k, i, d, a)
        WHERE t.a <> ALL (bad) GROUP BY t.k, t.i) s
      GROUP BY s.k
  LOOP
    UPDATE bindery.kv SET v = bindery.added_1(counter.k, kv.v, counter.deltas), ver = version WHERE kv.k = counter.k;
    IF NOT FOUND THEN
      INSERT INTO bindery.kv VALUES (counter.k, bindery.added_1(counter.k, NULL, counter.deltas), version);
    END IF;
  END LOOP;
  UPDATE bindery.session SET number = batch, failed = bad WHERE id = session_id AND number = batch - 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the session was ended' USING ERRCODE = '${FENCED}';
  END IF;
  RETURN bad;
END $$;
`

/** Makes the schema, or brings an older one up to date. If several gateways do so at once, one does it. */
export async function migrateSchema(connection: Connection): Promise<void> {
  const session = await connection.session()
  await session.script(`
BEGIN;
SET LOCAL lock_timeout = '${LOCK_TIMEOUT}';
SELECT pg_advisory_xact_lock(${SCHEMA_LOCK});
${TABLES}${readsOf(1, '')}${readsOf(3, ON_PRIMARY)}${FIRSTS}${COUNTERS}${ADMIT}${[1, 2, 3].map(commitOf).join('')}
INSERT INTO bindery.schema SELECT ${SCHEMA_VERSION} WHERE NOT EXISTS (SELECT FROM bindery.schema);
UPDATE bindery.schema SET version = ${SCHEMA_VERSION} WHERE version < ${SCHEMA_VERSION};
COMMIT;`)
}

/** The version of the schema that a database has, 0 for none, and its states by name. */
export interface FoundSchema {
  readonly version: number
  readonly states: ReadonlyMap<string, string>
}

/** The schema and the states of a database. */
export async function findSchema(connection: Connection): Promise<FoundSchema> {
  const isThere = `SELECT to_regclass('bindery.schema') IS NOT NULL, to_regclass('bindery.state') IS NOT NULL`
  const [[hasSchema, hasStates] = []] = await connection.query(isThere)
  if (hasSchema !== 't') return { version: 0, states: new Map() }
  const [[version] = []] = await connection.query('SELECT max(version) FROM bindery.schema')
  const rows = hasStates === 't' ? await connection.query('SELECT name, value FROM bindery.state') : []
  return { version: Number(version ?? 0), states: new Map(rows.map(([name, value]) => [String(name), String(value)])) }
}
