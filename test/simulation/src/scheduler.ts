/**
 * Controls order: every caller of an engine waits here, before the call and after it, until the seed lets it continue.
 * Between two decisions everything that can run has run, so that the same seed always produces the same history.
 * Sometimes several callers continue together; then their transactions overlap. Half of the seeds choose again at each
 * decision, which interleaves all calls. The other half rank the tasks and let the first runnable one continue until it
 * randomly loses its rank and falls behind all others, so that a task is left in the middle of its work for as long as
 * possible.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Awaitable, createRandom, type Random } from '@bindery/storage'

/** One decision in this many takes its rank from the running task. */
const DECISIONS_PER_FALL = 12
/** One decision in this many lets several callers continue. */
const DECISIONS_PER_TOGETHER = { fair: 3, ranked: 20 }

interface Waiting {
  /** The incarnation of the caller. */
  readonly by: string
  readonly task: object
  readonly goOn: () => void
}

export class Scheduler {
  #random: Random = createRandom(0)
  #waiting: Waiting[] = []
  #changes: (() => void)[] = []
  #running = 0
  /** Whether it decides; otherwise every caller continues at once. */
  isOn = false
  readonly #paused = new Set<string>()
  readonly #tasks = new AsyncLocalStorage<object>()
  #isFair = true
  /** The ranks of the tasks seen so far; the greatest continues first. */
  #ranks = new Map<object, number>()
  #falls = 0

  /**
   * Runs work as one task: a client, or a cleaner. It begins while its caller waits, so that `run` decides on all of
   * it.
   */
  asTask<T>(work: () => Promise<T>): Promise<T> {
    return this.#tasks.run({}, () => Promise.resolve().then(work))
  }

  /** Runs an engine's call when its turn comes. */
  async take<T>(by: string, call: () => Awaitable<T>): Promise<T> {
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

  /** Waits for something that takes real time and no turn, such as a connection: nothing is decided meanwhile. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#running += 1
    try {
      return await work
    } finally {
      this.#running -= 1
    }
  }

  /** Runs what an engine requests from its caller during a call: the caller may have to wait for turns of its own. */
  async leave<T>(ask: () => Promise<T>): Promise<T> {
    this.#running -= 1
    try {
      return await ask()
    } finally {
      this.#running += 1
    }
  }

  /**
   * Makes a change that every task can see while all tasks wait for an engine. A request that is in the middle of other
   * work, such as verifying its signature, sees only one side of the change.
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

  /** Returns whether there was a change to make. */
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

  /** Stops all calls of a caller, now and later. */
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
   * Lets callers continue in the order of a seed until `isDone`. `between` is called before each decision with the
   * number of decisions made. Returns false if no caller can continue.
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

  /**
   * Engines in memory answer through promises and immediates: when none of their calls runs, one turn completes the
   * rest.
   */
  async #settle(): Promise<void> {
    do await nextTurn()
    while (this.#running > 0)
    await nextTurn()
  }
}
