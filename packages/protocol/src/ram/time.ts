/** A time (milliseconds since 1970) as RAM and STS write it: `2026-01-05T08:00:00Z`, without a fraction. */
export function isoSeconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}
