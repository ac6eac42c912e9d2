const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH = `(${MONTHS.join('|')})`
const TIME = '(\\d\\d):(\\d\\d):(\\d\\d)'

/** `Sun, 06 Nov 1994 08:49:37 GMT`, the only form that is still generated. */
const FIXED = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\\d\\d) ${MONTH} (\\d{4}) ${TIME} GMT$`)
/** `Sunday, 06-Nov-94 08:49:37 GMT` */
const RFC_850 = new RegExp(
  `^(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday), (\\d\\d)-${MONTH}-(\\d\\d) ${TIME} GMT$`,
)
/** `Sun Nov  6 08:49:37 1994` */
const ASCTIME = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} (\\d\\d| \\d) ${TIME} (\\d{4})$`)

/**
 * Two-digit years from this one on belong to the 20th century, as in POSIX, because there is no clock here to compare
 * with.
 */
const FIRST_OF_20TH_CENTURY = 70

/**
 * Milliseconds since 1970 of a date in one of the three forms of RFC 9110 5.6.7, which are all in UTC; undefined for
 * anything else, including days and times that do not exist. The name of the day is not compared with the date.
 */
export function parseHttpDate(text: string): number | undefined {
  const fixed = FIXED.exec(text)
  if (fixed !== null) {
    const [, day, month, year, hour, minute, second] = fixed
    return utc(Number(year), month, day, hour, minute, second)
  }
  const rfc850 = RFC_850.exec(text)
  if (rfc850 !== null) {
    const [, day, month, year, hour, minute, second] = rfc850
    const century = Number(year) < FIRST_OF_20TH_CENTURY ? 2000 : 1900
    return utc(century + Number(year), month, day, hour, minute, second)
  }
  const [, month, day, hour, minute, second, year] = ASCTIME.exec(text) ?? []
  return year === undefined ? undefined : utc(Number(year), month, day, hour, minute, second)
}

type Digits = string | undefined

function utc(year: number, month: Digits, day: Digits, hour: Digits, minute: Digits, second: Digits) {
  const monthIndex = MONTHS.indexOf(month ?? '')
  const date = new Date(0)
  date.setUTCFullYear(year, monthIndex, Number(day))
  // A leap second counts as the second before it.
  date.setUTCHours(Number(hour), Number(minute), Math.min(Number(second), 59))
  const isThere = date.getUTCMonth() === monthIndex && date.getUTCDate() === Number(day)
  return isThere && Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60 ? date.getTime() : undefined
}
