import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogLevel } from '@bindery/protocol'
import type { RecentRequest, RememberedRefusal, ScrubState, ServerState } from '@bindery/service'
import type { Adjustable } from '../config.js'
import { Failure } from '../failure.js'
import type { Log } from '../log.js'
import type { MetricValues } from '../metrics/metric.js'
import { MetricsHistory, READ_EVERY_MS } from '../metrics/metrics-history.js'
import { ProcessGone } from './calls.js'
import { EventSwitchboard } from './event-switchboard.js'
import type { Instance } from './instance-calls.js'
import type { Primary } from './process-cluster.js'
import { SocketFile } from './socket-file.js'

/** A started instance, in this process or its own. */
export interface Launched {
  readonly instance: Instance
  /** Resolves when its process has ended, with its exit code or signal. */
  readonly ended: Promise<string>
}

/** The processes that a supervisor starts and ends. */
export interface SupervisorOptions {
  readonly instances: number
  /** 0: the system chooses. */
  readonly port: number
  /** The Unix domain socket on which instances listen as well, and its permissions. */
  readonly socket?: { readonly path: string; readonly mode: number } | undefined
  /** Starts an instance and opens its stores; `primary` answers for all instances. */
  readonly launch: (incarnation: string, primary: Primary) => Promise<Launched>
  /** Whether another process, such as a backup, keeps everything from being freed. */
  readonly isBeingCopied: () => Promise<boolean>
  /** PEM of the RSA key that signs callbacks. */
  readonly callbackKey: () => Promise<string>
  /** The server as its administrator sees it, but for what instances know. */
  readonly state: () => Promise<Omit<ServerState, 'scrub'>>
  /** Changes the log of all processes. */
  readonly setLogLevel: (level: LogLevel) => Promise<void>
  /** The metrics of this process itself. Absent: it has none. */
  readonly measure?: (() => MetricValues) | undefined
  readonly log: Log
}

/** The number of ended processes within CRASH_WINDOW_MS after which no more are started. */
const CRASHES_MAX = 5
const CRASH_WINDOW_MS = 60_000
const BACKOFF_MS = 100

interface Member {
  readonly incarnation: string
  readonly launched: Launched
  listens: boolean
}

/**
 * Keeps a number of instances running: prepares the stores before the first request, replaces instances whose process
 * ends, and lets one of them sweep. Membership changes one step at a time, so that no starting instance is declared
 * dead.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #members = new Set<Member>()
  readonly #switchboard = new EventSwitchboard()
  readonly #history = new MetricsHistory()
  #reading: NodeJS.Timeout | undefined
  #port: number
  /** The number by which the listening instances share their port: 0 until all of them have ended at once. */
  #requested = 0
  #socket: SocketFile | undefined
  /** Undefined until options are changed. */
  #adjusted: Adjustable | undefined
  #steps: Promise<void> = Promise.resolve()
  #crashes: number[] = []
  #stopping = false
  #fail: (failure: unknown) => void = () => {}
  /** Rejects when instances keep failing; never resolves. */
  readonly failed: Promise<never>

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#port = options.port
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {})
  }

  /** Starts all instances. Resolves with the port on which they listen. */
  async start(): Promise<number> {
    const { socket } = this.#options
    try {
      this.#socket = socket && (await SocketFile.prepare(socket.path, socket.mode))
      const port = await this.#bringUp()
      this.#reading = setInterval(() => void this.#readFigures(), READ_EVERY_MS).unref()
      void this.#readFigures()
      return port
    } catch (error) {
      await this.stop(0).catch(() => {})
      throw goneFailure(error)
    }
  }

  /** Stops all instances. Resolves with the number of requests that were aborted after `graceMs`. */
  async stop(graceMs: number): Promise<number> {
    this.#stopping = true
    clearInterval(this.#reading)
    await this.#steps
    const stopped = [...this.#members].map(({ launched }) => launched.instance.stop(graceMs).catch(() => 0))
    const cut = await Promise.all(stopped)
    await this.#socket?.remove()
    return cut.reduce((sum, requests) => sum + requests, 0)
  }

  /** Changes options of all instances, and of those that replace them. */
  async adjust(options: Adjustable): Promise<void> {
    this.#adjusted = options
    // one that ends meanwhile is replaced by one that gets these options
    await Promise.all([...this.#members].map(({ launched }) => launched.instance.adjust(options).catch(() => {})))
  }

  async cut(): Promise<void> {
    await Promise.all([...this.#members].map(({ launched }) => launched.instance.cut().catch(() => {})))
  }

  async #bringUp(): Promise<number> {
    const missing = this.#options.instances - this.#members.size
    const launches = await Promise.allSettled(Array.from({ length: missing }, () => this.#launch()))
    for (const launch of launches) if (launch.status === 'rejected') throw launch.reason
    const [leader] = this.#members
    if (leader === undefined) throw new Error('no instance is left')
    await leader.launched.instance.prepare([...this.#members].map(({ incarnation }) => incarnation))
    // Instances share a port by the number that they request; once none listens, only the real number returns the same port.
    if (![...this.#members].some(({ listens }) => listens)) this.#requested = this.#port
    for (const member of this.#members) {
      if (member.listens) continue
      this.#port = await member.launched.instance.listen(this.#requested)
      member.listens = true
    }
    await this.#socket?.publish()
    await leader.launched.instance.lead()
    return this.#port
  }

  async #launch(): Promise<void> {
    const incarnation = randomBytes(8).toString('hex')
    const launched = await this.#options
      .launch(incarnation, {
        nudge: async () => this.#nudge(incarnation),
        measureAll: () => this.#measureAll(),
        findRefusal: (requestId) => this.#findRefusal(requestId),
        recentRequests: (since) => this.#recentRequests(since),
        metricsHistory: async (spanMs) => this.#history.list(spanMs, Date.now()),
        bucketMetrics: async (spanMs) => this.#history.buckets(spanMs, Date.now()),
        serverState: async () => ({ ...(await this.#options.state()), scrub: await this.#scrubState() }),
        setLogLevel: this.#options.setLogLevel,
        startScrub: (bytesPerSecond) => this.#startScrub(bytesPerSecond),
        isBeingCopied: this.#options.isBeingCopied,
        callbackKey: this.#options.callbackKey,
        ...this.#switchboard.outletOf(incarnation),
      })
      .catch((error) => {
        throw goneFailure(error)
      })
    const member: Member = { incarnation, launched, listens: false }
    this.#members.add(member)
    void this.#switchboard.join(incarnation, launched.instance)
    if (this.#adjusted !== undefined) await launched.instance.adjust(this.#adjusted)
    void launched.ended.then((how) => this.#ended(member, how))
  }

  #ended(member: Member, how: string): void {
    this.#members.delete(member)
    void this.#switchboard.leave(member.incarnation)
    if (this.#stopping) return
    this.#options.log.error({ incarnation: member.incarnation, how }, 'a process has ended and is replaced')
    this.#replace(how)
  }

  #replace(how: string): void {
    const now = performance.now()
    this.#crashes = [...this.#crashes.filter((at) => now - at < CRASH_WINDOW_MS), now]
    const times = this.#crashes.length
    if (times > CRASHES_MAX) {
      this.#fail(new Failure('workersFail', { times, how }))
      return
    }
    this.#steps = this.#steps.then(async () => {
      await sleep(BACKOFF_MS * 2 ** (times - 1))
      if (this.#stopping) return
      try {
        await this.#bringUp()
      } catch (error) {
        // A member whose process ended meanwhile is replaced by a separate step.
        if (this.#stopping || error instanceof ProcessGone) return
        this.#options.log.error({ err: error }, 'a process could not be replaced')
        this.#replace(String(error))
      }
    })
  }

  /** The metrics of all instances that answer, and those of this process. */
  async #measureAll(): Promise<readonly MetricValues[]> {
    const answers = [...this.#members].map(({ launched }) => launched.instance.measure().catch(() => undefined))
    const measured = [...(await Promise.all(answers)), this.#options.measure?.()]
    return measured.filter((values) => values !== undefined)
  }

  /** Adds a reading to the history. An instance that does not answer is left out of it. */
  async #readFigures(): Promise<void> {
    const answers = [...this.#members].map(async ({ incarnation, launched }) => {
      const figures = await launched.instance.figures().catch(() => undefined)
      return figures === undefined ? [] : [[incarnation, figures] as const]
    })
    const found = (await Promise.all(answers)).flat()
    if (!this.#stopping) this.#history.add(Date.now(), new Map(found))
  }

  /** A refusal that one of the instances remembers. */
  async #findRefusal(requestId: string): Promise<RememberedRefusal | undefined> {
    const answers = [...this.#members].map(({ launched }) =>
      launched.instance.refusal(requestId).catch(() => undefined),
    )
    return (await Promise.all(answers)).find((refusal) => refusal !== undefined)
  }

  /** The requests that the instances remember. */
  async #recentRequests(since: number): Promise<readonly RecentRequest[]> {
    const answers = [...this.#members].map(({ launched }) => launched.instance.recent(since).catch(() => []))
    return (await Promise.all(answers)).flat()
  }

  /** How far the instance is that verifies stored bytes. */
  async #scrubState(): Promise<ScrubState | undefined> {
    const answers = [...this.#members].map(({ launched }) => launched.instance.scrubState().catch(() => undefined))
    return (await Promise.all(answers)).find((state) => state !== undefined)
  }

  async #startScrub(bytesPerSecond: number | undefined): Promise<boolean> {
    const starts = [...this.#members].map(({ launched }) =>
      launched.instance.startScrub(bytesPerSecond).catch(() => false),
    )
    return (await Promise.all(starts)).includes(true)
  }

  /** Has all instances but one report. One that does not is nudged again. */
  #nudge(by: string): void {
    for (const { incarnation, launched } of this.#members) {
      if (incarnation !== by) void launched.instance.report().catch(() => {})
    }
  }
}

function goneFailure(error: unknown): unknown {
  return error instanceof ProcessGone
    ? new Failure('workersFail', { times: 1, how: error.how }, { cause: error })
    : error
}
