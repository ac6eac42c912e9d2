/** Numbers, sizes and times as people read them, in the language that is shown. */
import { languageTag } from './language.js'

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** A formatter of the language that is shown. Making one takes longer than using it hundreds of times. */
function formatter<T>(make: (tag: string) => T): () => T {
  const made = new Map<string, T>()
  return () => {
    const tag = languageTag()
    const found = made.get(tag) ?? make(tag)
    made.set(tag, found)
    return found
  }
}

const wholeNumbers = formatter((tag) => new Intl.NumberFormat(tag))
const decimals = formatter((tag) => new Intl.NumberFormat(tag, { minimumFractionDigits: 1, maximumFractionDigits: 1 }))
const dates = formatter((tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' }))
const days = formatter((tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'medium' }))
const clocks = formatter((tag) => new Intl.DateTimeFormat(tag, { timeStyle: 'medium', hourCycle: 'h23' }))
const distances = formatter((tag) => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }))
const shares = formatter((tag) => new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 }))

/** A whole number with the separators of the language. */
export function count(value: number): string {
  return wholeNumbers().format(value)
}

/** Bytes in the largest unit of which there is at least one, such as 41.3 GiB. */
export function bytes(value: number): string {
  const power = value < 1024 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), UNITS.length - 1)
  const text = power === 0 ? wholeNumbers().format(Math.round(value)) : decimals().format(value / 1024 ** power)
  return `${text} ${UNITS[power]}`
}

/** A day and a time of day, in the time zone of the browser. */
export function time(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '–'
  return dates().format(milliseconds)
}

/** A day, in the time zone of the browser. */
export function day(milliseconds: number): string {
  return Number.isFinite(milliseconds) ? days().format(milliseconds) : '–'
}

/** A time of day with seconds, in the time zone of the browser. */
export function clockTime(milliseconds: number): string {
  return clocks().format(milliseconds)
}

const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** A time as its distance from `now`: 3 hours ago. Both in milliseconds since 1970. */
export function ago(milliseconds: number, now: number): string {
  const distance = milliseconds - now
  const [unit, step] = STEPS.find(([, one]) => Math.abs(distance) >= one) ?? ['second', 1_000]
  return distances().format(Math.trunc(distance / step), unit)
}

/** A duration in seconds as 0:19 or 2:03:07. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(whole / 60) % 60
  const hours = Math.floor(whole / 3600)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** A share from 0 to 1 in per cent. */
export function percent(share: number): string {
  return shares().format(share)
}
