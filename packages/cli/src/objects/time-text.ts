import { settings } from './settings.js'

const MS_PER_MINUTE = 60_000

/**
 * `2026-11-30T14:38:21+08:00` in the zone of this machine; `2026-11-30T06:38:21Z` where that is UTC, or `--utc` was given. JSON has
 * UTC always.
 */
export function timeText(time: Date): string {
  const minutes = settings().isUtc ? 0 : -time.getTimezoneOffset()
  const text = new Date(time.getTime() + minutes * MS_PER_MINUTE).toISOString().replace(/\.\d+Z$/, '')
  if (minutes === 0) return `${text}Z`
  const two = (number: number) => String(Math.floor(number)).padStart(2, '0')
  const offset = Math.abs(minutes)
  return `${text}${minutes < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`
}
