import cluster from 'node:cluster'
import { fileURLToPath } from 'node:url'
import type { DeploymentAddress, WorkerSupport } from '../deployment.js'
import { CallChannel, ProcessGone } from './calls.js'
import type { InstanceOptions } from './instance.js'
import type { Instance } from './instance-calls.js'
import type { Primary } from './process-cluster.js'
import type { Launched } from './supervisor.js'

/** The calls of the primary to a worker: open an instance, then everything that an instance does. */
export type WorkerCalls = Instance & { readonly open: (input: OpenInput) => Promise<void> }

/** The message with which a worker opens its stores. */
export interface OpenInput {
  readonly options: InstanceOptions
  readonly address: DeploymentAddress
}

/**
 * The calls of a worker to the primary. `started` exists because a message to a worker that does not listen yet is
 * lost.
 */
export type PrimaryCalls = Primary & {
  readonly started: () => Promise<void>
  /** For the stores of the worker. */
  readonly support: WorkerSupport['answer']
}

/**
 * Bodies are buffers outside the heap, which make V8 collect a small heap very often; its helper threads, woken each
 * time, cost more than they save and keep a core from hashing.
 */
const NODE_FLAGS = ['--single-threaded-gc']

/** Starts instances in their own processes, which share the port, and whose stores this process supports. */
export function workerProcesses(support: WorkerSupport) {
  // Workers accept connections themselves: a connection that the primary had passed to a dying worker would hang.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({
    exec: fileURLToPath(new URL('./worker-main.js', import.meta.url)),
    args: [],
    execArgv: [...process.execArgv, ...NODE_FLAGS],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', support.descriptor ?? 'ignore'],
    // rows are bytes
    serialization: 'advanced',
  })
  return (options: InstanceOptions, primary: Primary) => launchWorker(options, primary, support)
}

async function launchWorker(options: InstanceOptions, primary: Primary, support: WorkerSupport): Promise<Launched> {
  const worker = cluster.fork()
  let start = () => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  const answers: PrimaryCalls = { ...primary, started: async () => start(), support: support.answer }
  const channel = new CallChannel<WorkerCalls>(worker, answers)
  const ended = new Promise<string>((resolve) => {
    worker.on('exit', (code, signal) => {
      const how = signal ?? `exit code ${code}`
      channel.close(how)
      support.workerEnded()
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
    await channel.remote.open({ options, address: support.address })
  } catch (error) {
    await end()
    throw error
  }
  const stop = async (graceMs: number) => {
    const cut = await channel.remote.stop(graceMs)
    await end()
    return cut
  }
  const { prepare, listen, lead, report, measure, figures, refusal, recent, adjust, receive, othersListen, cut } =
    channel.remote
  const { scrubState, startScrub } = channel.remote
  const calls = { prepare, listen, lead, report, measure, figures, refusal, recent, adjust, receive, othersListen }
  const instance = { ...calls, scrubState, startScrub, stop, cut: () => orGone(cut()) }
  return { instance, ended }
}

async function orGone(call: Promise<void>): Promise<void> {
  await call.catch((error) => {
    if (!(error instanceof ProcessGone)) throw error
  })
}
