import type { Subscription, Task } from '@bindery/service'
import { type Busy, ELECTION_BEAT_MS, Elections, type Event, type Listener, type RowCluster } from '@bindery/service'
import type { Awaitable } from '@bindery/storage'
import type { Log } from '../log.js'
import { pause } from '../pause.js'
import { Member } from '../processes/member.js'
import type { JoinOptions, ProcessCluster } from '../processes/process-cluster.js'
import { GatewayEvents } from './gateway-events.js'

/** How often terms that were not renewed are ended. */
const EXPIRE_INTERVAL_MS = 500

/** A channel to all processes of a cluster, best effort. */
export interface Channel {
  send(text: string): void
  close(): Promise<void>
}

/** The store, the name and the connections of a process. */
export interface GatewayOptions extends Omit<JoinOptions, 'primary'> {
  /** Ends the sessions of a process in the stores. */
  readonly fence: (incarnation: string) => Promise<void>
  /** Opens the channel: `onGap` is called when texts may have been lost. */
  readonly openChannel: (receivers: { onNotice: (text: string) => void; onGap: () => void }) => Channel
}

/**
 * The processes of any number of machines as a cluster. Rows report which reads run, decide whose lease has ended, and
 * choose which process runs each background task; notices of the database carry events, and requests for reports.
 */
export class GatewayCluster implements ProcessCluster {
  readonly incarnation: string
  readonly fence: (incarnation: string) => Promise<void>
  readonly #member: Member
  readonly #events: GatewayEvents
  readonly #channel: Channel
  readonly #elections: Elections
  readonly #log: Log
  readonly #draining = new AbortController()
  readonly #expiry: NodeJS.Timeout
  #standing: Promise<void> | undefined

  private constructor(options: GatewayOptions, member: Member, events: GatewayEvents, channel: Channel) {
    const { metadata, incarnation, fence, log } = options
    this.incarnation = incarnation
    this.fence = fence
    this.#member = member
    this.#events = events
    this.#channel = channel
    this.#log = log
    this.#elections = new Elections({ metadata, incarnation, uptime: () => performance.now() })
    this.#expiry = setInterval(() => this.#elections.expire(), EXPIRE_INTERVAL_MS).unref()
  }

  static async join(options: GatewayOptions): Promise<GatewayCluster> {
    const { metadata, incarnation, openChannel, details, log } = options
    let channel: Channel | undefined
    let member: Member | undefined
    const events = new GatewayEvents({
      incarnation,
      send: (text) => channel?.send(text),
      onReport: () => void member?.report(),
      uptime: () => performance.now(),
    })
    member = await Member.join({ metadata, incarnation, nudge: () => events.requestReports(), details, log })
    channel = openChannel({ onNotice: (text) => events.receive(text), onGap: () => events.lose() })
    return new GatewayCluster(options, member, events, channel)
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

  limiting(): number {
    return this.#events.limiting()
  }

  publish(event: Event): void {
    this.#events.publish(event)
  }

  subscribe(listener: Listener): Subscription {
    return this.#events.subscribe(listener)
  }

  lead(chore: string, task: Task): void {
    this.#elections.stand(chore, task)
  }

  /** From now on this process may be chosen: the supervisor has it serve. */
  readonly startLeading = (): void => {
    this.#standing ??= this.#stand()
  }

  async drain(): Promise<void> {
    this.#draining.abort()
    this.#events.stop()
    await this.#standing
    // if the store does not answer, others take over later
    await this.#elections.end().catch(() => {})
    clearInterval(this.#expiry)
  }

  async leave(): Promise<void> {
    await this.#channel.close()
    await this.#member.leave()
  }

  readonly report = (): Promise<void> => this.#member.report()

  // events come as notices, whether their process is on this machine or not
  readonly receive = async (): Promise<void> => {}

  readonly othersListen = async (): Promise<void> => {}

  async #stand(): Promise<void> {
    while (!this.#draining.signal.aborted) {
      try {
        await this.#elections.beat()
      } catch (error) {
        this.#log.warn({ err: error }, 'this process could not stand for background tasks and will try again')
      }
      await pause(ELECTION_BEAT_MS, this.#draining.signal)
    }
  }
}
