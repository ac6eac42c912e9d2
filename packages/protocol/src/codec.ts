import { textOfByteString } from '@bindery/bytes'
import type { Cause } from './errors/catalogue.js'
import { OssError } from './errors/oss-error.js'
import { parseHttpDate } from './http-date.js'
import type { Notation, Spelled } from './notation.js'

/** A pair of pure functions between the text on the wire and a value. `name` appears in the reference pages. */
export interface Codec<T> {
  readonly name: string
  /** Causes that decoding may throw; absent: it throws nothing. */
  readonly causes?: readonly Cause[]
  /** Set if protocols spell the text differently. */
  readonly spelled?: Spelled
  /** Throws an OssError; `argument` names the query key, header or element for it. */
  decode(text: string, argument: string): T
  encode(value: T): string
}

/** Decodes a text of a protocol. Throws what the codec throws. */
export function decodeText<T>(codec: Codec<T>, text: string, argument: string, notation: Notation): T {
  const spelling = codec.spelled && notation.spellings[codec.spelled]
  return codec.decode(spelling === undefined ? text : spelling.read(text), argument)
}

/** Encodes a value as a text of a protocol. */
export function encodeText<T>(codec: Codec<T>, value: T, notation: Notation): string {
  const text = codec.encode(value)
  const spelling = codec.spelled && notation.spellings[codec.spelled]
  return spelling === undefined || text === '' ? text : spelling.write(text)
}

/** The error of a bad value: the cause with the argument's name and value. */
export function badArgument(cause: Cause, argument: string, value: string): OssError {
  return new OssError(cause, { argumentName: argument, argumentValue: textOfByteString(value) ?? value })
}

/** Any text, unchanged. */
export const text: Codec<string> = { name: 'text', decode: (value) => value, encode: (value) => value }

/** A whole number in decimal, within bounds. */
export function integer(min: number, max: number, cause: Cause = 'invalidArgument'): Codec<number> {
  return {
    name: `integer ${min}–${max}`,
    causes: [cause],
    decode(value, argument) {
      const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN
      if (!(number >= min && number <= max)) throw badArgument(cause, argument, value)
      return number
    },
    encode: String,
  }
}

/** One of a set of words. With `ignoreCase` any letter case is accepted, and the listed spelling is the value. */
export function oneOf<const T extends string>(
  values: readonly T[],
  cause: Cause = 'invalidArgument',
  { ignoreCase = false } = {},
): Codec<T> {
  return {
    name: values.join(' | '),
    causes: [cause],
    decode(value, argument) {
      const found = values.find((one) => one === value || (ignoreCase && one.toLowerCase() === value.toLowerCase()))
      if (found === undefined) throw badArgument(cause, argument, value)
      return found
    },
    encode: (value) => value,
  }
}

/** Text that matches a pattern; `name` describes it. */
export function matching(name: string, pattern: RegExp, cause: Cause = 'invalidArgument'): Codec<string> {
  return {
    name,
    causes: [cause],
    decode(value, argument) {
      if (!pattern.test(value)) throw badArgument(cause, argument, value)
      return value
    },
    encode: (value) => value,
  }
}

/** `true` or `false`. */
export function truth(cause: Cause = 'invalidArgument'): Codec<boolean> {
  const words = oneOf(['true', 'false'], cause, { ignoreCase: true })
  return { ...words, decode: (value, argument) => words.decode(value, argument) === 'true', encode: String }
}

/** Texts with commas between them. */
export const commaList: Codec<readonly string[]> = {
  name: 'texts with commas',
  decode: (value) => value.split(',').map((one) => one.trim()),
  encode: (values) => values.join(', '),
}

/** One word, which states a fact: no other text does. */
export function fact(word: string): Codec<boolean> {
  return { name: word, decode: (value) => value === word, encode: () => word }
}

/** A key that counts by being present, whatever its value. */
export const present: Codec<boolean> = { name: 'flag', decode: () => true, encode: () => '' }

/** A content tag: bare inside, in double quotes on the wire; read with or without them. */
export const etag: Codec<string> = {
  name: 'ETag',
  spelled: 'etag',
  decode: (value) => value.trim().replace(/^"(.*)"$/s, '$1'),
  encode: (value) => `"${value}"`,
}

/** Days whose text is kept. */
const DAYS_KEPT = 256
const DAY_S = 86_400
/** `00` to `59`. */
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))

/** Prints times of whole seconds. A page has a thousand, of fewer days: the text of a day costs more than that of a time of day. */
function printedByDay(dayOf: (midnight: Date) => string, end: string): (milliseconds: number) => string {
  const days = new Map<number, string>()
  const printDay = (day: number): string => {
    const known = days.get(day)
    if (known !== undefined) return known
    if (days.size === DAYS_KEPT) days.clear()
    const text = dayOf(new Date(day * DAY_S * 1000))
    days.set(day, text)
    return text
  }
  let last = { seconds: Number.NaN, text: '' }
  return (milliseconds) => {
    const seconds = Math.floor(milliseconds / 1000)
    if (seconds === last.seconds) return last.text
    const day = Math.floor(seconds / DAY_S)
    const ofDay = seconds - day * DAY_S
    const [hour, minute] = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60]
    const text = `${printDay(day)}${TWO_DIGITS[hour]}:${TWO_DIGITS[minute]}:${TWO_DIGITS[ofDay % 60]}${end}`
    last = { seconds, text }
    return text
  }
}

const utcText = printedByDay((midnight) => midnight.toUTCString().slice(0, -'00:00:00 GMT'.length), ' GMT')
const isoText = printedByDay((midnight) => midnight.toISOString().slice(0, -'00:00:00.000Z'.length), '.000Z')

/** A date of HTTP; undefined if it has none of its forms. Milliseconds since 1970 inside. */
export const httpDate: Codec<number | undefined> = {
  name: 'HTTP date',
  decode: (value) => parseHttpDate(value),
  encode: (value) => (value === undefined ? '' : utcText(value)),
}

/** ISO 8601 in UTC with whole seconds, `2026-01-05T08:00:00.000Z`. Milliseconds since 1970 inside. */
export const isoDate: Codec<number> = {
  name: 'ISO 8601 time',
  causes: ['invalidArgument'],
  decode(value, argument) {
    const time = Date.parse(value)
    if (Number.isNaN(time)) throw badArgument('invalidArgument', argument, value)
    return time
  },
  encode: isoText,
}

/** CRC-64 as unsigned decimal. */
export const crc64Decimal: Codec<bigint> = {
  name: 'CRC-64',
  causes: ['invalidArgument'],
  decode(value, argument) {
    const number = /^\d{1,20}$/.test(value) ? BigInt(value) : -1n
    if (number !== BigInt.asUintN(64, number)) throw badArgument('invalidArgument', argument, value)
    return number
  },
  encode: String,
}

/** Empty text is undefined, for elements that are present even when they are empty. */
export function orEmpty<T>(codec: Codec<T>): Codec<T | undefined> {
  return {
    ...codec,
    decode: (value, argument) => (value === '' ? undefined : codec.decode(value, argument)),
    encode: (value) => (value === undefined ? '' : codec.encode(value)),
  }
}
