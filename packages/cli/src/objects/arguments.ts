import { Failure } from '@bindery/server/local'

/** A whole number between bounds, or undefined where the flag was not given. Throws Failure `valueInvalid`. */
export function numberOf(flag: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new Failure('valueInvalid', { name: flag, value: text, expected: `a number from ${min} to ${max}` })
}

/** Seconds of `900`, `90s`, `15m`, `12h` or `7d`. Throws Failure `valueInvalid`. */
export function secondsOf(flag: string, text: string, max: number): number {
  const [, number = '', unit = 's'] = /^(\d{1,7})([smhd]?)$/.exec(text) ?? []
  const seconds = number === '' ? 0 : Number(number) * ({ s: 1, m: 60, h: 3_600, d: DAY_SECONDS }[unit || 's'] ?? 1)
  if (seconds >= 1 && seconds <= max) return seconds
  const expected = `a time such as 900s, 15m, 12h or 7d, from 1s to ${max % DAY_SECONDS === 0 ? `${max / DAY_SECONDS}d` : `${max}s`}`
  throw new Failure('valueInvalid', { name: flag, value: text, expected })
}

const DAY_SECONDS = 86_400

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** Bounds of a size, in bytes and as people write them. */
export interface SizeLimits {
  readonly min: readonly [bytes: number, text: string]
  readonly max: readonly [bytes: number, text: string]
}

/** The sizes that a part may have. */
export const PART_SIZES: SizeLimits = { min: [100 * 1024, '100KiB'], max: [5 * 1024 ** 3, '5GiB'] }

/** Bytes of a size such as `8MiB`, `8m` or `8388608`, within limits if there are any. Throws Failure `valueInvalid`. */
export function bytesOf(flag: string, text: string | undefined, limits?: SizeLimits): number | undefined {
  if (text === undefined) return undefined
  const [, number, unit = ''] = /^(\d{1,13})([kmgt]?)(?:i?b)?$/i.exec(text) ?? []
  const bytes = number === undefined ? Number.NaN : Number(number) * (SIZE_UNITS[unit.toLowerCase()] ?? 1)
  const isWithin = limits === undefined || (bytes >= limits.min[0] && bytes <= limits.max[0])
  if (!Number.isNaN(bytes) && isWithin) return bytes
  const range = limits === undefined ? '' : `, from ${limits.min[1]} to ${limits.max[1]}`
  throw new Failure('valueInvalid', { name: flag, value: text, expected: `a size such as 8MiB or 1GiB${range}` })
}

/** One of some words, or undefined where the flag was not given. Throws Failure `valueInvalid`. */
export function oneOf<W extends string>(flag: string, text: string | undefined, words: readonly W[]): W | undefined {
  if (text === undefined) return undefined
  const word = words.find((one) => one === text)
  if (word !== undefined) return word
  throw new Failure('valueInvalid', { name: flag, value: text, expected: words.join(', ') })
}

/** Milliseconds since 1970 of `1767225600`, `2026-01-31` or `2026-01-31T08:00:00Z`. Throws Failure `valueInvalid`. */
export function timeOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const time = /^\d{1,11}$/.test(text) ? Number(text) * 1_000 : Date.parse(text)
  if (Number.isFinite(time)) return time
  throw new Failure('valueInvalid', {
    name: flag,
    value: text,
    expected: 'a time such as 1767225600, 2026-01-31 or 2026-01-31T08:00:00Z',
  })
}
