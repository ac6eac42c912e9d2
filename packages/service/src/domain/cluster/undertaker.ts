import type { Members } from './members.js'

/** How long a member may be silent, by the clock of the process that waits for it, until it is declared dead. */
export const DEATH_MS = 60_000
/**
 * The silence that one look adds at most: time in which the waiting process was paused itself, and saw no report, does
 * not count.
 */
const GAP_MS_MAX = 10_000

interface Silence {
  /** The epoch of the member's last report. */
  readonly seen: number | undefined
  readonly ms: number
}

/** Measures for how long members have owed a report, by a clock that is never set. */
export class Undertaker {
  readonly #uptime: () => number
  #silences: ReadonlyMap<string, Silence> = new Map()
  #lookedAt: number | undefined

  constructor(uptime: () => number) {
    this.#uptime = uptime
  }

  /** Records the members that owe a report, and returns those that have owed it for too long. */
  dead(late: Members): string[] {
    const now = this.#uptime()
    const passed = Math.min(now - (this.#lookedAt ?? now), GAP_MS_MAX)
    this.#lookedAt = now
    const silences = new Map<string, Silence>()
    for (const [incarnation, report] of late) {
      const before = this.#silences.get(incarnation)
      const isSame = before !== undefined && before.seen === report?.seen
      silences.set(incarnation, { seen: report?.seen, ms: isSame ? before.ms + passed : 0 })
    }
    this.#silences = silences
    return [...silences].filter(([, { ms }]) => ms >= DEATH_MS).map(([incarnation]) => incarnation)
  }
}
