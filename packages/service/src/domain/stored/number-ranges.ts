/** A range of numbers, both ends included. */
export interface NumberRange {
  readonly from: number
  readonly to: number
}

/** Ascending numbers as the fewest ranges. */
export function rangesOf(numbers: Iterable<number>): NumberRange[] {
  const ranges: { from: number; to: number }[] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last?.to === number - 1) last.to = number
    else ranges.push({ from: number, to: number })
  }
  return ranges
}

/** The numbers from 1 on that are missing before the last of some ascending ones. */
export function gapsBetween(numbers: Iterable<number>): NumberRange[] {
  const gaps: NumberRange[] = []
  let expected = 1
  for (const number of numbers) {
    if (number > expected) gaps.push({ from: expected, to: number - 1 })
    expected = number + 1
  }
  return gaps
}
