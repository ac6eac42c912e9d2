import { Failure } from '@bindery/server/local'

/** A whole number between bounds, or undefined where the flag was not given. Throws Failure `valueInvalid`. */
export function numberOf(flag: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new Failure('valueInvalid', { name: flag, value: text, expected: `${min} … ${max}` })
}

/** Seconds of `900`, `90s`, `15m`, `12h` or `7d`. Throws Failure `valueInvalid`. */
export function secondsOf(flag: string, text: string, max: number): number {
  const [, number = '', unit = 's'] = /^(\d{1,7})([smhd]?)$/.exec(text) ?? []
  const seconds = number === '' ? 0 : Number(number) * ({ s: 1, m: 60, h: 3_600, d: 86_400 }[unit || 's'] ?? 1)
  if (seconds >= 1 && seconds <= max) return seconds
  throw new Failure('valueInvalid', { name: flag, value: text, expected: `900s, 15m, 12h, 7d; 1s … ${max}s` })
}

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** Bytes of a size such as `8MiB`, `8m` or `8388608`. Throws Failure `valueInvalid`. */
export function bytesOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, number, unit = ''] = /^(\d{1,13})([kmgt]?)(?:i?b)?$/i.exec(text) ?? []
  if (number !== undefined) return Number(number) * (SIZE_UNITS[unit.toLowerCase()] ?? 1)
  throw new Failure('valueInvalid', { name: flag, value: text, expected: '100KiB, 8MiB, 5GiB' })
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
    expected: '1767225600, 2026-01-31, 2026-01-31T08:00:00Z',
  })
}
