/** The background tasks of a server, which run in one process at a time. */
import type { Service, Task } from '@bindery/service'
import type { Log } from '../log.js'
import type { Scrubber } from '../maintenance/scrubber.js'
import { TaskMetrics } from '../metrics/task-metrics.js'
import { pause } from '../pause.js'

/** Between two passes of the sweeper that found nothing more to do. */
const SWEEP_INTERVAL_MS = 5_000
/** Between two passes over the lifecycle rules, which count in days. */
const LIFECYCLE_INTERVAL_MS = 3_600_000
/** Between two checks for access logs and inventories that are due. */
const REPORTS_INTERVAL_MS = 60_000
/** Between two looks for members that no longer report. */
const RECOVERY_INTERVAL_MS = 5_000
/** From the start until the rehearsal: what clients request first goes before it. */
const REHEARSAL_AFTER_MS = 500
/** Between two steps of the rehearsal: requests are answered meanwhile. */
const REHEARSAL_PAUSE_MS = 5
/** Between two writes of the notes that each process has collected about requests. */
const NOTES_INTERVAL_MS = 5_000

/**
 * By name: sweeping garbage, applying lifecycle rules, writing access logs and inventories, and scrubbing. Each works at once and repeatedly,
 * until the signal ends it.
 */
export function backgroundTasks(
  service: Pick<Service, 'sweep' | 'applyLifecycle' | 'writeReports'>,
  scrubber: Scrubber,
  log: Log,
  metrics = new TaskMetrics(),
): Readonly<Record<string, Task>> {
  return {
    sweep: (signal) => sweep(service, log, signal, metrics),
    lifecycle: (signal) => applyLifecycle(service, log, signal, metrics),
    reports: (signal) => writeReports(service, log, signal),
    scrub: (signal) => scrubber.run(signal),
  }
}

/** Recovers what processes that were declared dead left, repeatedly, until the signal ends it. */
export async function recoverForever(
  service: Pick<Service, 'recoverBuried'>,
  fence: (incarnation: string) => Promise<void>,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await service.recoverBuried(fence, signal)
    } catch (error) {
      log.error({ err: error }, 'what dead processes left could not be recovered, and will be later')
    }
    await pause(RECOVERY_INTERVAL_MS, signal)
  }
}

async function sweep(
  service: Pick<Service, 'sweep'>,
  log: Log,
  signal: AbortSignal,
  metrics: TaskMetrics,
): Promise<void> {
  while (!signal.aborted) {
    let more = false
    try {
      const report = await service.sweep(signal)
      metrics.swept(report)
      more = report.more
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

async function applyLifecycle(
  service: Pick<Service, 'applyLifecycle'>,
  log: Log,
  signal: AbortSignal,
  metrics: TaskMetrics,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const done of service.applyLifecycle(signal)) {
        log.info(done, DONE[done.kind])
        if (done.kind === 'aborted') metrics.abortedUpload()
      }
    } catch (error) {
      log.error({ err: error }, 'lifecycle rules could not be applied and will be retried')
    }
    await pause(LIFECYCLE_INTERVAL_MS, signal)
  }
}

const WRITTEN = { log: 'an access log was written', inventory: 'an inventory was written' } as const

async function writeReports(service: Pick<Service, 'writeReports'>, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const written of service.writeReports()) {
        log.info(written, WRITTEN[written.kind])
        if (signal.aborted) return
      }
    } catch (error) {
      log.error({ err: error }, 'access logs and inventories could not be written and will be retried')
    }
    await pause(REPORTS_INTERVAL_MS, signal)
  }
}

/** Rehearses in the background once a server has begun to serve, a step at a time, until the signal aborts. */
export async function rehearse(service: Pick<Service, 'rehearse'>, log: Log, signal: AbortSignal): Promise<void> {
  try {
    await pause(REHEARSAL_AFTER_MS, signal)
    if (signal.aborted) return
    for await (const _ of service.rehearse()) {
      await pause(REHEARSAL_PAUSE_MS, signal)
      if (signal.aborted) return
    }
  } catch (error) {
    // requests that need the same rows report what is wrong with them
    log.debug({ err: error }, 'the rehearsal of listings ended early')
  }
}

/** Writes the notes of this process about requests repeatedly until the signal aborts, and once more then. */
export async function keepNotes(service: Pick<Service, 'keepNotes'>, log: Log, signal: AbortSignal): Promise<void> {
  for (let isLast = false; !isLast; ) {
    await pause(NOTES_INTERVAL_MS, signal)
    isLast = signal.aborted
    try {
      await service.keepNotes()
    } catch (error) {
      log.error({ err: error }, 'lines of access logs could not be kept and will be retried')
    }
  }
}
