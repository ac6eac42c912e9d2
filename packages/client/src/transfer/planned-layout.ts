/** Parts of sizes that a caller chooses one by one. Loaded when a caller does. */
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { PartSizer } from '../types/upload.js'
import { PART_BYTES_MAX, PART_BYTES_MIN, PARTS_MAX, type PlannedPart } from './plan.js'

/**
 * The parts of an object of a known size, in order. Throws InvalidOption for a size that OSS does not take, and for a layout of more
 * than 10,000 parts.
 */
export function planBy(sizer: PartSizer, size: number): PlannedPart[] {
  const parts: PlannedPart[] = []
  for (let offset = 0; offset < size || parts.length === 0; ) {
    const partNumber = parts.length + 1
    const wished = sizer(partNumber, { size, done: offset })
    const isLast = offset + wished >= size
    if (!Number.isSafeInteger(wished) || wished > PART_BYTES_MAX || wished < (isLast ? 1 : PART_BYTES_MIN)) {
      throw invalid(`Part ${partNumber} cannot have ${wished} bytes.`)
    }
    if (partNumber > PARTS_MAX) throw invalid(`The layout has more than ${PARTS_MAX} parts.`)
    parts.push({ partNumber, offset, size: Math.min(wished, size - offset) })
    offset += wished
  }
  return parts
}

function invalid(message: string): OssError {
  return new OssError({ code: CLIENT_CODES.invalidOption, message })
}
