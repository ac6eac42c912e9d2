// Runs workloads on targets, interleaved: each run of a workload goes to every target before the next run begins, so
// that load from elsewhere affects all targets alike.

import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { cpuSeconds, watchMemory, writtenBytes } from './processes.mjs'
import { Session } from './session.mjs'

/**
 * @typedef {object} Plan  one run
 * @property {readonly import('./client.mjs').Ready[]} requests
 * @property {'end' | 'first byte'} [until]  what latencies count
 * @property {() => Promise<void>} [settle]  further work of the server that belongs to the run: its time and cost count
 *
 * @typedef {object} Workload
 * @property {string} name
 * @property {number} inFlight
 * @property {boolean} [isShort]  whether it belongs to the short suite
 * @property {readonly string[]} [needs]  capabilities that not every target has
 * @property {(session: Session, scale: number) => Promise<Plan>} prepare  makes a run; `scale` multiplies its work
 *
 * @typedef {object} Measured  the figures of one run
 * @property {number} requests
 * @property {number} bytes
 * @property {number} seconds
 * @property {number} p50Ms
 * @property {number} p99Ms
 * @property {number | undefined} cpuSeconds  of the server's processes
 * @property {number | undefined} memoryBytes  their peak
 * @property {number | undefined} writtenBytes  that they had written to disks by the last response
 * @property {number} clientCpuSeconds
 * @property {number} syncSeconds  that the system needed afterwards to write what the server had left in memory
 *
 * @typedef {object} Outcome
 * @property {string} workload
 * @property {string} target
 * @property {readonly Measured[]} runs
 * @property {string} [failure]  why there is no run
 */

/**
 * Flushes the page cache to disk and returns the seconds it took. Connections stay serviced meanwhile, because a server
 * may close those that are idle for long.
 */
async function sync() {
  const begin = performance.now()
  await promisify(execFile)('sync')
  return (performance.now() - begin) / 1000
}

const QUIET_MS = 100
/** Lines of a failed server's log that are shown. */
const LOG_LINES = 5

/**
 * @param {object} options
 * @param {readonly Workload[]} options.workloads
 * @param {readonly import('./targets.mjs').Target[]} options.targets
 * @param {number} options.runs  besides one that warms up and is not counted
 * @param {number} options.scale
 * @param {(outcomes: readonly Outcome[]) => void} [options.report]  called when a workload has ended
 * @returns {Promise<Outcome[]>}
 */
export async function runSuite({ workloads, targets, runs, scale, report = () => {} }) {
  const sessions = targets.map((target) => new Session(target))
  const outcomes = []
  try {
    for (const session of sessions) await session.open()
    for (const workload of workloads) {
      const able = sessions.filter(({ target }) => !workload.needs?.some((need) => target.lacks.has(need)))
      const ended = await runWorkload(workload, able, runs, scale)
      outcomes.push(...ended)
      report(ended)
    }
  } finally {
    for (const session of sessions) session.close()
  }
  return outcomes
}

async function runWorkload(workload, sessions, runs, scale) {
  const outcomes = sessions.map(({ target }) => ({ workload: workload.name, target: target.name, runs: [] }))
  for (let run = -1; run < runs; run++) {
    for (const [index, session] of sessions.entries()) {
      const outcome = outcomes[index]
      if (outcome.failure !== undefined) continue
      try {
        const measured = await measure(workload, session, scale)
        if (run >= 0) outcome.runs.push(measured)
      } catch (error) {
        outcome.failure = error.message
        const said = session.target.log?.().trim().split('\n').slice(-LOG_LINES).join('\n')
        if (said) console.error(`${session.target.name} logged:\n${said}`)
        outcome.runs = []
      }
    }
  }
  return outcomes
}

/** @param {Workload} workload @param {Session} session @returns {Promise<Measured>} */
async function measure({ prepare, inFlight }, session, scale) {
  const { pid } = session.target
  const { requests, until, settle } = await prepare(session, scale)
  await sync()
  await sleep(QUIET_MS)
  const memory = pid === undefined ? undefined : watchMemory(pid)
  const cpu = pid === undefined ? undefined : cpuSeconds(pid)
  const written = pid === undefined ? undefined : writtenBytes(pid)
  try {
    const begin = performance.now()
    const driven = await session.client.drive(requests, inFlight, { until })
    await settle?.()
    const seconds = settle === undefined ? driven.seconds : (performance.now() - begin) / 1000
    return {
      requests: requests.length,
      bytes: driven.bytes,
      seconds,
      p50Ms: quantile(driven.latencies, 0.5),
      p99Ms: quantile(driven.latencies, 0.99),
      cpuSeconds: pid === undefined ? undefined : cpuSeconds(pid) - cpu,
      memoryBytes: memory?.stop(),
      writtenBytes: written === undefined ? undefined : since(written, writtenBytes(pid)),
      clientCpuSeconds: driven.clientCpuSeconds,
      syncSeconds: await sync(),
    }
  } finally {
    memory?.stop()
  }
}

function since(before, after) {
  return after === undefined ? undefined : after - before
}

/** @param {Float64Array} sorted @param {number} part */
function quantile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}
