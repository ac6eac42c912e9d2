/** Counts the rows, columns and splits of an object, as CreateSelectObjectMeta stores them. */
import { CsvRecords, fieldsOf } from './csv/records.js'
import type { ScannedMeta } from './frames.js'
import { JsonRows } from './json/rows.js'
import type { CsvInput, JsonInput } from './request.js'

/** Bytes after which a split is closed, at the end of a row; doubled where there would be more than 1,000 splits. */
const SPLIT_BYTES = 4 * 1024 * 1024
const SPLITS_MAX = 1_000

/** A running scan. Call `end` once, after the last bytes. */
export interface MetaScan {
  /** Throws SelectError. */
  push(bytes: Uint8Array): void
  /** Throws SelectError. */
  end(): ScannedMeta & {
    /** The first line of each split. */
    readonly splitLines: readonly number[]
  }
}

/** Starts a scan. `columns` of the result is absent for JSON. */
export function scanMeta(input: CsvInput | JsonInput): MetaScan {
  let splitLines: number[] = []
  let splitBytes = SPLIT_BYTES
  let rows = 0
  let columns: number | undefined
  let bytesOfSplit = 0
  let isNewSplit = true
  const count = () => {
    if (isNewSplit) {
      if (splitLines.length === SPLITS_MAX) {
        splitLines = splitLines.filter((_, index) => index % 2 === 0)
        splitBytes *= 2
      }
      splitLines.push(rows)
    }
    isNewSplit = false
    rows += 1
    if (bytesOfSplit >= splitBytes) {
      isNewSplit = true
      bytesOfSplit = 0
    }
    return true
  }
  const reader =
    input.kind === 'csv'
      ? new CsvRecords(input, (record) => {
          columns ??= fieldsOf(record, input).length
          return count()
        })
      : new JsonRows([], count)
  return {
    push(bytes) {
      bytesOfSplit += bytes.length
      reader.push(bytes)
    },
    end() {
      reader.end()
      const meta = { splits: Math.max(1, splitLines.length), rows, splitLines }
      return input.kind === 'csv' ? { ...meta, columns: columns ?? 0 } : meta
    },
  }
}
