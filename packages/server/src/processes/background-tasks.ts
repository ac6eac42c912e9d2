/** The background tasks of a server, which run in one process at a time. */
import type { Service } from '@bindery/service'
import type { Log } from '../log.js'
import { scrubForever } from '../maintenance/scrubber.js'
import { pause } from '../pause.js'

/** Between two passes of the sweeper that found nothing more to do. */
const SWEEP_INTERVAL_MS = 5_000
/** Between two passes over the lifecycle rules, which count in days. */
const LIFECYCLE_INTERVAL_MS = 3_600_000

/**
 * Sweeps garbage, applies lifecycle rules and scrubs (`scrubRate` bytes per second), at once and repeatedly. Resolves
 * when the signal has ended all tasks.
 */
export async function runBackgroundTasks(
  service: Pick<Service, 'sweep' | 'applyLifecycle' | 'scrub'>,
  { scrubRate }: { readonly scrubRate: number },
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([
    sweep(service, log, signal),
    applyLifecycle(service, log, signal),
    scrubForever(service, scrubRate, log, signal),
  ])
}

async function sweep(service: Pick<Service, 'sweep'>, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let more = false
    try {
      more = (await service.sweep(signal)).more
    } catch (error) {
      log.error({ err: error }, 'the sweeper failed and will try again')
    }
    if (!more) await pause(SWEEP_INTERVAL_MS, signal)
  }
}

const DONE = {
  aborted: 'a lifecycle rule aborted an upload',
  expired: 'a lifecycle rule deleted a version',
  moved: 'a lifecycle rule moved a version to another class',
} as const

async function applyLifecycle(service: Pick<Service, 'applyLifecycle'>, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const done of service.applyLifecycle()) {
        log.info(done, DONE[done.kind])
        if (signal.aborted) return
      }
    } catch (error) {
      log.error({ err: error }, 'lifecycle rules could not be applied and will be retried')
    }
    await pause(LIFECYCLE_INTERVAL_MS, signal)
  }
}
