/**
 * Owns order: whoever calls an engine waits here, before the call and after it, until a seed lets them go on. Between
 * two decisions everything that can run has run, so that the same seed always makes the same history. Now and then
 * several go on together; then their transactions overlap. Half of the seeds choose anew at each decision, which mixes
 * everybody's calls; half give each task a rank, and let the first that can go on, until it loses its rank by chance:
 * then all others come before it, so that somebody is left in the middle of what he does for as long as can be.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createRandom, type Random } from '@bindery/storage'

/** One decision in so many takes its rank from the task that goes on. */
const DECISIONS_PER_FALL = 12
/** One decision in so many lets several go on. */
const DECISIONS_PER_TOGETHER = { fair: 3, ranked: 20 }

interface Waiting {
  /** The incarnation whose call it is. */
  readonly by: string
  readonly task: object
  readonly goOn: () => void
}

export class Scheduler {
  #random: Random = createRandom(0)
  #waiting: Waiting[] = []
  #changes: (() => void)[] = []
  #running = 0
  /** Whether it decides; else everybody goes on at once. */
  isOn = false
  readonly #paused = new Set<string>()
  readonly #tasks = new AsyncLocalStorage<object>()
  #isFair = true
  /** Of the tasks seen so far; the greatest goes on first. */
  #ranks = new Map<object, number>()
  #falls = 0

  /** Runs work as one task: a client, or one who cleans up. It begins when its caller waits, so that `run` decides on all of it. */
  asTask<T>(work: () => Promise<T>): Promise<T> {
    return this.#tasks.run({}, () => Promise.resolve().then(work))
  }

  /** Runs an engine's call in its turn. */
  async take<T>(by: string, call: () => Promise<T>): Promise<T> {
    await this.#turn(by)
    this.#running += 1
    let settled: () => T
    try {
      const result = await call()
      settled = () => result
    } catch (error) {
      settled = () => {
        throw error
      }
    }
    this.#running -= 1
    await this.#turn(by)
    return settled()
  }

  /** Runs what an engine asks of its caller while its call runs: the caller may have to wait for turns of its own. */
  async leave<T>(ask: () => Promise<T>): Promise<T> {
    this.#running -= 1
    try {
      return await ask()
    } finally {
      this.#running += 1
    }
  }

  /**
   * Changes what everybody sees while all wait for an engine: a request that is in the middle of anything else, as the
   * check of its signature, sees one side of the change alone.
   */
  atRest(change: () => void): Promise<void> {
    return new Promise((goOn) => {
      this.#changes.push(() => {
        change()
        goOn()
      })
      if (!this.isOn) this.#change()
    })
  }

  /** Answers whether anything was to be changed. */
  #change(): boolean {
    const changes = this.#changes.splice(0)
    for (const change of changes) change()
    return changes.length > 0
  }

  #turn(by: string): Promise<void> {
    if (!this.isOn) return Promise.resolve()
    const task = this.#tasks.getStore() ?? this
    return new Promise((goOn) => this.#waiting.push({ by, task, goOn }))
  }

  /** None of a caller's calls goes on, now or later. */
  drop(by: string): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.by !== by)
  }

  pause(by: string): void {
    this.#paused.add(by)
  }

  resume(by: string): void {
    this.#paused.delete(by)
  }

  /**
   * Lets callers go on in the order of a seed until `isDone`. `between` is called before each decision, with the number
   * of those made. Returns false when nobody can go on any more.
   */
  async run(seed: number, isDone: () => boolean, between: (decisions: number) => void = () => {}): Promise<boolean> {
    this.#random = createRandom(seed)
    this.#isFair = this.#random.below(2) === 0
    this.#ranks = new Map()
    this.isOn = true
    try {
      for (let decisions = 0; ; decisions += 1) {
        between(decisions)
        do await this.#settle()
        while (this.#change())
        if (isDone()) return true
        if (!this.#decide()) return false
      }
    } finally {
      this.isOn = false
      for (const { goOn } of this.#waiting.splice(0)) goOn()
    }
  }

  #decide(): boolean {
    const able = this.#waiting.filter(({ by }) => !this.#paused.has(by))
    if (able.length === 0) return false
    const period = DECISIONS_PER_TOGETHER[this.#isFair ? 'fair' : 'ranked']
    const together = this.#random.below(period) === 0 ? 1 + this.#random.below(3) : 1
    for (let count = 0; count < together && able.length > 0; count += 1) {
      const [chosen] = able.splice(this.#choose(able), 1)
      if (chosen === undefined) break
      this.#waiting.splice(this.#waiting.indexOf(chosen), 1)
      chosen.goOn()
    }
    return true
  }

  #choose(able: readonly Waiting[]): number {
    if (this.#isFair) return this.#random.below(able.length)
    const ranks = able.map(({ task }) => this.#rankOf(task))
    const first = ranks.indexOf(Math.max(...ranks))
    const chosen = able[first]
    if (chosen !== undefined && this.#random.below(DECISIONS_PER_FALL) === 0) {
      this.#falls += 1
      this.#ranks.set(chosen.task, -this.#falls)
    }
    return first
  }

  #rankOf(task: object): number {
    const rank = this.#ranks.get(task) ?? this.#random.fraction()
    this.#ranks.set(task, rank)
    return rank
  }

  /** Engines in memory answer by promises and immediates: when none of their calls runs, a turn ends the rest. */
  async #settle(): Promise<void> {
    do await nextTurn()
    while (this.#running > 0)
    await nextTurn()
  }
}
