/** The work on a store besides its clients' requests: sweeping, lifecycle rules, and passing time. */
import { call } from '@bindery/service/testing'
import { StorageError } from '@bindery/storage'
import type { Event } from './history.js'
import type { State } from './model-state.js'
import type { Names } from './names.js'
import { readRows } from './rows.js'
import { OWN_BUCKETS, type Place, splitPlace, type UploadHandle } from './steps.js'
import type { Process, World } from './world.js'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
const PASSES_MAX = 4
const TRIES = 50
/** Uploads with these prefixes are aborted when they are a day old. */
const RULES: Readonly<Record<string, string>> = { [OWN_BUCKETS[0]]: 'dir/', [OWN_BUCKETS[1]]: 'é' }

const isRuled = (place: Place): boolean => {
  const { bucket, key } = splitPlace(place)
  return key.startsWith(RULES[bucket] ?? '/')
}

/** The range of times that the clock may have shown at an event. */
interface Time {
  readonly least: number
  readonly most: number
}

/** Receives the events of a run in order. */
export interface Chronicle {
  tick(): number
  add(event: Event): void
}

export class Upkeep {
  readonly #world: World
  readonly #names: Names
  readonly #chronicle: Chronicle
  #isSweeping = false
  #isApplying = false
  readonly #initiated = new Map<UploadHandle, Time>()
  /** Uploads of this round, which may have been initiated before or after each move of the clock in it. */
  readonly #fresh = new Set<UploadHandle>()
  #moves = 0
  /** Uploads that a complete pass over the rules must have ended, unless a client did. */
  readonly #overdue = new Set<UploadHandle>()
  /** Uploads that an incomplete pass may have ended. */
  readonly #missed = new Map<UploadHandle, Place>()

  constructor(world: World, names: Names, chronicle: Chronicle) {
    this.#world = world
    this.#names = names
    this.#chronicle = chronicle
  }

  async setRules({ started }: Process): Promise<void> {
    for (const [bucket, prefix] of Object.entries(RULES)) {
      const rule = `<Prefix>${prefix}</Prefix><Status>Enabled</Status><AbortMultipartUpload><Days>1</Days></AbortMultipartUpload>`
      const body = `<LifecycleConfiguration><Rule>${rule}</Rule></LifecycleConfiguration>`
      const { status, text } = await call(started, { method: 'PUT', bucket, query: { lifecycle: undefined }, body })
      if (status !== 200) throw new Error(text)
    }
  }

  beginRound(): void {
    this.#fresh.clear()
    this.#overdue.clear()
    this.#missed.clear()
  }

  /** An upload is being initiated from now on. */
  initiating(handle: UploadHandle): void {
    this.#initiated.set(handle, { least: this.#world.now, most: this.#world.now })
    this.#fresh.add(handle)
  }

  async moveClock(milliseconds: number): Promise<void> {
    await this.#world.moveClock(milliseconds)
    this.#moves += 1
    const { now } = this.#world
    for (const handle of this.#fresh) {
      const { least, most } = this.#timeOf(handle)
      this.#initiated.set(handle, { least: Math.min(least, now), most: Math.max(most, now) })
    }
  }

  #timeOf(handle: UploadHandle): Time {
    return this.#initiated.get(handle) ?? { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY }
  }

  /** Runs some passes of the sweeper, unless others are running. */
  async sweep(by: Process): Promise<void> {
    if (this.#isSweeping) return
    this.#isSweeping = true
    await this.#world.within(by, async () => {
      try {
        for (let passes = 0; passes < PASSES_MAX; passes += 1) {
          const { more, freed } = await by.started.service.sweep()
          if (!more && freed === 0) break
        }
      } catch (error) {
        if (!(error instanceof StorageError && error.kind === 'unavailable')) throw error
      }
    })
    this.#isSweeping = false
  }

  /** Sweeps until there is nothing left to do; false if that never happens. */
  async sweepAll({ started }: Process): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { freed, waiting, more } = await started.service.sweep()
      if (!more && freed === 0 && waiting === 0) return true
    }
    return false
  }

  /** A pass over the lifecycle rules, unless another is running. `states` are the possible ones. */
  async applyRules(by: Process, states: readonly State[]): Promise<void> {
    if (this.#isApplying) return
    this.#isApplying = true
    const moves = this.#moves
    const ended = new Set<string>()
    const isWhole = await this.#world.within(by, () => this.#pass(by, ended))
    const isSteady = this.#moves === moves
    for (const [handle, { place }] of states.flatMap(({ uploads }) => [...uploads])) {
      if (!isRuled(place) || ended.has(this.#names.idOf(handle))) continue
      if (isWhole !== true) this.#missed.set(handle, place)
      else if (isSteady && this.#world.now - this.#timeOf(handle).most >= DAY_MS) this.#overdue.add(handle)
    }
    this.#isApplying = false
  }

  /** Whether a pass completed; collects the ids that it aborted. */
  async #pass({ started }: Process, ended: Set<string>): Promise<boolean> {
    const moves = this.#moves
    const { now } = this.#world
    let began = this.#chronicle.tick()
    try {
      for await (const done of started.service.applyLifecycle()) {
        if (done.kind !== 'aborted') throw new Error(`no rule covers ${done.bucket}/${done.key}`)
        const { bucket, key, uploadId: id, parts, bytes } = done
        ended.add(id)
        const place = `${bucket}/${key}`
        const { least } = this.#timeOf(this.#names.handleOf(id) ?? '')
        const isDue = this.#moves !== moves || now - least >= DAY_MS
        if (!isDue || !isRuled(place))
          throw new Error(`a rule has aborted ${place}?uploadId=${id}, which no rule covers`)
        const at = this.#chronicle.tick()
        this.#chronicle.add({ step: { kind: 'expire', place, id }, answer: { parts, bytes }, began, ended: at })
        began = at
      }
      return true
    } catch (error) {
      if (error instanceof StorageError && error.kind === 'unavailable') return false
      throw error
    }
  }

  /** Records uploads that a pass may have ended without being able to report it. */
  async reportMissed(): Promise<void> {
    if (this.#missed.size === 0) return
    const { uploads } = await readRows(this.#world.metadata)
    const open = new Set(uploads.map(({ uploadId }) => uploadId))
    for (const [handle, place] of this.#missed) {
      const id = this.#names.idOf(handle)
      const at = this.#chronicle.tick()
      if (!open.has(id))
        this.#chronicle.add({ step: { kind: 'expire', place, id }, answer: 'lost', began: 0, ended: at })
    }
  }

  /**
   * Whether a state is possible after the rules that were applied in this round and the callbacks that were made so
   * far.
   */
  allows({ uploads, receipts }: State): boolean {
    const { calls } = this.#world.application
    const isMade = [...this.#initiated.keys()].every((handle) => !calls.has(handle) || receipts.has(handle))
    return isMade && [...this.#overdue].every((handle) => !uploads.has(handle))
  }
}
