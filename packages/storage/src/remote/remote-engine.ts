import type { WriteSet } from '../attempt-writes.js'
import type { KeyText } from '../bytes.js'
import type { Grouping } from '../groups.js'
import type { Bytes } from '../metadata-store.js'
import type { DamagedRow } from '../storage-error.js'

/** Identifies one write of a row: two writes never have the same. */
export type Version = string

/** The version of a missing row. */
export const ABSENT: Version = ''

/** A row as an engine reads it from its server. */
export interface RemoteRow {
  readonly key: KeyText
  readonly version: Version
  /** The value, which belongs to the caller, or the error to throw instead. */
  readonly value: Bytes | DamagedRow
}

/** A key that was read, and the version of its row. */
export interface SeenKey {
  readonly key: KeyText
  readonly version: Version
}

/** A range that was read, with the versions of all rows in it. */
export interface SeenRange {
  readonly from: KeyText
  readonly to: KeyText
  readonly limit: number
  readonly reverse: boolean
  readonly rows: readonly SeenKey[]
}

/** The reads and writes of a transaction. */
export interface RemoteChanges {
  readonly keys: readonly SeenKey[]
  readonly ranges: readonly SeenRange[]
  readonly writes: WriteSet
}

/**
 * One consistent state on the server. It is taken when the first request arrives; requests made in one turn share a
 * round trip. All calls throw StorageError `unavailable`.
 */
export interface RemoteSnapshot {
  /** The rows of these keys, in order. */
  rows(keys: readonly KeyText[]): Promise<(RemoteRow | undefined)[]>
  /** The versions of these rows, without their values. */
  versions(keys: readonly KeyText[]): Promise<Version[]>
  /** Rows with `from <= key < to`, as in `Reader.range`. */
  range(from: KeyText, to: KeyText, limit: number, reverse: boolean): Promise<RemoteRow[]>
  /** The first row of each group, and those in none. */
  firsts(from: KeyText, to: KeyText, limit: number, grouping: Grouping): Promise<RemoteRow[]>
  /** Called once; pending requests are still answered. */
  release(): void
}

/** The operations in which engines with a server differ. The server validates rows by their versions. */
export interface RemoteEngine {
  /** The rows of these keys, all of one state no older than the call, without keeping a snapshot. */
  rows(keys: readonly KeyText[]): Promise<(RemoteRow | undefined)[]>
  snapshot(): RemoteSnapshot
  /**
   * In one step: verifies that everything that was read still has its version, and applies the writes. Returns false,
   * having written nothing, if a version differs. Durable when it resolves. `again` marks an attempt after a conflict.
   */
  commit(changes: RemoteChanges, again: boolean): Promise<boolean>
}
