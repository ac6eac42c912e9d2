import type { Service } from '@bindery/service'
import type { Log } from '../log.js'
import { TaskMetrics } from '../metrics/task-metrics.js'
import { pause } from '../pause.js'

/** Between the ends of passes and the next: the bytes of a small store need not be read all the time. */
const PASS_INTERVAL_MS = 24 * 3_600_000
const RETRY_INTERVAL_MS = 60_000
/** Bytes read between two pauses. */
const STRIDE_BYTES = 1024 * 1024

/** Reads all bytes again and again, `rate` per second, and logs damage. Rate 0: does nothing. */
export async function scrubForever(
  service: Pick<Service, 'scrub'>,
  rate: number,
  log: Log,
  signal: AbortSignal,
  metrics = new TaskMetrics(),
): Promise<void> {
  while (rate > 0 && !signal.aborted) {
    let interval = PASS_INTERVAL_MS
    try {
      await scrubOnce(service, rate, log, signal, metrics)
    } catch (error) {
      interval = RETRY_INTERVAL_MS
      log.error({ err: error }, 'the scrubber failed and will try again')
    }
    await pause(interval, signal)
  }
}

async function scrubOnce(
  service: Pick<Service, 'scrub'>,
  rate: number,
  log: Log,
  signal: AbortSignal,
  metrics: TaskMetrics,
): Promise<void> {
  let bytes = 0
  let unpaid = 0
  let damaged = 0
  for await (const found of service.scrub()) {
    if (signal.aborted) return
    if (found.kind === 'damaged') {
      damaged += 1
      metrics.foundDamage()
      log.error({ ...found.facts, reason: found.reason, damaged }, 'stored bytes are damaged')
      continue
    }
    bytes += found.bytes
    metrics.scrubbed(found.bytes)
    unpaid += found.bytes
    if (unpaid < STRIDE_BYTES) continue
    await pause((unpaid / rate) * 1000, signal)
    unpaid = 0
  }
  // nothing to report of an empty store, least of all above the banner of the first start
  if (bytes > 0 || damaged > 0) log.info({ bytes, damaged }, 'all stored bytes were read and checked')
}
