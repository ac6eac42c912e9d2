/** `20221220T084818Z`. */
export function formatBasicTime(time: number): string {
  const iso = new Date(time).toISOString()
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`
}

/** The UTC day of a time, `20221220`. */
export function formatBasicDay(time: number): string {
  return formatBasicTime(time).slice(0, 8)
}

/** Milliseconds since 1970 of `20221220T084818Z`, or undefined. */
export function parseBasicTime(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) || formatBasicTime(time) !== text ? undefined : time
}

/** The time of a signed request: an HTTP date or basic ISO, in either header, with either signature. */
export function parseRequestTime(text: string): number | undefined {
  const basic = parseBasicTime(text)
  if (basic !== undefined) return basic
  if (!/^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
