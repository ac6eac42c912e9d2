import { Connection } from './connection.js'

/** Small texts that all processes of a cluster share, sealed by the caller. */
export interface SharedSecrets {
  /** The stored bytes of a name; undefined if they do not exist. */
  read(name: string): Promise<Uint8Array | undefined>
  /** Stores bytes under a name unless it has some, and returns those that it has then. */
  keep(name: string, sealed: Uint8Array): Promise<Uint8Array>
  /** Replaces the bytes of a name. */
  replace(name: string, sealed: Uint8Array): Promise<void>
  /** Replaces the bytes of a name if they are still those of `before`: whether they were. */
  exchange(name: string, before: Uint8Array, sealed: Uint8Array): Promise<boolean>
  close(): Promise<void>
}

const ANSWER_TIMEOUT_MS = 15_000

/** The secrets of a database whose schema exists. Each throws StorageError `unavailable` if the database does not answer. */
export function openSharedSecrets(url: string): SharedSecrets {
  const connection = new Connection({ url, answerTimeoutMs: ANSWER_TIMEOUT_MS })
  async function read(name: string): Promise<Uint8Array | undefined> {
    const [[text] = []] = await connection.query("SELECT encode(sealed, 'hex') FROM bindery.secret WHERE name = $1", [
      name,
    ])
    return text === undefined || text === null ? undefined : new Uint8Array(Buffer.from(text, 'hex'))
  }
  return {
    read,
    async keep(name, sealed) {
      const insert = 'INSERT INTO bindery.secret VALUES ($1, $2) ON CONFLICT (name) DO NOTHING'
      await connection.query(insert, [name, Buffer.from(sealed)])
      return (await read(name)) ?? sealed
    },
    async replace(name, sealed) {
      const upsert =
        'INSERT INTO bindery.secret VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed'
      await connection.query(upsert, [name, Buffer.from(sealed)])
    },
    async exchange(name, before, sealed) {
      const update = 'UPDATE bindery.secret SET sealed = $3 WHERE name = $1 AND sealed = $2 RETURNING name'
      const rows = await connection.query(update, [name, Buffer.from(before), Buffer.from(sealed)])
      return rows.length > 0
    },
    close: () => connection.close(),
  }
}
