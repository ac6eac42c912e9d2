import { parseHttpDate } from '../http-date.js'

const SECOND_MS = 1000
let printedSecond = { second: Number.NaN, text: '' }

/** `20221220T084818Z`. The requests of one second share their text. */
export function formatBasicTime(time: number): string {
  const second = Math.floor(time / SECOND_MS)
  if (printedSecond.second !== second) printedSecond = { second, text: printBasicTime(time) }
  return printedSecond.text
}

function printBasicTime(time: number): string {
  const iso = new Date(time).toISOString()
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`
}

const DAY_MS = 24 * 60 * 60 * 1000
let printedDay = { day: Number.NaN, text: '' }

/** The UTC day of a time, `20221220`. Each request needs it, and most need the same. */
export function formatBasicDay(time: number): string {
  const day = Math.floor(time / DAY_MS)
  if (printedDay.day !== day) printedDay = { day, text: formatBasicTime(time).slice(0, 8) }
  return printedDay.text
}

/** Milliseconds since 1970 of `20221220T084818Z`, or undefined. The requests of one second share their text. */
export function parseBasicTime(text: string): number | undefined {
  if (text === parsedTime?.text) return parsedTime.time
  const time = readBasicTime(text)
  if (time !== undefined) parsedTime = { text, time }
  return time
}

let parsedTime: { readonly text: string; readonly time: number } | undefined

function readBasicTime(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) || formatBasicTime(time) !== text ? undefined : time
}

/** The time of a signed request: an HTTP date or basic ISO, in either header, with either signature. */
export function parseRequestTime(text: string): number | undefined {
  return parseBasicTime(text) ?? parseHttpDate(text)
}
