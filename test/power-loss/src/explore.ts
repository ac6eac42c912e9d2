/** Explores the states that power losses may leave in recorded runs. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom, type Random } from '@bindery/storage'
import { checkAftermath } from './check.js'
import { type CrashState, choicesAt, countStates, describeState, nthState, randomState, rootIn } from './crash-state.js'
import type { Call } from './disk.js'
import { describeTree, FolderNode } from './inodes.js'
import { Ledger } from './ledger.js'
import { beginLife, type Life } from './life.js'

/** A short history that is explored completely. */
export interface Script {
  readonly name: string
  readonly canPunch: boolean
  run(life: Life): Promise<void>
  /** Created for each run. */
  failing?(): (call: Call) => Error | undefined
}

/** A state in which the store breaks a promise. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}

/** A real, empty folder, because the store expects one, although all files are in memory. */
export async function withFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'bindery-power-loss-'))
  try {
    return await run(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Runs a script and checks, at every tick, every state that a power loss may leave; if there are more than
 * `statesAtTick`, that many of them at random. Resolves with the number of states. Throws BrokenPromise.
 */
export function exploreScript(script: Script, seed: number, statesAtTick: number): Promise<number> {
  return withFolder(async (folder) => {
    const root = new FolderNode()
    const ledger = new Ledger()
    const { canPunch } = script
    const failure = script.failing?.() ?? (() => undefined)
    const life = await beginLife({ folder, root, ledger, canPunch, incarnation: 'a1', seed, failure })
    await script.run(life)
    await life.store.close()
    const random = createRandom(seed)
    let states = 0
    for (let tick = 0; tick <= life.disk.journal.tick; tick += 1) {
      for (const state of statesAt(life, tick, statesAtTick, random)) {
        states += 1
        await checkState({ life, folder, canPunch, state, incarnation: 'zz' }, `${script.name}, seed ${seed}`)
      }
    }
    return states
  })
}

function* statesAt(life: Life, tick: number, limit: number, random: Random): Generator<CrashState> {
  const { journal } = life.disk
  const choices = choicesAt(journal, tick)
  const count = countStates(choices)
  if (count <= limit) {
    for (let number = 0; number < count; number += 1) yield nthState(tick, choices, number)
    return
  }
  yield { tick, outcomes: choices.map(() => 'lost') }
  yield { tick, outcomes: choices.map(() => 'whole') }
  for (let number = 2; number < limit; number += 1) yield randomState(random, journal, tick)
}

interface Examined {
  readonly life: Life
  readonly folder: string
  readonly canPunch: boolean
  readonly state: CrashState
  readonly incarnation: string
}

async function checkState({ life, folder, canPunch, state, incarnation }: Examined, story: string): Promise<void> {
  const { disk } = life
  const root = rootIn(disk.journal, disk.root, state)
  const tree = describeTree(root)
  const ledger = life.ledger.after(state.tick)
  const found = await checkAftermath({ folder, root, canPunch, ledger, incarnation })
  if (found.length === 0) return
  throw new BrokenPromise(
    [story, ...found, describeState(disk.journal, state), 'the disk:', ...tree.map((line) => `  ${line}`)].join('\n'),
  )
}

const LIVES_MAX = 4
const STEPS_MAX = 30
const STATES_A_LIFE = 20
/** Below the size that is hashed on another thread, which would make the order of events nondeterministic. */
const SIZES = [10, 4097, 7000, 8192, 12_000, 15_000]
/** More than one chunk, and too large for a pack. */
const LARGE = 1024 * 1024 + 5000

/**
 * Runs lives one after another on one disk, each on a state that the power loss at the end of the previous one may have
 * left. Everything is random; some states of each life are checked. Resolves with their number. Throws BrokenPromise.
 */
export function exploreAtRandom(seed: number, statesMax: number): Promise<number> {
  return withFolder(async (folder) => {
    const random = createRandom(seed)
    const canPunch = random.below(3) > 0
    let root = new FolderNode()
    let ledger = new Ledger()
    let states = 0
    const lives = 1 + random.below(LIVES_MAX)
    for (let number = 0; number < lives && states < statesMax; number += 1) {
      const failing = random.below(2) === 0 ? failingAtRandom(random) : () => undefined
      let isRecovered = false
      const failure = (call: Call) => (isRecovered ? failing(call) : undefined)
      const own = { seed: seed * LIVES_MAX + number, incarnation: `a${number}` }
      const life = await beginLife({ folder, root, ledger, canPunch, failure, ...own })
      await recover(life)
      isRecovered = true
      await liveAtRandom(life, random)
      if (random.below(3) === 0) await life.store.close()
      const { journal } = life.disk
      let state = randomState(random, journal, journal.tick)
      for (let count = 0; count < STATES_A_LIFE && states < statesMax; count += 1) {
        state = randomState(random, journal, random.below(journal.tick + 1))
        states += 1
        await checkState({ life, folder, canPunch, state, incarnation: `z${number}` }, `--seed ${seed}, life ${number}`)
      }
      root = rootIn(journal, life.disk.root, state)
      ledger = ledger.after(state.tick)
    }
    return states
  })
}

/** The first action of a process: it deletes every blob of dead processes that no record names. */
async function recover(life: Life): Promise<void> {
  const known = new Map(life.ledger.entries.map((entry) => [entry.id, entry]))
  const living = new Set(life.ledger.living)
  const left: string[] = []
  for await (const { id } of life.store.list()) left.push(id)
  for (const id of left) {
    const entry = known.get(id)
    if (entry === undefined) await life.deleteId(id)
    else if (!living.has(entry)) await life.delete(entry)
  }
}

async function liveAtRandom(life: Life, random: Random): Promise<void> {
  const running: Promise<void>[] = []
  for (let step = random.below(STEPS_MAX); step > 0; step -= 1) {
    running.push(actAtRandom(life, random))
    await life.pause(random.below(6))
    if (random.below(6) === 0) await Promise.all(running)
  }
  await Promise.all(running)
}

async function actAtRandom(life: Life, random: Random): Promise<void> {
  const { living } = life.ledger
  const victim = living[random.below(living.length + 1)]
  if (random.below(3) === 0 && victim !== undefined) return life.delete(victim)
  const size = random.below(40) === 0 ? LARGE : (SIZES[random.below(SIZES.length)] ?? 0)
  if (random.below(3) > 0) return life.write(size)
  const failure = random.below(2) === 0 ? { failure: new Error('injected: the sender left') } : {}
  return life.write(size, { pieceBytes: 1 + random.below(size), pauseTurns: random.below(8), ...failure })
}

const BREAKABLE = ['write', 'hashAndWrite', 'syncData', 'syncFolder', 'create', 'clear', 'unlink', 'close'] as const

/** Occasionally a call fails, usually because of the disk. */
function failingAtRandom(random: Random): (call: Call) => Error | undefined {
  return ({ operation }) => {
    if (!BREAKABLE.some((name) => name === operation) || random.below(25) > 0) return undefined
    const code = random.below(4) === 0 ? 'ENOSPC' : 'EIO'
    return Object.assign(new Error(`${code}: injected`), { code })
  }
}
