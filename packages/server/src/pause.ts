import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceOptions } from '@bindery/service'

/** Waits for some time, or until the signal aborts; never rejects. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {})
}

/** The timers of a service. */
export const timers: Pick<ServiceOptions, 'sleep' | 'alarm'> = {
  sleep: (milliseconds) => sleep(milliseconds),
  alarm(milliseconds, ring) {
    const timer = setTimeout(ring, milliseconds)
    return () => clearTimeout(timer)
  },
}
