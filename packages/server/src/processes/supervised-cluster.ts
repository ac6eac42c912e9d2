import { setTimeout as sleep } from 'node:timers/promises'
import { BEAT_MS, type Busy, type Event, type Listener, RowCluster, type Subscription } from '@bindery/service'
import { type Awaitable, StorageError } from '@bindery/storage'
import type { Log } from '../log.js'
import { pause } from '../pause.js'
import { endOnFatal } from './crash.js'
import { EventRelay } from './event-relay.js'
import type { JoinOptions, ProcessCluster } from './process-cluster.js'

/**
 * The processes of one supervisor as a cluster. Rows report which reads run; the supervisor nudges processes to report
 * at once, forwards events, and chooses the one that leads.
 */
export class SupervisedCluster implements ProcessCluster {
  readonly incarnation: string
  readonly #rows: RowCluster
  readonly #events: EventRelay
  readonly #log: Log
  readonly #tasks: ((signal: AbortSignal) => Promise<void>)[] = []
  readonly #running: Promise<void>[] = []
  readonly #draining = new AbortController()
  readonly #leaving = new AbortController()
  readonly #beats: Promise<void>
  #isLeading = false

  private constructor({ incarnation, primary, log }: JoinOptions, rows: RowCluster) {
    this.incarnation = incarnation
    this.#rows = rows
    this.#events = new EventRelay(primary)
    this.#log = log
    this.#beats = this.#beat()
  }

  static async join(options: JoinOptions): Promise<SupervisedCluster> {
    const { metadata, incarnation, primary, log } = options
    const rows = await RowCluster.join({
      metadata,
      incarnation,
      clock: Date.now,
      uptime: () => performance.now(),
      sleep: (milliseconds) => sleep(milliseconds),
      // the primary may be gone, and then this process soon ends too
      nudge: () => void primary.nudge().catch(() => {}),
      isBeingCopied: primary.isBeingCopied,
      onDamage: (damage) => log.error(damage, 'a damaged row was passed over'),
    })
    return new SupervisedCluster(options, rows)
  }

  get reads(): RowCluster['reads'] {
    return this.#rows.reads
  }

  mayAnswer(): Awaitable<boolean> {
    return this.#rows.mayAnswer()
  }

  settled(signal?: AbortSignal): Promise<Busy> {
    return this.#rows.settled(signal)
  }

  get watched(): boolean {
    return this.#events.watched
  }

  publish(event: Event): void {
    this.#events.publish(event)
  }

  subscribe(listener: Listener): Subscription {
    return this.#events.subscribe(listener)
  }

  lead(task: (signal: AbortSignal) => Promise<void>): void {
    this.#tasks.push(task)
    if (this.#isLeading) this.#running.push(task(this.#draining.signal))
  }

  async drain(): Promise<void> {
    this.#draining.abort()
    this.#events.stop()
    await Promise.all(this.#running)
  }

  async leave(): Promise<void> {
    this.#leaving.abort()
    await this.#beats
    await this.#rows.leave()
  }

  readonly report = async (): Promise<void> => {
    try {
      await this.#rows.report()
    } catch (error) {
      // Nothing that this process does counts any more.
      if (error instanceof StorageError && error.kind === 'fenced') endOnFatal(error)
      else this.#log.warn({ err: error }, 'this process could not report its reads and will try again')
    }
  }

  readonly startLeading = (): void => {
    if (this.#isLeading) return
    this.#isLeading = true
    for (const task of this.#tasks) this.#running.push(task(this.#draining.signal))
  }

  readonly receive = async (event: Event): Promise<void> => this.#events.receive(event)

  readonly othersListen = async (listen: boolean): Promise<void> => this.#events.setOthersListen(listen)

  async #beat(): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      await this.report()
      await pause(BEAT_MS, this.#leaving.signal)
    }
  }
}
