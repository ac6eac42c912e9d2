import { Failure } from '@bindery/server'
import { type Arguments, readArguments } from '../arguments.js'

/** The flags that every command on objects has: where the server is, and the form of the output. */
export const SERVER_FLAGS = ['endpoint', 'dir', 'region', 'json'] as const

type ServerValue = 'endpoint' | 'dir' | 'region'

/** The parsed arguments of a command on objects. */
export type ObjectArguments<F extends string, V extends string> = Arguments<F | 'json', V | ServerValue>

/** Short flags that ossutil has. */
const SHORT: Readonly<Record<string, string>> = { '-r': '--recursive', '-y': '--yes', '-n': '--dry-run' }

/** Parses the arguments of a command on objects, which has the flags of the server besides its own. Throws Failure. */
export function readObjectArguments<F extends string = never, V extends string = never>(
  args: readonly string[],
  positionalsMax: number,
  { flags = [], valued = [] }: { readonly flags?: readonly F[]; readonly valued?: readonly V[] } = {},
): ObjectArguments<F, V> {
  const long = args.map((one) => SHORT[one] ?? one)
  const known = [...flags, 'json'] as const
  return readArguments<F | 'json', V | ServerValue>(long, known, positionalsMax, [
    ...valued,
    'endpoint',
    'dir',
    'region',
  ])
}

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

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** Bytes of a size such as `8MiB`, `8m` or `8388608`. Throws Failure `valueInvalid`. */
export function bytesOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, number, unit = ''] = /^(\d{1,13})([kmg]?)(?:i?b)?$/i.exec(text) ?? []
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
