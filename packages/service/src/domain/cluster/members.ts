/**
 * The rows by which the processes that serve the same stores know each other. A row `i` exists as long as its process is
 * a member, and does not change meanwhile: every commit that names a new blob reads it. A row `j` holds the last report of
 * the process. A row `x` is the grave of one that has left or was declared dead, and lasts until its blobs have been
 * searched for orphans.
 */
import {
  type Awaitable,
  andThen,
  type Bytes,
  type MetadataStore,
  type Reader,
  type Row,
  type Transaction,
  together,
} from '@bindery/storage'
import { type DamageReports, isDamage } from '../stored/damage.js'
import type { KeyRange } from '../stored/key-range.js'
import { epochRows, graveRows, incarnationRows, reportRows } from '../stored/keyspace.js'
import type { ReportRecord } from '../stored/model.js'
import { epochCounter } from '../stored/records/counters.js'
import { type Page, type RowsOptions, readPage, rowsIn } from '../stored/rows-in.js'

/** A report may be as large as a value. */
const REPORTS_AT_ONCE = 90
const INCARNATIONS_AT_ONCE = 1_000

/** The epoch: how often sweepers have requested reports. */
export function readEpoch(reader: Reader): Awaitable<number> {
  return andThen(epochRows.read(reader, {}), (counters) => counters?.epoch ?? 0)
}

/**
 * Raises the epoch, by a commit of its own, later than every unlinking that was seen before: an engine that replicates its
 * commits in order cannot keep this one and lose those.
 */
export async function raiseEpoch(metadata: MetadataStore): Promise<void> {
  await metadata.transact((tx) => tx.add(epochRows.key({}), epochCounter.deltas({ epoch: 1 })))
}

/** From its commit on no commit of the process names a blob, and no report of it is waited for. */
export function bury(tx: Transaction, incarnation: string, diedAt: number): void {
  incarnationRows.delete(tx, { incarnation })
  reportRows.delete(tx, { incarnation })
  graveRows.set(tx, { incarnation }, { diedAt })
}

/** The incarnations that have a row in a space, in order: the key of a damaged row still names one. */
export async function incarnationsIn(
  metadata: MetadataStore,
  space: typeof incarnationRows | typeof graveRows,
): Promise<string[]> {
  const found: string[] = []
  const note = ({ key }: { readonly key: Bytes }): void => void found.push(space.namesOf(key).incarnation)
  for await (const row of rowsIn(metadata, space.all, { atOnce: INCARNATIONS_AT_ONCE, onDamaged: note })) note(row)
  return found
}

/** Processes, each with its last report: undefined where that cannot be read. */
export type Members = ReadonlyMap<string, ReportRecord | undefined>

/**
 * The epoch, and all members; from one state, unless they are too many for one read. A damaged row may be that of a living
 * process, and counts as one.
 */
export async function readMembers(
  metadata: MetadataStore,
  damage: DamageReports,
): Promise<{ readonly epoch: number; readonly members: Members }> {
  const members = new Map<string, ReportRecord | undefined>()
  const note = ({ key }: { readonly key: Bytes }): void =>
    void members.set(incarnationRows.namesOf(key).incarnation, undefined)
  const toIncarnations = { atOnce: INCARNATIONS_AT_ONCE, onDamaged: note }
  const toReports = { atOnce: REPORTS_AT_ONCE, onDamaged: damage.onDamaged }
  const [epoch, incarnations, reports] = await metadata.read((reader) =>
    together(
      readEpoch(reader),
      readPage(reader, incarnationRows.all, toIncarnations),
      readPage(reader, reportRows.all, toReports),
    ),
  )
  for await (const row of continued(metadata, incarnations, incarnationRows.all, toIncarnations)) note(row)
  for await (const row of continued(metadata, reports, reportRows.all, toReports)) {
    const { incarnation } = reportRows.namesOf(row.key)
    if (!members.has(incarnation)) continue
    members.set(
      incarnation,
      damage.skip(row.key, () => reportRows.decodeRow(row)),
    )
  }
  return { epoch, members }
}

/** The epoch of a member's last report; undefined where that cannot be read. */
export async function readSeen(reader: Reader, incarnation: string): Promise<number | undefined> {
  try {
    return (await reportRows.read(reader, { incarnation }))?.seen
  } catch (error) {
    if (!isDamage(error)) throw error
    return undefined
  }
}

/** The rows of a range whose first page has been read. */
async function* continued(
  metadata: MetadataStore,
  { rows, next }: Page,
  { to }: KeyRange,
  options: RowsOptions,
): AsyncGenerator<Row, void, undefined> {
  yield* rows
  if (next !== undefined) yield* rowsIn(metadata, { from: next, to }, options)
}
