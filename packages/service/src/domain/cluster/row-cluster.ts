/**
 * The cluster as rows of the metadata store: each process reports which reads run in it, so that the sweeper learns from
 * the metadata alone what may be freed, whatever machines the processes run on.
 *
 * The order of two steps on each side carries the proof. The sweeper sees garbage, then raises the epoch. A process reads
 * the epoch, then collects its reads. A read that has found what the garbage names took its snapshot before the unlinking,
 * so before the epoch was raised, and was registered earlier still: a process that reports this epoch reports that read.
 * No clock is part of it.
 *
 * Clocks decide only for how long a process that is out of touch goes on answering (LEASE_MS), and when the others stop
 * waiting for it (DEATH_MS): if one machine's clock runs three times as fast as another's, a read is cut short, and nothing
 * wrong is returned. A process that owes no report confirms its membership by a read, so an idle server writes nothing.
 */
import { type Awaitable, type MetadataStore, type Reader, StorageError, together } from '@bindery/storage'
import { ReadRegistry } from '../bytes/reads.js'
import { type Damage, DamageReports, unlessDamaged } from '../stored/damage.js'
import { incarnationRows, reportRows } from '../stored/keyspace.js'
import type { MemberDetails } from '../stored/member-model.js'
import type { ReportRecord } from '../stored/model.js'
import type { Busy, Membership } from './cluster.js'
import { bury, type Members, raiseEpoch, readEpoch, readMembers, readSeen } from './members.js'
import { Undertaker } from './undertaker.js'

/** How often a process calls `report`, unless it is nudged. */
export const BEAT_MS = 2_000
/** How long a process may answer after it was last confirmed to be a member; well below DEATH_MS. */
const LEASE_MS = 20_000
/** How long a request waits for a new confirmation. */
const CONFIRM_MS = 5_000
/** Manifests that one report lists at most. */
const BUSY_MAX = 6_000
/** How long the sweeper waits between two looks at the reports, and how often it looks until it leaves everything. */
const WAIT_MS_MIN = 5
const WAIT_MS_MAX = 500
const LOOKS_MAX = 30

/** The store, the name and the clocks of a member. */
export interface RowClusterOptions {
  readonly metadata: MetadataStore
  /** Random, and used by no other process before or after. */
  readonly incarnation: string
  /** Milliseconds since 1970, for people to see. */
  readonly clock: () => number
  /** Milliseconds since some moment, by a clock that is never set. */
  readonly uptime: () => number
  /** Resolves after that many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>
  /** Has the other members report soon. Best effort: it is called again. Absent: they notice by themselves. */
  readonly nudge?: (() => void) | undefined
  /**
   * Whether a process that cannot write rows copies the stores, observed at some point after the call. It announces
   * itself before it takes a snapshot. Absent: there is never one.
   */
  readonly isBeingCopied?: (() => Promise<boolean>) | undefined
  /** For people to see. */
  readonly details?: MemberDetails | undefined
  /** This process copies the stores: it may use anything. Absent: it uses what its registered reads use. */
  readonly copiesStores?: boolean | undefined
  /** Called once for each damaged row that was skipped. */
  readonly onDamage?: ((damage: Damage) => void) | undefined
}

/** The membership of this process. `join` it before the first read or write; `leave` it after the last. */
export class RowCluster implements Membership {
  readonly reads = new ReadRegistry()
  readonly #options: RowClusterOptions
  readonly #damage: DamageReports
  readonly #undertaker: Undertaker
  /** The epoch of the last report. */
  #seen = 0
  /** When the last confirmed report began. */
  #confirmedAt = 0
  #isFenced = false
  #reporting: Promise<void> | undefined

  private constructor(options: RowClusterOptions) {
    this.#options = options
    this.#damage = new DamageReports(options.onDamage ?? (() => {}))
    this.#undertaker = new Undertaker(options.uptime)
  }

  /** Makes this process a member: before its first read and write. */
  static async join(options: RowClusterOptions): Promise<RowCluster> {
    const { metadata, incarnation, clock, uptime, copiesStores, details } = options
    const cluster = new RowCluster(options)
    cluster.#confirmedAt = uptime()
    cluster.#seen = await metadata.transact(async (tx) => {
      const seen = (await unlessDamaged(readEpoch(tx))) ?? 0
      incarnationRows.set(tx, { incarnation }, { joinedAt: clock(), ...details })
      reportRows.set(tx, { incarnation }, { seen, busy: copiesStores ? 'any' : [] })
      return seen
    })
    return cluster
  }

  /** Ends the membership of this process, in which no read or write runs any more: no report of it is waited for. */
  async leave(): Promise<void> {
    const { metadata, incarnation, clock } = this.#options
    await metadata.transact(async (tx) => bury(tx, incarnation, clock()))
    this.#isFenced = true
  }

  /**
   * Confirms that this process is a member, and reports the reads that run in it if the epoch was raised since its last
   * report. Throws StorageError `fenced` if it was declared dead: it must end.
   */
  report(): Promise<void> {
    this.#reporting ??= this.#report().finally(() => {
      this.#reporting = undefined
    })
    return this.#reporting
  }

  mayAnswer(): Awaitable<boolean> {
    if (this.#isFenced) return false
    return this.#isConfirmed() || this.#confirm()
  }

  async settled(signal?: AbortSignal): Promise<Busy> {
    const { metadata, incarnation, sleep, nudge, isBeingCopied } = this.#options
    if (await isBeingCopied?.()) return 'any'
    await raiseEpoch(metadata)
    const own = await this.reads.inUse()
    let raised = Number.POSITIVE_INFINITY
    for (let looks = 0, wait = WAIT_MS_MIN; looks < LOOKS_MAX && signal?.aborted !== true; looks += 1) {
      const { epoch, members } = await readMembers(metadata, this.#damage)
      if (!members.has(incarnation)) throw this.#fenced()
      raised = Math.min(raised, epoch)
      const others = [...members].filter(([name]) => name !== incarnation)
      const late = new Map(others.filter(([, report]) => report === undefined || report.seen < raised))
      if (late.size === 0) return union(own, others)
      await this.#buryDead(late)
      nudge?.()
      await sleep(wait)
      wait = Math.min(wait * 2, WAIT_MS_MAX)
    }
    return 'any'
  }

  #isConfirmed(): boolean {
    return !this.#isFenced && this.#options.uptime() - this.#confirmedAt < LEASE_MS
  }

  async #confirm(): Promise<boolean> {
    await Promise.race([this.report().catch(() => {}), this.#options.sleep(CONFIRM_MS)])
    return this.#isConfirmed()
  }

  async #report(): Promise<void> {
    const { metadata, incarnation, uptime, copiesStores } = this.#options
    const began = uptime()
    const [epoch = this.#seen] = await metadata.read((reader) =>
      together(unlessDamaged(readEpoch(reader)), this.#requireMember(reader)),
    )
    if (epoch !== this.#seen) {
      // After the epoch was read, never before: see above.
      const inUse = await this.reads.inUse()
      const busy = copiesStores || inUse.length > BUSY_MAX ? 'any' : inUse
      try {
        await metadata.transact(async (tx) => {
          await this.#requireMember(tx)
          reportRows.set(tx, { incarnation }, { seen: epoch, busy })
        })
      } catch (error) {
        // On a full disk reads continue: declaring this process dead takes a commit, which it would notice.
        if (error instanceof StorageError && error.kind === 'noSpace') this.#confirmedAt = began
        throw error
      }
      this.#seen = epoch
    }
    this.#confirmedAt = began
  }

  /** A process whose row is damaged cannot prove that it is a member; under a new incarnation it can. */
  async #requireMember(reader: Reader): Promise<void> {
    const { incarnation } = this.#options
    if ((await unlessDamaged(reader.get(incarnationRows.key({ incarnation })))) === undefined) throw this.#fenced()
  }

  #fenced(): StorageError {
    this.#isFenced = true
    return new StorageError('fenced', 'this process was declared dead, or its row is damaged')
  }

  /** Declares the members dead that have owed a report for too long, unless they have reported by now. */
  async #buryDead(late: Members): Promise<void> {
    const { metadata, clock } = this.#options
    for (const incarnation of this.#undertaker.dead(late)) {
      await metadata.transact(async (tx) => {
        if ((await readSeen(tx, incarnation)) === late.get(incarnation)?.seen) bury(tx, incarnation, clock())
      })
    }
  }
}

function union(own: readonly string[], others: Iterable<readonly [string, ReportRecord | undefined]>): Busy {
  const busy = new Set(own)
  for (const [, report] of others) {
    if (report === undefined || report.busy === 'any') return 'any'
    for (const id of report.busy) busy.add(id)
  }
  return busy
}
