/** The texts that the service reads as times. Without an offset a time is UTC. */
import { mismatch, Timestamp } from './values.js'

/** Dates by the documented forms; `Y` `M` `D` name the groups. */
const DATES: readonly (readonly [pattern: RegExp, order: string])[] = [
  [/^(\d{4})(\d{2})(\d{2})$/, 'YMD'],
  [/^(\d{4})\/(\d{1,2})\/(\d{1,2})$/, 'YMD'],
  [/^(\d{4})-(\d{1,2})-(\d{1,2})$/, 'YMD'],
  [/^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, 'DMY'],
  [/^(\d{1,2})-(\d{1,2})-(\d{2})$/, 'DMY'],
  [/^(\d{1,2})\.(\d{1,2})\.(\d{2})$/, 'DMY'],
]
const TIME = /^(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?$/
const OFFSET = /(Z|[+-]\d{2}:?\d{2})$/
const COMMON_LOG = /^(\d{1,2})\/(\w{3})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})$/

/** The orders that only CAST … FORMAT reads. */
const FORMATS: Readonly<Record<string, string>> = {
  YYYYDDMM: 'YDM',
  'YYYY-DD-MM': 'YDM',
  'MM/DD/YYYY': 'MDY',
  'MM-DD-YYYY': 'MDY',
  'MM.DD.YYYY': 'MDY',
}

/** Whether CAST … FORMAT supports a format, in any case of letters. */
export function isTimestampFormat(format: string): boolean {
  return Object.hasOwn(FORMATS, format.toUpperCase())
}

/**
 * The time that a text states, by the format of a CAST or in one of the documented forms. Throws RowMismatch for a
 * text that is not a time.
 */
export function parseTimestamp(text: string, format?: string): Timestamp {
  const time = format === undefined ? parseAny(text.trim()) : parseByFormat(text.trim(), format)
  return Number.isNaN(time) ? mismatch() : new Timestamp(time)
}

function parseAny(text: string): number {
  const log = COMMON_LOG.exec(text)
  if (log !== null) return Date.parse(`${log[1]} ${log[2]} ${log[3]} ${log[4]} ${log[5]}`)
  const offset = OFFSET.exec(text)?.[1]
  const [date = '', time] = (offset === undefined ? text : text.slice(0, -offset.length)).trim().split(/[T ]/, 2)
  const day = TIME.test(date) ? 0 : dayOf(date)
  if (Number.isNaN(day)) return /[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN
  const clock = timeOf(TIME.test(date) ? date : time)
  return day + clock - offsetOf(offset)
}

function parseByFormat(text: string, format: string): number {
  const order = FORMATS[format.toUpperCase()]
  const digits = order === 'YDM' ? /^(\d{4})[-]?(\d{2})[-]?(\d{2})$/ : /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/
  const groups = digits.exec(text)
  return groups === null || order === undefined ? Number.NaN : day(order, groups)
}

function dayOf(text: string): number {
  for (const [pattern, order] of DATES) {
    const groups = pattern.exec(text)
    if (groups !== null) return day(order, groups)
  }
  return Number.NaN
}

function day(order: string, groups: RegExpExecArray): number {
  const part = (letter: string) => Number(groups[order.indexOf(letter) + 1])
  const year = part('Y') < 100 ? 2000 + part('Y') : part('Y')
  const [month, date] = [part('M'), part('D')]
  const time = Date.UTC(year, month - 1, date)
  const checked = new Date(time)
  return checked.getUTCMonth() === month - 1 && checked.getUTCDate() === date ? time : Number.NaN
}

function timeOf(text: string | undefined): number {
  if (text === undefined || text === '') return 0
  const [, hours, minutes, seconds, fraction = '0'] = TIME.exec(text) ?? []
  if (hours === undefined) return Number.NaN
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
  return whole * 1000 + Number(fraction.padEnd(3, '0'))
}

function offsetOf(text: string | undefined): number {
  if (text === undefined || text === 'Z') return 0
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2))
  return (text.startsWith('-') ? -1 : 1) * minutes * 60_000
}
