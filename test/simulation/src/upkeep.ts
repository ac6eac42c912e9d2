/** The work on a store besides its clients' requests: sweeping, lifecycle rules, and passing time. */
import type { DoneByRule } from '@bindery/service'
import { call } from '@bindery/service/testing'
import { StorageError } from '@bindery/storage'
import type { Event } from './history.js'
import type { State } from './model-state.js'
import { versionsOf } from './model-versions.js'
import type { Names } from './names.js'
import { readRows } from './rows.js'
import {
  type Action,
  ALL_BUCKETS,
  type DeedOf,
  OWN_BUCKETS,
  type Place,
  type Step,
  splitPlace,
  type UploadHandle,
  VERSIONED_BUCKET,
} from './steps.js'
import type { Process, World } from './world.js'

type ActedOn = Exclude<DoneByRule, { readonly kind: 'aborted' }>

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
const PASSES_MAX = 4
const TRIES = 50
/** A lifecycle rule, all of whose actions are due after a day. */
interface Rule {
  readonly bucket: string
  readonly prefix: string
  /** Absent: it aborts uploads. */
  readonly objects?: { readonly action: Action; readonly which: 'newest' | 'others' }
}

const RULES: readonly Rule[] = [
  { bucket: OWN_BUCKETS[0], prefix: 'dir/' },
  { bucket: OWN_BUCKETS[1], prefix: 'é' },
  { bucket: OWN_BUCKETS[0], prefix: 'dir/', objects: { action: 'expired', which: 'newest' } },
  { bucket: OWN_BUCKETS[1], prefix: 'dir/', objects: { action: 'moved', which: 'newest' } },
  { bucket: VERSIONED_BUCKET, prefix: 'dir/', objects: { action: 'expired', which: 'newest' } },
  { bucket: VERSIONED_BUCKET, prefix: 'a', objects: { action: 'expired', which: 'others' } },
]

const ACTIONS = {
  abort: '<AbortMultipartUpload><Days>1</Days></AbortMultipartUpload>',
  'expired newest': '<Expiration><Days>1</Days></Expiration>',
  'expired others': '<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>',
  'moved newest': '<Transition><Days>1</Days><StorageClass>IA</StorageClass></Transition>',
} as const

function documentOf({ prefix, objects }: Rule): string {
  const action =
    ACTIONS[objects === undefined ? 'abort' : (`${objects.action} ${objects.which}` as keyof typeof ACTIONS)]
  return `<Rule><Prefix>${prefix}</Prefix><Status>Enabled</Status>${action}</Rule>`
}

function ruleOf(place: Place, isAboutObjects: boolean): Rule | undefined {
  const { bucket, key } = splitPlace(place)
  return RULES.find((rule) => {
    return rule.bucket === bucket && key.startsWith(rule.prefix) && (rule.objects !== undefined) === isAboutObjects
  })
}

const isRuled = (place: Place): boolean => ruleOf(place, false) !== undefined

/** Rules act on objects at midnight in UTC, when their days have passed; on uploads at once. */
const midnightAfterDay = (time: number): number => Math.ceil((time + DAY_MS) / DAY_MS) * DAY_MS

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
  /** When the steps took effect that wrote objects and delete markers. */
  readonly #written = new Map<string, Time>()
  /** Uploads and writes of this round, which may have taken effect before or after each move of the clock in it. */
  readonly #fresh = new Set<UploadHandle>()
  readonly #writers = new Set<string>()
  #moves = 0
  /** Uploads that a complete pass over the rules must have ended, unless a client did. */
  readonly #overdue = new Set<UploadHandle>()
  /** Uploads that an incomplete pass may have ended. */
  readonly #missed = new Map<UploadHandle, Place>()
  /** Places of objects on which a complete pass must have acted: what was written there by a step, unless it was replaced. */
  readonly #overdueObjects = new Map<Place, Set<string>>()
  /** Deeds that an incomplete pass may have done. */
  readonly #missedDeeds: Omit<Event, 'ended'>[] = []
  #deeds = 0

  constructor(world: World, names: Names, chronicle: Chronicle) {
    this.#world = world
    this.#names = names
    this.#chronicle = chronicle
  }

  async setRules({ started }: Process): Promise<void> {
    for (const bucket of ALL_BUCKETS) {
      const rules = RULES.filter((rule) => rule.bucket === bucket).map(documentOf)
      const body = `<LifecycleConfiguration>${rules.join('')}</LifecycleConfiguration>`
      const headers = { 'x-oss-allow-same-action-overlap': 'true' }
      const query = { lifecycle: undefined }
      const { status, text } = await call(started, { method: 'PUT', bucket, query, body, headers })
      if (status !== 200) throw new Error(text)
    }
  }

  beginRound(): void {
    this.#fresh.clear()
    this.#writers.clear()
    this.#overdue.clear()
    this.#missed.clear()
    this.#overdueObjects.clear()
    this.#missedDeeds.length = 0
  }

  /** A step takes effect from now on. */
  noteTime(step: Step): void {
    if (step.kind === 'initiate') this.#initiating(step.upload)
    if (step.kind === 'initiate' && step.auto !== undefined) this.#writing(step.upload, Number.POSITIVE_INFINITY)
    const writer = step.kind === 'complete' ? step.upload : 'handle' in step ? step.handle : undefined
    if (writer !== undefined) this.#writing(writer)
  }

  #initiating(handle: UploadHandle): void {
    this.#initiated.set(handle, { least: this.#world.now, most: this.#world.now })
    this.#fresh.add(handle)
  }

  /** A step is writing from now on, and may go on doing so: an upload that completes itself, at any later time. */
  #writing(writer: string, most = this.#world.now): void {
    const { now } = this.#world
    const known = this.#written.get(writer)
    this.#written.set(writer, { least: Math.min(known?.least ?? now, now), most: Math.max(known?.most ?? now, most) })
    this.#writers.add(writer)
  }

  async moveClock(milliseconds: number): Promise<void> {
    await this.#world.moveClock(milliseconds)
    this.#moves += 1
    const { now } = this.#world
    for (const handle of this.#fresh) {
      const { least, most } = this.#timeOf(handle)
      this.#initiated.set(handle, { least: Math.min(least, now), most: Math.max(most, now) })
    }
    for (const writer of this.#writers) this.#writing(writer)
  }

  #writtenAt(writer: string): Time {
    return this.#written.get(writer) ?? { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY }
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
    const began = this.#chronicle.tick()
    const isWhole = await this.#world.within(by, () => this.#pass(by, ended))
    const isSteady = this.#moves === moves
    if (isWhole !== true) this.#missDeeds(states, began)
    else if (isSteady) this.#expectDeeds(states)
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
    // a pass acts on several at once, and reports each afterwards
    const began = this.#chronicle.tick()
    try {
      for await (const done of started.service.applyLifecycle()) {
        if (done.kind !== 'aborted') {
          this.#noteDeed(done, began, (writer) => this.#isDue(writer, moves, now))
          continue
        }
        const { bucket, key, uploadId: id, parts, bytes } = done
        ended.add(id)
        const place = `${bucket}/${key}`
        const { least } = this.#timeOf(this.#names.handleOf(id) ?? '')
        const isDue = this.#moves !== moves || now - least >= DAY_MS
        if (!isDue || !isRuled(place))
          throw new Error(`a rule has aborted ${place}?uploadId=${id}, which no rule covers`)
        const at = this.#chronicle.tick()
        this.#chronicle.add({ step: { kind: 'expire', place, id }, answer: { parts, bytes }, began, ended: at })
      }
      return true
    } catch (error) {
      if (error instanceof StorageError && error.kind === 'unavailable') return false
      throw error
    }
  }

  /** Whether a rule may act on what a step wrote, in a pass that began at a time. */
  #isDue(writer: string, moves: number, now: number): boolean {
    return this.#moves !== moves || now >= midnightAfterDay(this.#writtenAt(writer).least)
  }

  /** Records what a rule has done to an object. */
  #noteDeed(done: ActedOn, began: number, isDue: (writer: string) => boolean): void {
    const place = `${done.bucket}/${done.key}`
    const rule = ruleOf(place, true)
    if (rule?.objects?.action !== done.kind) throw new Error(`no rule covers ${place}: ${JSON.stringify(done)}`)
    const step = { ...this.#deed(place, rule.objects, isDue), id: done.version }
    this.#chronicle.add({ step, answer: { size: done.size }, began, ended: this.#chronicle.tick() })
  }

  #deed(place: Place, objects: NonNullable<Rule['objects']>, isDue: (writer: string) => boolean): DeedOf<'act'> {
    this.#deeds += 1
    const handle = `rule${this.#deeds}`
    this.#writing(handle)
    return { kind: 'act', place, id: undefined, ...objects, handle, isDue }
  }

  /** Notes deeds of a pass that could not report them: once for each version that a rule is about. */
  #missDeeds(states: readonly State[], began: number): void {
    const places = new Set(states.flatMap(({ objects, versions }) => [...objects.keys(), ...versions.keys()]))
    for (const place of places) {
      const objects = ruleOf(place, true)?.objects
      if (objects === undefined) continue
      const others = Math.max(...states.map(({ versions }) => versions.get(place)?.length ?? 0))
      for (let count = objects.which === 'newest' ? 1 : others; count > 0; count -= 1) {
        const step = this.#deed(place, objects, (writer) => this.#isDue(writer, this.#moves, this.#world.now))
        this.#missedDeeds.push({ step, answer: 'lost', began })
      }
    }
  }

  /** Notes what a complete pass must have done. */
  #expectDeeds(states: readonly State[]): void {
    const isOverdue = (writer: string) => this.#world.now >= midnightAfterDay(this.#writtenAt(writer).most)
    const add = (place: Place, writer: string) => {
      if (!isOverdue(writer)) return
      this.#overdueObjects.set(place, new Set([...(this.#overdueObjects.get(place) ?? []), writer]))
    }
    for (const state of states) {
      for (const [place, { writer }] of state.objects) add(place, writer)
      for (const [place, versions] of state.versions) for (const { writer } of versions) add(place, writer)
    }
  }

  /** Records uploads that a pass may have ended, and what it may have done to objects, without being able to report it. */
  async reportMissed(): Promise<void> {
    for (const event of this.#missedDeeds) this.#chronicle.add({ ...event, ended: this.#chronicle.tick() })
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
  allows(state: State): boolean {
    const { uploads, receipts } = state
    const { calls } = this.#world.application
    const isMade = [...this.#initiated.keys()].every((handle) => !calls.has(handle) || receipts.has(handle))
    const isAborted = [...this.#overdue].every((handle) => !uploads.has(handle))
    return isMade && isAborted && [...this.#overdueObjects].every(([place, writers]) => isDone(state, place, writers))
  }
}

/** Whether rules have acted on what these steps wrote at a place. */
function isDone(state: State, place: Place, writers: ReadonlySet<string>): boolean {
  const { action, which } = ruleOf(place, true)?.objects ?? {}
  if (which === undefined) return true
  const [current, ...others] = [state.objects.get(place), ...versionsOf(state, place)]
  if (which === 'others') return others.slice(1).every((_, index) => !writers.has(others[index]?.writer ?? ''))
  if (current === undefined || !writers.has(current.writer)) return true
  return action === 'moved' && current.storageClass === 'IA'
}
