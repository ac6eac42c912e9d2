import {
  type Bytes,
  DamagedRow,
  groupingOf,
  keyBytes,
  keyText,
  type RangeOptions,
  type Reader,
  type RemoteRow,
  type Row,
} from '@bindery/storage'
import { Connection } from './connection.js'
import { ConnectionPool, Snapshot } from './rows.js'

/** A state of the database that lasts until it is closed. It keeps old rows from being vacuumed: for copies only. */
export interface HeldSnapshot {
  readonly reader: Reader
  close(): Promise<void>
}

const ANSWER_TIMEOUT_MS = 60_000

/** Opens a snapshot of the state at this moment. Reads throw StorageError `unavailable`, DamagedRow. */
export async function openHeldSnapshot(url: string): Promise<HeldSnapshot> {
  const connection = new Connection({ url, answerTimeoutMs: ANSWER_TIMEOUT_MS })
  const snapshot = new Snapshot(new ConnectionPool([connection], ANSWER_TIMEOUT_MS), 0)
  // the state is fixed by the first question
  await snapshot.versions([keyText(Uint8Array.of(0))])
  return {
    reader: readerOf(snapshot),
    async close() {
      snapshot.release()
      await connection.close()
    },
  }
}

function readerOf(snapshot: Snapshot): Reader {
  const getMany = async (keys: readonly Bytes[]): Promise<(Bytes | undefined)[]> => {
    const rows = await snapshot.rows(keys.map(keyText))
    return rows.map((row) => row && soundValue(row))
  }
  return {
    getMany,
    get: async (key) => (await getMany([key]))[0],
    async range(from, to, options: RangeOptions) {
      const { limit, reverse = false, onDamaged } = options
      const grouping = groupingOf(options)
      const rows = await (grouping === undefined
        ? snapshot.range(keyText(from), keyText(to), limit, reverse)
        : snapshot.firsts(keyText(from), keyText(to), limit, grouping))
      return rows.flatMap((row): Row[] => {
        if (row.value instanceof DamagedRow && onDamaged !== undefined) {
          onDamaged(row.value)
          return []
        }
        return [{ key: keyBytes(row.key), value: soundValue(row) }]
      })
    },
  }
}

function soundValue({ value }: RemoteRow): Bytes {
  if (value instanceof DamagedRow) throw value
  return value
}
