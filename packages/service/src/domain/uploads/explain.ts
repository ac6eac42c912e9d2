/** The explanation of an open upload: its parts, its gaps, and whether it could be completed. */
import { OssError, PART_SIZE_MIN } from '@bindery/protocol'
import type { Domain } from '../domain.js'
import type { AutoCompleteFailure, UploadRecord } from '../stored/model.js'
import { gapsBetween, type NumberRange, rangesOf } from '../stored/number-ranges.js'
import type { PartTable } from '../stored/part-table.js'
import { readFailure } from './auto-complete.js'
import { checkParts, findUploadWhole } from './complete.js'
import type { UploadName } from './uploads.js'

/** Consecutive parts of equal size. */
export interface PartRun extends NumberRange {
  /** Bytes of each. */
  readonly size: number
}

/** The state of an open upload. */
export interface Explanation {
  readonly upload: UploadRecord
  /** All parts, ascending by number. */
  readonly parts: PartTable
  readonly bytes: number
  /** When the upload was initiated or its latest part was stored. */
  readonly lastActivityAt: number
  readonly runs: readonly PartRun[]
  /** Numbers from 1 on that are missing before the last part. */
  readonly gaps: readonly NumberRange[]
  /** Parts that are too small unless they are the last. */
  readonly undersized: readonly NumberRange[]
  /** Why a Complete with all parts would fail. */
  readonly obstacle: OssError | undefined
  /** Why the server did not complete it, although it was whole. */
  readonly autoCompleteFailure: AutoCompleteFailure | undefined
}

/**
 * Reads an upload and all of its parts; parts that arrive meanwhile may or may not be included. Throws
 * noSuchUpload.
 */
export async function explainUpload(domain: Domain, name: UploadName): Promise<Explanation> {
  const { upload, stored: parts } = await findUploadWhole(domain, name)
  return {
    upload,
    parts,
    bytes: parts.bytes,
    lastActivityAt: lastActivityOf(upload, parts),
    runs: runsOf(parts),
    gaps: gapsBetween(parts.partNumbers),
    undersized: rangesOf(
      parts.partNumbers.filter((_, index) => index + 1 < parts.length && parts.size(index) < PART_SIZE_MIN),
    ),
    obstacle: obstacleOf(upload, parts),
    autoCompleteFailure: await domain.metadata.read((reader) => readFailure(reader, upload)),
  }
}

function lastActivityOf(upload: UploadRecord, parts: PartTable): number {
  let latest = upload.initiatedAt
  for (let index = 0; index < parts.length; index += 1) latest = Math.max(latest, parts.modifiedAt(index))
  return latest
}

function runsOf(parts: PartTable): PartRun[] {
  const runs: { from: number; to: number; size: number }[] = []
  for (let index = 0; index < parts.length; index += 1) {
    const partNumber = parts.partNumber(index)
    const size = parts.size(index)
    const last = runs.at(-1)
    if (last?.to === partNumber - 1 && last.size === size) last.to = partNumber
    else runs.push({ from: partNumber, to: partNumber, size })
  }
  return runs
}

function obstacleOf(upload: UploadRecord, parts: PartTable): OssError | undefined {
  try {
    checkParts(upload, parts)
    return undefined
  } catch (error) {
    if (error instanceof OssError) return error
    throw error
  }
}
