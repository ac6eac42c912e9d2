/** Runs a plan on a world and compares all answers, reads and stored rows with the model after every round. */
import { createHash } from 'node:crypto'
import { call } from '@bindery/service/testing'
import { createRandom, StorageError } from '@bindery/storage'
import { audit } from './audit.js'
import { clear } from './clear.js'
import { type Mishap, type Plan, type Round, stepOf, type Wish } from './generate.js'
import { type Event, type Explanation, explain, keyOf } from './history.js'
import { outcomes } from './model.js'
import { withUnknownLast } from './model-listing.js'
import { EMPTY, type ModelUpload, type State } from './model-state.js'
import { isWhole } from './model-uploads.js'
import { Names } from './names.js'
import { perform } from './perform.js'
import {
  ALL_BUCKETS,
  type Answer,
  OWN_BUCKETS,
  type Step,
  type StepOf,
  type UploadHandle,
  VERSIONED_BUCKET,
} from './steps.js'
import { memoryStores, type OpenStores } from './stores.js'
import { DAY_MS, HOUR_MS, Upkeep } from './upkeep.js'
import { Violation, violating } from './violation.js'
import { type Process, RECEIPT_MS, World } from './world.js'

const OWNER = '1000000000000001'
const PROCESSES = 2
/** All bytes are read after this many rounds, and all listings also after each round of several clients. */
const ROUNDS_UNREAD = 10
const DECISIONS_BEFORE_MISHAP = 60
const TRIES = 50

/** Returns a digest of all requests and answers. Throws a Violation if there is one. */
export async function runPlan(plan: Plan, openStores: OpenStores = memoryStores): Promise<string> {
  const stores = await openStores()
  try {
    return await new Run(new World(stores)).through(plan)
  } finally {
    await stores.close()
  }
}

interface Observation {
  readonly step: Step
  readonly answer: Answer
}

class Run {
  readonly #world: World
  readonly #names = new Names()
  /** The possible states; a lost outcome adds further ones. */
  #states: readonly State[] = [EMPTY]
  #statesEncryption = false
  /** Keys of requests or of a key service differ, or records carry bytes. */
  #copiesMove = false
  readonly #completes: StepOf<'complete'>[] = []
  #handles = 0
  /** Begins and ends of steps so far. */
  #ticks = 0
  #events: Event[] = []
  readonly #history = createHash('md5')
  readonly #upkeep: Upkeep

  constructor(world: World) {
    this.#world = world
    this.#upkeep = new Upkeep(world, this.#names, {
      tick: () => this.#tick(),
      add: (event) => this.#events.push(event),
    })
  }

  async begin({ encryption, carriedBytes }: Plan): Promise<void> {
    this.#world.blobs.carriedBytesMax = carriedBytes
    for (let count = 0; count < PROCESSES; count += 1) await this.#world.start()
    for (const bucket of ALL_BUCKETS) await this.#anyone().started.service.ensureBucket(bucket, OWNER)
    await this.#upkeep.setRules(this.#anyone())
    this.#statesEncryption = encryption === 'stated'
    this.#copiesMove = this.#statesEncryption || encryption === 'KMS' || carriedBytes !== undefined
    if (encryption === undefined || encryption === 'stated') return
    this.#states = [{ ...EMPTY, encryption }]
    await this.#encrypt(this.#anyone(), encryption)
  }

  async #encrypt({ started }: Process, algorithm: string): Promise<void> {
    const rule = `<ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm></ApplyServerSideEncryptionByDefault>`
    const body = `<ServerSideEncryptionRule>${rule}</ServerSideEncryptionRule>`
    for (const bucket of ALL_BUCKETS) {
      const { status, text } = await call(started, { method: 'PUT', bucket, query: { encryption: undefined }, body })
      if (status !== 200) throw new Error(text)
    }
  }

  async round(round: Round, index: number): Promise<void> {
    this.#events = []
    this.#upkeep.beginRound()
    this.#noteWhole('lost')
    const isAlone = round.clients.length === 1 && round.mishap !== 'stall' && !round.faults
    if (isAlone) await this.#runAlone(round)
    else await this.#runTogether(round)
    await this.#upkeep.reportMissed()
    this.#history.update(JSON.stringify(this.#events))
    const explained = this.#states.flatMap((state) => explain(state, this.#events, this.#names))
    if (explained.length === 0) throw this.#violation('no order of the steps explains the answers')
    const explanations = explained.filter(({ state }) => this.#upkeep.allows(state))
    this.#settle(explanations, 'a rule left an upload, or a callback was made for an upload that was not completed')
    for (const [token, calls] of this.#world.application.calls) {
      if (calls > 1) throw this.#violation(`the callback of ${token} was made ${calls} times`)
    }
    if (!isAlone || index % ROUNDS_UNREAD === 0) await this.#observe(explanations, index % ROUNDS_UNREAD === 0)
    await this.#audit({ swept: false })
  }

  /** A digest of all requests and answers. */
  async through(plan: Plan): Promise<string> {
    await this.begin(plan)
    for (const [index, round] of plan.rounds.entries())
      await violating(`round ${index}`, () => this.round(round, index))
    await violating('the end', () => this.end())
    return this.#history.digest('hex')
  }

  /**
   * After a power cut, everything acknowledged exists and nothing else: checked first with the leftovers, then after
   * they are swept.
   */
  async end(): Promise<void> {
    this.#events = []
    for (const process of [...this.#world.living]) this.#world.kill(process)
    await this.#world.start()
    await this.#upkeep.moveClock(RECEIPT_MS + 2 * HOUR_MS)
    await this.#sweepAll()
    this.#noteWhole({})
    const explanations = this.#states.flatMap((state) => explain(state, this.#events, this.#names))
    await this.#observe(explanations, true)
    await this.#audit({ swept: true })
    await clear(this.#anyone().started, this.#names)
    await this.#sweepAll()
    await this.#audit({ swept: true })
    const blobs = await this.#world.blobs.ids()
    if (blobs.length > 0) throw this.#violation(`nothing is stored, and ${blobs.length} blobs are left`)
  }

  #anyone(): Process {
    const [process] = this.#world.living
    if (process === undefined) throw new TypeError('no process is left')
    return process
  }

  #processOf(client: number): Process {
    return this.#world.living[client % this.#world.living.length] ?? this.#anyone()
  }

  async #runAlone(round: Round): Promise<void> {
    const { clients, mishap } = round
    if (mishap === 'crash') {
      this.#world.kill(this.#anyone())
      await this.#world.start()
    }
    for (const wish of clients[0] ?? []) await this.#wish(wish, round, false)
  }

  async #runTogether(round: Round): Promise<void> {
    const { scheduler } = this.#world
    const random = createRandom(round.order)
    const at = random.below(DECISIONS_BEFORE_MISHAP)
    const work = new Set<Promise<void>>()
    let failure: unknown
    const begin = (task: () => Promise<void>): void => {
      const begun = scheduler
        .asTask(task)
        .catch((error: unknown) => {
          failure ??= error
        })
        .finally(() => work.delete(begun))
      work.add(begun)
    }
    let outcast: Process | undefined
    const mishappen = (mishap: Mishap): void => {
      const victim = this.#world.living[random.below(this.#world.living.length)]
      if (victim === undefined || mishap === 'none') return
      if (mishap === 'crash') this.#world.kill(victim)
      else {
        outcast = victim
        this.#world.stall(victim)
      }
      begin(() => this.#replace())
    }
    if (round.faults) this.#world.setFaults(round.order)
    for (const [index, wishes] of round.clients.entries()) begin(() => this.#client(wishes, round, index))
    const isDone = (): boolean => work.size === 0
    let done = await scheduler.run(round.order, isDone, (decisions) => {
      if (decisions === at) mishappen(round.mishap)
    })
    if (outcast !== undefined) {
      // the others have continued without it; now it goes on as if nothing had happened
      const resumed = outcast
      this.#world.resume(resumed)
      done &&= await scheduler.run(round.order, () => !this.#world.isBusy(resumed))
    }
    this.#world.setFaults(undefined)
    if (failure !== undefined) throw failure
    if (!done) throw this.#violation('the clients wait for one another')
  }

  async #client(wishes: readonly Wish[], round: Round, index: number): Promise<void> {
    for (const wish of wishes) await this.#wish(wish, round, true, index)
  }

  /** Starts a process in place of one that has ended. */
  async #replace(): Promise<void> {
    await this.#again(async () => {
      await this.#world.start()
    })
    await this.#upkeep.sweep(this.#processOf(0))
  }

  /** Retries while the stores fail. */
  async #again(work: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await work()
        return
      } catch (error) {
        const isPassing = error instanceof StorageError && error.kind === 'unavailable'
        if (!isPassing || tries === TRIES) throw error
      }
    }
  }

  async #wish({ kind, pick }: Wish, round: Round, concurrent: boolean, client = 0): Promise<void> {
    const { order: focus, faults, versioned = false } = round
    switch (kind) {
      case 'sweep':
        await this.#upkeep.sweep(this.#processOf(client))
        if (!concurrent) this.#noteWhole({})
        return
      case 'clock':
        return this.#upkeep.moveClock(pick % 2 === 0 ? HOUR_MS / 2 : -HOUR_MS)
      case 'applyRules':
        if (pick % 3 > 0) await this.#upkeep.moveClock((pick % 3) * DAY_MS)
        return this.#upkeep.applyRules(this.#processOf(client), this.#states)
    }
    this.#handles += 1
    const step = stepOf(
      { kind, pick },
      {
        state: this.#states[0] ?? EMPTY,
        names: this.#names,
        focus,
        buckets: versioned ? [VERSIONED_BUCKET] : OWN_BUCKETS,
        newHandle: `u${this.#handles}`,
        completes: this.#completes,
        concurrent,
        statesEncryption: this.#statesEncryption,
      },
    )
    if (step.kind === 'complete') this.#completes.push(step)
    this.#upkeep.noteTime(step)
    await this.#ask(step, client, faults)
  }

  async #ask(step: Step, client: number, faults: boolean): Promise<void> {
    const process = this.#processOf(client)
    const began = this.#tick()
    const { writes, reads } = this.#world.blobs.moves
    const answer = await this.#world.within(process, () => perform(process.started, step, this.#names))
    if (answer !== undefined) this.#learnVersion(step, answer)
    this.#events.push({ step, answer: answer ?? 'lost', began, ended: this.#tick(), faults })
    const { moves } = this.#world.blobs
    const moved = moves.writes > writes || moves.reads > reads
    const mayMove = step.kind === 'copy' && this.#copiesMove
    if (client === 0 && MOVES_NOTHING.has(step.kind) && !mayMove && moved && this.#isQuiet()) {
      throw this.#violation(`U1: ${step.kind} moved bytes`)
    }
  }

  /** The id of a version is that of its step, in whatever order the steps took effect. */
  #learnVersion(step: Step, answer: Answer): void {
    const version = answer === 'lost' ? undefined : answer.version
    const handle = step.kind === 'complete' ? step.upload : 'handle' in step ? step.handle : undefined
    const isNew = step.kind !== 'delete' || step.version === undefined
    if (!isNew || handle === undefined || typeof version !== 'string' || version === 'null') return
    this.#names.learnVersion(`^${handle}`, version)
  }

  #tick(): number {
    this.#ticks += 1
    return this.#ticks
  }

  /**
   * Records uploads that are whole but were left open by the process that should have completed them: by now they have
   * been completed or, after a `lost` answer, may have been. An upload that must not overwrite is tried once for each
   * of its parts.
   */
  #noteWhole(answer: Answer): void {
    for (const [upload, { forbid }] of new Map(this.#states.flatMap(wholeUploads))) {
      if (forbid && answer !== 'lost') continue
      const tick = this.#tick()
      this.#events.push({ step: { kind: 'completeItself', upload, answer: {} }, answer, began: tick, ended: tick })
    }
  }

  /** Whether only one client runs. */
  #isQuiet(): boolean {
    return !this.#world.scheduler.isOn
  }

  async #sweepAll(): Promise<void> {
    const isAtRest = await this.#upkeep.sweepAll(this.#anyone())
    if (!isAtRest) throw this.#violation('the sweeper does not come to rest')
  }

  /** Reads everything that clients can see, and keeps the states that match. */
  async #observe(explanations: readonly Explanation[], bytesToo: boolean): Promise<void> {
    const observations = await this.#everything(explanations, bytesToo)
    const fitting = explanations.filter(({ state }) =>
      observations.every(({ step, answer }) => this.#foresees(state, step, answer)),
    )
    this.#settle(fitting, 'the visible state differs from what the answers imply', observations)
    const versions = this.#states.length === 1
    for (const { step, answer } of observations) {
      const [state = EMPTY] = this.#states
      const expected = outcomes(state, step, this.#names)[0]?.answer
      this.#names.bind(expected, withUnknownLast(answer, this.#names), { versions })
    }
  }

  #foresees(state: State, step: Step, answer: Answer): boolean {
    const expected = outcomes(state, step, this.#names)[0]?.answer
    return this.#names.matches(expected, withUnknownLast(answer, this.#names))
  }

  async #everything(explanations: readonly Explanation[], bytesToo: boolean): Promise<readonly Observation[]> {
    const observations: Observation[] = []
    const look = async (step: Step): Promise<Answer> => {
      const answer = await perform(this.#anyone().started, step, this.#names)
      observations.push({ step, answer })
      return answer
    }
    const whole = { prefix: '', delimiter: '', marker: '', max: 100 }
    const places = new Set(bytesToo ? explanations.flatMap(({ state }) => [...state.objects.keys()]) : [])
    const uploads = new Map(explanations.flatMap(({ state }) => [...state.uploads]))
    for (const bucket of ALL_BUCKETS) {
      await look({ kind: 'stat', bucket })
      await look({ kind: 'listObjects', version: 1, bucket, ...whole })
      await look({ kind: 'listUploads', after: undefined, bucket, ...whole })
    }
    await look({ kind: 'listVersions', bucket: VERSIONED_BUCKET, ...whole })
    for (const place of places) await look({ kind: 'get', place, version: undefined, range: undefined })
    for (const [place, versions] of bytesToo ? explanations.flatMap(({ state }) => [...state.versions]) : []) {
      for (const { version } of versions) {
        if (this.#names.versionId(version) !== undefined) await look({ kind: 'get', place, version, range: undefined })
      }
    }
    for (const [upload, { place }] of uploads) {
      if (this.#names.isKnown(upload)) await look({ kind: 'listParts', place, upload, after: 0, max: 100 })
    }
    return observations
  }

  #settle(explanations: readonly Explanation[], otherwise: string, observations: readonly Observation[] = []): void {
    if (explanations.length === 0) throw this.#violation(otherwise, observations)
    this.#states = [...new Map(explanations.map(({ state }) => [keyOf(state), state])).values()]
    const [first] = explanations
    if (first === undefined || this.#states.length > 1) return
    for (const [expected, found] of first.foreseen) this.#names.bind(expected, found)
  }

  async #audit(options: { readonly swept: boolean }): Promise<void> {
    const { metadata, blobs } = this.#world
    const sentences = await audit({ metadata, blobs: await blobs.ids() }, options)
    if (sentences.length > 0) throw this.#violation(sentences.join('\n'))
  }

  #violation(sentence: string, observations: readonly Observation[] = []): Violation {
    const lines = this.#events.map(
      ({ step, answer, began, ended }) => `  ${began}-${ended} ${JSON.stringify(step)}\n    ${JSON.stringify(answer)}`,
    )
    const [state = EMPTY] = this.#states
    const unlike = observations.filter(({ step, answer }) => !this.#foresees(state, step, answer))
    const seen = unlike.map(({ step, answer }) => {
      const expected = outcomes(state, step, this.#names)[0]?.answer
      return `  ${JSON.stringify(step)}\n    ${JSON.stringify(answer)}\n    expected ${JSON.stringify(expected)}`
    })
    return new Violation([sentence, ...lines, ...seen].join('\n'))
  }
}

function wholeUploads({ uploads }: State): [UploadHandle, ModelUpload][] {
  return [...uploads].filter(([, upload]) => isWhole(upload))
}

const MOVES_NOTHING: ReadonlySet<Step['kind']> = new Set(['complete', 'abort', 'copy', 'delete'])
