/**
 * Reads of objects in buckets that record them. They are collected in memory and written every few seconds, for each object
 * at most once a day, so that no read waits for a write. A crash loses those of the last seconds.
 */
import type { ObjectName, ObjectRecord, VersionId } from '../stored/model.js'
import { versionIdOf } from '../stored/version-id.js'

const DAY_MS = 86_400_000
/** Reads in memory at most; further ones are dropped until these are written. */
const NOTES_MAX = 20_000

/** A read of a version. */
export interface AccessNote {
  readonly name: ObjectName & { readonly version: VersionId }
  /** The reference of the record that was read: another one was not. */
  readonly reference: string
  readonly accessedAt: number
}

/** The reads of one process. */
export class AccessNotes {
  readonly #clock: () => number
  #notes = new Map<string, AccessNote>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Notes a read, unless the object's last one was within a day and nothing depends on this one. */
  add({ bucket, key }: ObjectName, record: ObjectRecord): void {
    const now = this.#clock()
    if (!isWanted(record, now) || this.#notes.size >= NOTES_MAX) return
    const version = versionIdOf(record)
    const note = { name: { bucket, key, version }, reference: record.reference, accessedAt: now }
    this.#notes.set(`${bucket}/${version}/${key}`, note)
  }

  /** The reads since the last call. */
  take(): AccessNote[] {
    const notes = [...this.#notes.values()]
    this.#notes = new Map()
    return notes
  }
}

/** An access may bring an object back that a rule has moved. */
function isWanted({ accessedAt = 0, storageClass, movedAt }: ObjectRecord, now: number): boolean {
  return now - accessedAt >= DAY_MS || (storageClass === 'IA' && movedAt !== undefined && movedAt > accessedAt)
}
