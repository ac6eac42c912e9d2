/** Zones whose short name JavaScript does not have. */
const NAMES: Readonly<Record<string, string>> = {
  'Asia/Shanghai': 'CST',
  'Asia/Tokyo': 'JST',
  'Asia/Seoul': 'KST',
  UTC: 'UTC',
}

/** A time as Go prints it: `2026-12-01 05:29:53 +0800 CST`, in the zone of this machine. */
export function goTime(time: Date): string {
  const minutes = -time.getTimezoneOffset()
  const text = new Date(time.getTime() + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ')
  const two = (number: number) => String(Math.floor(number)).padStart(2, '0')
  const offset = `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}${two(Math.abs(minutes) % 60)}`
  return `${text} ${offset} ${zoneName(time, minutes) ?? offset}`
}

function zoneName(time: Date, minutes: number): string | undefined {
  const known = NAMES[Intl.DateTimeFormat().resolvedOptions().timeZone]
  if (known !== undefined) return known
  if (minutes === 0) return 'UTC'
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(time)
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value
  return name?.startsWith('GMT') === false ? name : undefined
}
