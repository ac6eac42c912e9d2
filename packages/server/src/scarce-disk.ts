/** How full the disk is, before writes fail. */
import type { Disk } from './deployment.js'
import type { ScarceDisk } from './http/health.js'
import type { Log } from './log.js'
import { pause } from './pause.js'

/** Above the reserve, this share of the disk, but no more than this many bytes, is little. */
const LITTLE_SHARE = 0.05
const LITTLE_BYTES_MAX = 1024 ** 3
const WATCH_INTERVAL_MS = 30_000

/** Whether uploads are refused for lack of space, or will be soon; undefined if there is enough. */
export function scarceDisk(disk: Disk | undefined, reserveBytes: number): ScarceDisk | undefined {
  if (disk === undefined) return undefined
  const { freeBytes, totalBytes } = disk
  if (freeBytes < reserveBytes) return { uploads: 'refused', freeBytes, reserveBytes }
  const little = Math.min(totalBytes * LITTLE_SHARE, LITTLE_BYTES_MAX)
  if (freeBytes < reserveBytes + little) return { uploads: 'soon refused', freeBytes, reserveBytes }
  return undefined
}

const WARNINGS = {
  refused: 'the disk is full: uploads are refused until more than --reserve is free',
  'soon refused': 'the disk is nearly full: uploads are refused once only --reserve is free',
} as const

/** Logs when the disk becomes scarce, and when it no longer is, until the signal ends it. */
export async function watchDisk(
  scarce: () => Promise<ScarceDisk | undefined>,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  let before: ScarceDisk['uploads'] | undefined
  while (!signal.aborted) {
    const now = await scarce()
    if (now !== undefined && now.uploads !== before) {
      log.warn({ freeBytes: now.freeBytes, reserveBytes: now.reserveBytes }, WARNINGS[now.uploads])
    }
    if (now === undefined && before !== undefined) log.warn('the disk has enough free space again')
    before = now?.uploads
    await pause(WATCH_INTERVAL_MS, signal)
  }
}
