import type { WriteSet } from '../attempt-writes.js'
import type { KeyText } from '../bytes.js'
import type { Bytes } from '../metadata-store.js'
import type { DamagedRow } from '../storage-error.js'

/** Names one write of a row: two writes never have the same. */
export type Version = string

/** The version of a row that is not there. */
export const ABSENT: Version = ''

/** A row as an engine reads it from its server. */
export interface RemoteRow {
  readonly key: KeyText
  readonly version: Version
  /** The value, which belongs to the caller, or the error to be thrown in its place. */
  readonly value: Bytes | DamagedRow
}

/** A key that was read, and the version of its row. */
export interface SeenKey {
  readonly key: KeyText
  readonly version: Version
}

/** A range that was read, with the versions of all rows that it held. */
export interface SeenRange {
  readonly from: KeyText
  readonly to: KeyText
  readonly limit: number
  readonly reverse: boolean
  readonly rows: readonly SeenKey[]
}

/** What a transaction read and wrote. */
export interface RemoteChanges {
  readonly keys: readonly SeenKey[]
  readonly ranges: readonly SeenRange[]
  readonly writes: WriteSet
}

/**
 * One consistent state on the server. It is taken when the first question arrives; questions that are asked in one turn
 * share a round trip. All calls throw StorageError `unavailable`.
 */
export interface RemoteSnapshot {
  /** The rows of these keys, in their order. */
  rows(keys: readonly KeyText[]): Promise<(RemoteRow | undefined)[]>
  /** The versions of these rows, without their values. */
  versions(keys: readonly KeyText[]): Promise<Version[]>
  /** Rows with `from <= key < to`, as `Reader.range`. */
  range(from: KeyText, to: KeyText, limit: number, reverse: boolean): Promise<RemoteRow[]>
  /** Called once; questions under way are still answered. */
  release(): void
}

/** What differs between engines that ask a server for rows, and have it validate by their versions. */
export interface RemoteEngine {
  /** The rows of these keys, all of one state no older than the call, without a snapshot that is kept. */
  rows(keys: readonly KeyText[]): Promise<(RemoteRow | undefined)[]>
  snapshot(): RemoteSnapshot
  /**
   * In one step: checks that everything that was read still has its version, and applies the writes. False, and nothing
   * written, if it has not. Durable when it resolves. `again` marks an attempt whose forerunner conflicted.
   */
  commit(changes: RemoteChanges, again: boolean): Promise<boolean>
}
