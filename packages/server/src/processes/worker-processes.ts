import cluster from 'node:cluster'
import { fileURLToPath } from 'node:url'
import type { MetadataCommitter } from '@bindery/storage-local'
import { CallChannel, ProcessGone } from './calls.js'
import type { Instance, InstanceOptions, Primary } from './instance.js'
import type { Launched } from './supervisor.js'

/** The calls of the primary to a worker: open an instance, then everything that an instance does. */
export type WorkerCalls = Instance & { readonly open: (options: InstanceOptions) => Promise<void> }

/**
 * The calls of a worker to the primary. `started` exists because a message to a worker that does not listen yet is
 * lost.
 */
export type PrimaryCalls = Primary & {
  readonly started: () => Promise<void>
  readonly commit: MetadataCommitter['commit']
}

/**
 * Bodies are buffers outside the heap, which make V8 collect a small heap very often; its helper threads, woken each
 * time, cost more than they save and keep a core from hashing.
 */
const NODE_FLAGS = ['--single-threaded-gc']

/**
 * Starts instances in their own processes, which share the port, inherit the lock of the data folder, and let this
 * process commit for them.
 */
export function workerProcesses(lockDescriptor: number, committer: MetadataCommitter) {
  // Workers accept connections themselves: a connection that the primary had passed to a dying worker would hang.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({
    exec: fileURLToPath(new URL('./worker-main.js', import.meta.url)),
    args: [],
    execArgv: [...process.execArgv, ...NODE_FLAGS],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', lockDescriptor],
    // rows are bytes
    serialization: 'advanced',
  })
  return (options: InstanceOptions, primary: Primary) => launchWorker(options, primary, committer)
}

async function launchWorker(
  options: InstanceOptions,
  primary: Primary,
  committer: MetadataCommitter,
): Promise<Launched> {
  const worker = cluster.fork()
  let start = () => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  const answers: PrimaryCalls = { ...primary, started: async () => start(), commit: committer.commit }
  const channel = new CallChannel<WorkerCalls>(worker, answers)
  const ended = new Promise<string>((resolve) => {
    worker.on('exit', (code, signal) => {
      const how = signal ?? `exit code ${code}`
      channel.close(how)
      committer.forgetDeadReaders()
      resolve(how)
    })
  })
  // A message to an ending process failed; its exit reports the same.
  worker.on('error', () => {})
  const end = async () => {
    if (worker.isConnected()) worker.process.disconnect()
    await ended
  }
  try {
    await Promise.race([started, ended])
    await channel.remote.open(options)
  } catch (error) {
    await end()
    throw error
  }
  const stop = async (graceMs: number) => {
    const cut = await channel.remote.stop(graceMs)
    await end()
    return cut
  }
  const { prepare, listen, lead, report, measure, receive, othersListen, cut } = channel.remote
  const instance = { prepare, listen, lead, report, measure, receive, othersListen, stop, cut: () => orGone(cut()) }
  return { instance, ended }
}

async function orGone(call: Promise<void>): Promise<void> {
  await call.catch((error) => {
    if (!(error instanceof ProcessGone)) throw error
  })
}
