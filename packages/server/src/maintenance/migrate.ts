import { randomBytes } from 'node:crypto'
import { type AuditReport, audit, type Finding, forEachUnnamed, type MoveProgress, moveStores } from '@bindery/service'
import { Failure } from '../failure.js'
import type { MoveSource, MoveTarget } from '../move-place.js'
import { type MoveEnd, openMoveSource, openMoveTarget, thaw } from '../open-deployment.js'

/** The purpose of a pass: to copy while servers write, to copy the rest while nothing is written, or to verify every row. */
export type MoveStep = 'copy' | 'last' | 'verify'

/** The two ends of a migration, and its observers. */
export interface MigrateOptions {
  readonly from: MoveEnd
  readonly to: MoveEnd
  /** Only copies, while servers go on writing; a later run has less to do. */
  readonly isPreparation: boolean
  /** Whether all bytes of the target are read and verified. */
  readonly bytes: boolean
  readonly onStep: (step: MoveStep, progress: MoveProgress) => void
  readonly onFinding: (finding: Finding) => void
}

/** The outcome of a migration. */
export interface MigrateReport {
  readonly from: string
  readonly to: string
  /** Sums over the passes. */
  readonly copied: MoveProgress
  /** Milliseconds for which the source had accepted no writes when the target was complete; undefined: it accepts them. */
  readonly pausedMs: number | undefined
  /** The result of an audit of the target; undefined after a preparation. */
  readonly audit: AuditReport | undefined
}

/** Rows that a pass may change before the last one: few enough for a short pause. */
const CHANGED_MAX = 200
const PASSES_MAX = 5

/**
 * Moves everything from a data folder to a cluster, or back. Servers of the source go on serving: reads to the end, writes
 * until the last pass; from then on they refuse writes, because they would be lost. A run that was interrupted is continued by
 * the next. Throws Failure, and StorageError of either place.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateReport> {
  if ((options.from.kind === 'cluster') === (options.to.kind === 'cluster')) throw new Failure('moveSame', {})
  return withBoth(options, false, async (source, target) => {
    const copied = await copyWhileServing(options, source, target)
    const ends = { from: source.location, to: target.location }
    if (options.isPreparation) return { ...ends, copied, pausedMs: undefined, audit: undefined }
    const frozenAt = performance.now()
    await source.freeze(target.location)
    addTo(copied, await pass(options, 'last', source, target))
    const report = await complete(options, source, target)
    return { ...ends, copied, pausedMs: Math.round(performance.now() - frozenAt), audit: report }
  })
}

/** Copies one state of a cluster, or a backup, to a place. As `migrate`, but the source is not changed. */
export async function copyPlace(options: Omit<MigrateOptions, 'isPreparation'>): Promise<MigrateReport> {
  return withBoth(options, true, async (source, target) => {
    const copied = await pass(options, 'copy', source, target)
    const report = await complete(options, source, target)
    return { from: source.location, to: target.location, copied, pausedMs: undefined, audit: report }
  })
}

/** Lets the source of a migration take writes again. Throws Failure. */
export function undoMigration(from: MoveEnd): Promise<void> {
  return thaw(from)
}

type Passes = Pick<MigrateOptions, 'from' | 'to' | 'bytes' | 'onStep' | 'onFinding'>

async function withBoth<T>(
  { from, to }: Passes,
  atOneMoment: boolean,
  work: (source: MoveSource, target: MoveTarget) => Promise<T>,
): Promise<T> {
  const source = await openMoveSource(from, { atOneMoment })
  try {
    const target = await openMoveTarget(to, source.location)
    try {
      await target.keep(source.secrets)
      return await work(source, target)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function copyWhileServing(
  options: MigrateOptions,
  source: MoveSource,
  target: MoveTarget,
): Promise<MoveProgress> {
  const copied = { rows: 0, changed: 0, blobs: 0, bytes: 0, damaged: 0 }
  for (let passes = 0; passes < PASSES_MAX; passes += 1) {
    const done = await pass(options, 'copy', source, target)
    addTo(copied, done)
    if (done.changed <= CHANGED_MAX) break
  }
  return copied
}

function pass({ onStep }: Passes, step: MoveStep, from: MoveSource, to: MoveTarget): Promise<MoveProgress> {
  return moveStores({ from, to, onProgress: (progress) => onStep(step, progress) })
}

/** Verifies all rows, removes blobs that nothing names, and audits the target before servers accept it. */
async function complete(options: Passes, source: MoveSource, target: MoveTarget): Promise<AuditReport> {
  const { changed } = await pass(options, 'verify', source, target)
  if (changed > 0) throw new TypeError(`${changed} rows of the source have changed while nothing was written`)
  const { metadata, blobs } = target
  await forEachUnnamed({ metadata, blobs }, (id) => blobs.delete(id))
  const { bytes, onFinding } = options
  const report = await audit({ metadata, blobs, random: randomBytes, bytes, onFinding })
  await target.finish()
  return report
}

function addTo(sum: MoveProgress, more: MoveProgress): void {
  sum.rows = more.rows
  sum.changed += more.changed
  sum.blobs += more.blobs
  sum.bytes += more.bytes
  sum.damaged = more.damaged
}
