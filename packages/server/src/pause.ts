import { setTimeout as sleep } from 'node:timers/promises'

/** Waits for some time, or until the signal aborts; never rejects. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {})
}
