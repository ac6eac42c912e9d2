/** Lists of part numbers as people write them, and what a Complete with such a list makes. */
import { CRC_PARAMETERS, createCrcCombine } from '@bindery/bytes'
import type { Run, StoredPart } from './uploads.js'

const PART_NUMBER_MAX = 10_000

/** The numbers of a text such as `1-11, 18`, in ascending order; undefined where it is no such list. */
export function partNumbersIn(text: string): readonly number[] | undefined {
  const numbers = new Set<number>()
  for (const one of text.split(/[,;、，]/)) {
    const [, first = '', last = first] = /^\s*(\d{1,5})\s*(?:[-–]\s*(\d{1,5})\s*)?$/.exec(one) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (first === '' || from < 1 || to < from || to > PART_NUMBER_MAX) return undefined
    for (let number = from; number <= to; number += 1) numbers.add(number)
  }
  return [...numbers].sort((a, b) => a - b)
}

/** The numbers of runs as such a text. */
export function partListOf(runs: readonly Pick<Run, 'from' | 'to'>[]): string {
  const joined: { from: number; to: number }[] = []
  for (const { from, to } of runs) {
    const last = joined.at(-1)
    if (last !== undefined && last.to + 1 === from) last.to = to
    else joined.push({ from, to })
  }
  return joined.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(', ')
}

/** Milliseconds of computing between pauses, in which the page can be used. */
const SLICE_MS = 20

/** The CRC-64 that an object of parts has, as a decimal number. */
export async function crcOfParts(parts: readonly StoredPart[]): Promise<string> {
  const combine = createCrcCombine(CRC_PARAMETERS.crc64)
  let crc = 0n
  let begun = performance.now()
  for (const { crc64, size } of parts) {
    crc = combine(crc, BigInt(crc64), size)
    if (performance.now() - begun < SLICE_MS) continue
    await new Promise((resolve) => setTimeout(resolve))
    begun = performance.now()
  }
  return String(crc)
}
