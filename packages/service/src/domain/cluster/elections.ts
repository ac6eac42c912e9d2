/**
 * Chooses, by rows, which process of a cluster runs each background task. The row of a task names its holder and a number
 * that the holder changes every few seconds. A process that has seen the same number for TAKEOVER_MS, by its own clock,
 * takes the task over; the holder stops its task HOLD_MS after it last began to change the number. So unless one clock
 * runs twice as fast as another, two processes never run a task at once; and if they do, each step of a task does no harm
 * when it is repeated.
 */
import { hex } from '@bindery/bytes'
import { type MetadataStore, type Reader, together } from '@bindery/storage'
import { unlessDamaged } from '../stored/damage.js'
import { leaderRows } from '../stored/keyspace.js'
import type { LeaderRecord } from '../stored/model.js'
import type { Task } from './cluster.js'

/** How often `beat` is called. */
export const ELECTION_BEAT_MS = 3_000
/** How long a holder runs its task after the last beat that was committed had begun. */
export const HOLD_MS = 10_000
/** How long a process sees the same beat until it takes the task over. */
export const TAKEOVER_MS = 20_000

/** The store, the name and the clock of a candidate. */
export interface ElectionOptions {
  readonly metadata: MetadataStore
  readonly incarnation: string
  /** Milliseconds since some moment, by a clock that is never set. */
  readonly uptime: () => number
}

const CHORES_MAX = 100

interface Candidacy {
  readonly chore: string
  readonly task: Task
  /** The last state of its row, and since when it is so. */
  seen: { readonly record: LeaderRecord | undefined; readonly since: number } | undefined
  running: { readonly controller: AbortController; readonly ended: Promise<void> } | undefined
  /** When the last beat that was committed began. */
  confirmedAt: number
}

/** The tasks for which this process stands. */
export class Elections {
  readonly #options: ElectionOptions
  readonly #candidacies: Candidacy[] = []
  #hasEnded = false

  constructor(options: ElectionOptions) {
    this.#options = options
  }

  /** Runs the task whenever this process is chosen for it. */
  stand(chore: string, task: Task): void {
    this.#candidacies.push({ chore, task, seen: undefined, running: undefined, confirmedAt: 0 })
  }

  /** The tasks that this process runs. */
  get held(): readonly string[] {
    return this.#candidacies.filter(({ running }) => running !== undefined).map(({ chore }) => chore)
  }

  /** Looks at all rows, changes the numbers of those that this process holds, and takes over those that no process runs. */
  async beat(): Promise<void> {
    const began = this.#options.uptime()
    const candidacies = [...this.#candidacies]
    const records = await this.#options.metadata.read((reader) => readAll(reader, candidacies))
    candidacies.forEach((candidacy, index) => {
      this.#look(candidacy, records[index])
    })
    const wanted = candidacies.filter((candidacy) => this.#isWanted(candidacy))
    if (wanted.length === 0 || this.#hasEnded) return
    const held = new Set(await this.#claim(wanted))
    for (const candidacy of wanted) {
      if (!held.has(candidacy)) continue
      candidacy.confirmedAt = began
      this.#start(candidacy)
    }
  }

  /** Stops the tasks whose last beat is too old: others may soon take them over. Called often, and never waits. */
  expire(): void {
    for (const candidacy of this.#candidacies) {
      if (this.#options.uptime() - candidacy.confirmedAt >= HOLD_MS) candidacy.running?.controller.abort()
    }
  }

  /** Ends all tasks, and lets others take them over at once. */
  async end(): Promise<void> {
    this.#hasEnded = true
    const held = this.#candidacies.filter(({ running }) => running !== undefined)
    for (const { running } of held) running?.controller.abort()
    await Promise.all(held.map(({ running }) => running?.ended))
    const { metadata, incarnation } = this.#options
    await metadata.transact(async (tx) => {
      const records = await readAll(tx, held)
      held.forEach(({ chore }, index) => {
        if (records[index]?.holder === incarnation) leaderRows.delete(tx, { chore })
      })
    })
  }

  #look(candidacy: Candidacy, record: LeaderRecord | undefined): void {
    const { seen } = candidacy
    const isSame = seen !== undefined && record?.holder === seen.record?.holder && record?.beat === seen.record?.beat
    if (!isSame) candidacy.seen = { record, since: this.#options.uptime() }
    if (record?.holder !== this.#options.incarnation) candidacy.running?.controller.abort()
  }

  #isWanted({ seen }: Candidacy): boolean {
    if (seen?.record === undefined || seen.record.holder === this.#options.incarnation) return true
    return this.#options.uptime() - seen.since >= TAKEOVER_MS
  }

  /** Those of the wanted whose rows are as they were seen; they name this process from then on. */
  async #claim(wanted: readonly Candidacy[]): Promise<Candidacy[]> {
    const { metadata, incarnation } = this.#options
    return await metadata.transact(async (tx) => {
      const records = await readAll(tx, wanted)
      return wanted.filter(({ chore, seen }, index) => {
        const [now, before] = [records[index], seen?.record]
        if (now?.holder !== before?.holder || now?.beat !== before?.beat) return false
        leaderRows.set(tx, { chore }, { holder: incarnation, beat: (now?.beat ?? 0) + 1 })
        return true
      })
    })
  }

  #start(candidacy: Candidacy): void {
    if (candidacy.running !== undefined || this.#hasEnded) return
    const controller = new AbortController()
    const ended = candidacy.task(controller.signal).finally(() => {
      candidacy.running = undefined
    })
    candidacy.running = { controller, ended }
  }
}

/** The numbers of all tasks, as one text that changes every few seconds while a process of a cluster runs. */
export async function readBeats(metadata: MetadataStore): Promise<string> {
  const { from, to } = leaderRows.all
  const rows = await metadata.read((reader) => reader.range(from, to, { limit: CHORES_MAX, onDamaged: () => {} }))
  return rows.map(({ key, value }) => `${hex(key)} ${hex(value)}`).join()
}

/** A damaged row counts as missing, and is written again. */
async function readAll(
  reader: Reader,
  candidacies: readonly Candidacy[],
): Promise<readonly (LeaderRecord | undefined)[]> {
  return await together(...candidacies.map(({ chore }) => unlessDamaged(leaderRows.read(reader, { chore }))))
}
