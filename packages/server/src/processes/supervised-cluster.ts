import type { Busy, Event, Listener, RowCluster, Subscription, Task } from '@bindery/service'
import type { Awaitable } from '@bindery/storage'
import { EventRelay } from './event-relay.js'
import { Member } from './member.js'
import type { JoinOptions, ProcessCluster } from './process-cluster.js'

/**
 * The processes of one supervisor as a cluster. Rows report which reads run; the supervisor nudges processes to report
 * at once, forwards events, chooses the one that leads, and knows which have ended.
 */
export class SupervisedCluster implements ProcessCluster {
  readonly incarnation: string
  readonly fence = undefined
  readonly #member: Member
  readonly #events: EventRelay
  readonly #tasks: Task[] = []
  readonly #running: Promise<void>[] = []
  readonly #draining = new AbortController()
  #isLeading = false

  private constructor({ incarnation, primary }: JoinOptions, member: Member) {
    this.incarnation = incarnation
    this.#member = member
    this.#events = new EventRelay(primary)
  }

  static async join(options: JoinOptions): Promise<SupervisedCluster> {
    const { metadata, incarnation, primary, details, log } = options
    const member = await Member.join({
      metadata,
      incarnation,
      // the primary may be gone, and then this process soon ends too
      nudge: () => void primary.nudge().catch(() => {}),
      isBeingCopied: primary.isBeingCopied,
      details,
      log,
    })
    return new SupervisedCluster(options, member)
  }

  get reads(): RowCluster['reads'] {
    return this.#member.rows.reads
  }

  mayAnswer(): Awaitable<boolean> {
    return this.#member.rows.mayAnswer()
  }

  settled(signal?: AbortSignal): Promise<Busy> {
    return this.#member.rows.settled(signal)
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

  lead(_chore: string, task: Task): void {
    this.#tasks.push(task)
    if (this.#isLeading) this.#running.push(task(this.#draining.signal))
  }

  async drain(): Promise<void> {
    this.#draining.abort()
    this.#events.stop()
    await Promise.all(this.#running)
  }

  leave(): Promise<void> {
    return this.#member.leave()
  }

  readonly report = (): Promise<void> => this.#member.report()

  readonly startLeading = (): void => {
    if (this.#isLeading) return
    this.#isLeading = true
    for (const task of this.#tasks) this.#running.push(task(this.#draining.signal))
  }

  readonly receive = async (event: Event): Promise<void> => this.#events.receive(event)

  readonly othersListen = async (listen: boolean): Promise<void> => this.#events.setOthersListen(listen)
}
