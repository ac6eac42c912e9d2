/** The main program of a worker process: an instance that the primary controls. */
import cluster from 'node:cluster'
import type { Event } from '@bindery/service'
import type { Adjustable } from '../config.js'
import { createLog } from '../log.js'
import { deploymentInWorker } from '../open-deployment.js'
import { CallChannel, type Pipe } from './calls.js'
import { endOnCrash } from './crash.js'
import { openInstance } from './instance.js'
import type { Instance } from './instance-calls.js'
import type { OpenInput, PrimaryCalls } from './worker-processes.js'

let opened: Instance | undefined

function instance(): Instance {
  if (opened === undefined) throw new Error('the instance is not open')
  return opened
}

const channel = new CallChannel<PrimaryCalls>(process as Pipe, {
  open: async ({ options, address }: OpenInput) => {
    const log = createLog(options.config.logLevel, { readable: options.readableLog })
    endOnCrash(log)
    const {
      support,
      nudge,
      measureAll,
      findRefusal,
      recentRequests,
      metricsHistory,
      bucketMetrics,
      serverState,
      setLogLevel,
      startScrub,
      isBeingCopied,
      callbackKey,
      listens,
      publish,
    } = channel.remote
    const primary = {
      nudge,
      measureAll,
      findRefusal,
      recentRequests,
      metricsHistory,
      bucketMetrics,
      serverState,
      setLogLevel,
      startScrub,
      isBeingCopied,
      callbackKey,
      listens,
      publish,
    }
    const deployment = await deploymentInWorker(address, support)
    opened = await openInstance(options, deployment, primary, log)
  },
  prepare: (living: readonly string[]) => instance().prepare(living),
  listen: (port: number) => instance().listen(port),
  lead: () => instance().lead(),
  report: () => instance().report(),
  measure: () => instance().measure(),
  refusal: (requestId: string) => instance().refusal(requestId),
  recent: (since: number) => instance().recent(since),
  figures: () => instance().figures(),
  scrubState: () => instance().scrubState(),
  startScrub: (bytesPerSecond: number | undefined) => instance().startScrub(bytesPerSecond),
  adjust: (options: Adjustable) => instance().adjust(options),
  receive: (event: Event) => instance().receive(event),
  othersListen: (listen: boolean) => instance().othersListen(listen),
  stop: (graceMs: number) => instance().stop(graceMs),
  cut: () => instance().cut(),
})

// The terminal, or a person, sends them to every process of the group; the primary handles them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => {})
// A message to a primary that is ending failed; `disconnect` reports the same. The cluster module passes errors of the
// channel on to its worker.
cluster.worker?.on('error', () => {})
// Without the primary no process would know that this one is alive.
process.on('disconnect', () => process.exit())

// it fails only without the primary, as `disconnect` reports
void channel.remote.started().catch(() => {})
