/** Campaigns: plans from seeds, run one after another. The first that fails is shrunk. */
import { createRandom } from '@bindery/storage'
import type { Mode } from './break.js'
import { forgetContents } from './contents.js'
import { runFreeing } from './freeing.js'
import { type BucketEncryption, type Plan, planAtOnce, planInSequence, type Round, type Theme } from './generate.js'
import { runPlan } from './run.js'
import type { OpenStores } from './stores.js'
import { Violation } from './violation.js'

/** The modes whose runs follow a plan. */
export type PlannedMode = Exclude<Mode, 'freeing'>

/** The plan of a seed, with about `steps` requests, all of one theme if one is given. */
export function planOf(mode: PlannedMode, seed: number, steps: number, theme?: Theme, storing: Storing = {}): Plan {
  const random = createRandom(seed)
  const plan =
    mode === 'sequence'
      ? planInSequence(random, steps, theme)
      : planAtOnce(random, Math.ceil(steps / REQUESTS_PER_ROUND), mode === 'mishaps', theme)
  return { ...plan, encryption: ENCRYPTIONS[seed % ENCRYPTIONS.length], ...storing }
}

/** How the bytes of a run are stored, where its seed does not decide. */
export type Storing = Pick<Plan, 'encryption' | 'carriedBytes'>

/** The engines of a run: the name of the choice, and their stores. */
export interface Engines {
  readonly name: string
  readonly open: OpenStores
}

/** By seed; two fifths of all runs encrypt nothing. */
const ENCRYPTIONS: readonly (BucketEncryption | undefined)[] = [undefined, 'AES256', undefined, 'SM4', 'stated']

const REQUESTS_PER_ROUND = 4

/** The violation that a plan produces, or undefined. */
export async function violationOf(plan: Plan, openStores?: OpenStores): Promise<Violation | undefined> {
  try {
    await runPlan(plan, openStores)
    return undefined
  } catch (error) {
    if (error instanceof Violation) return error
    throw error
  } finally {
    forgetContents()
  }
}

/** The violation that a run of about `steps` requests finds, or undefined. */
export async function violationOfSeed(
  mode: Mode,
  seed: number,
  steps: number,
  theme?: Theme,
): Promise<Violation | undefined> {
  if (mode !== 'freeing') return violationOf(planOf(mode, seed, steps, theme))
  try {
    await runFreeing(seed, steps * SECONDS_PER_REQUEST)
    return undefined
  } catch (error) {
    return error instanceof Violation ? error : new Violation(String(error), { cause: error })
  }
}

/** Virtual ones, of a simulation of freeing. */
const SECONDS_PER_REQUEST = 4

/**
 * Throws an error with the seed, and the smallest failing plan that was found, if the run of a seed fails. On engines with
 * servers a plan has many histories: a smaller one may hold by chance, so none is looked for.
 */
export async function check(
  mode: Mode,
  seed: number,
  steps: number,
  theme?: Theme,
  storing: Storing = {},
  engines?: Engines,
): Promise<void> {
  const { encryption, carriedBytes: carried } = storing
  const flags = { theme, encryption, carried, engines: engines?.name }
  const stated = Object.entries(flags).filter(([, value]) => value !== undefined)
  const about = stated.map(([name, value]) => ` --${name} ${value}`).join('')
  const repeat = `npm run simulate -- --mode ${mode} --seed ${seed} --steps ${steps}${about}`
  if (mode === 'freeing') {
    const violation = await violationOfSeed(mode, seed, steps)
    if (violation !== undefined) throw new Error(`${repeat}\n${violation.message}`, { cause: violation })
    return
  }
  const plan = planOf(mode, seed, steps, theme, storing)
  const found = await violationOf(plan, engines?.open)
  if (found === undefined) return
  if (engines !== undefined) throw new Error(`${repeat}\n${found.message}`, { cause: found })
  const small = await shrink(plan, found)
  const story = small.plan.rounds.map((round) => JSON.stringify(round)).join('\n')
  throw new Error(`${repeat}\n${small.violation.message}\n\nThe smallest failing plan:\n${story}`)
}

/**
 * The seeds of a test: `SEED=n` selects that one; otherwise the same `count` seeds each time. Campaigns try new
 * ones.
 */
export function seedsOf(count: number): readonly number[] {
  const { SEED } = process.env
  const first = Number(SEED ?? 1)
  return Array.from({ length: SEED === undefined ? count : 1 }, (_, index) => first + index)
}

const RUNS_MAX = 400

/** Leaves out rounds, clients and wishes as long as the plan still fails according to `violates`. */
export async function shrink(
  plan: Plan,
  violation: Violation,
  violates: (plan: Plan) => Promise<Violation | undefined> = violationOf,
): Promise<{ readonly plan: Plan; readonly violation: Violation }> {
  let best = { plan, violation }
  let runs = 0
  for (let isSmaller = true; isSmaller && runs < RUNS_MAX; ) {
    isSmaller = false
    for (const candidate of smaller(best.plan)) {
      if (runs === RUNS_MAX) break
      runs += 1
      const found = await violates(candidate)
      if (found === undefined) continue
      best = { plan: candidate, violation: found }
      isSmaller = true
      break
    }
  }
  return best
}

/** Plans that leave something out, the smallest first. */
function* smaller({ rounds, ...storing }: Plan): Generator<Plan> {
  const { encryption, carriedBytes } = storing
  if (encryption !== undefined) yield { rounds, carriedBytes }
  if (carriedBytes !== undefined) yield { rounds, encryption }
  for (let size = rounds.length >> 1; size >= 1; size >>= 1) {
    for (let start = rounds.length - size; start >= 0; start -= size)
      yield { rounds: rounds.toSpliced(start, size), ...storing }
  }
  for (const [index, round] of rounds.entries()) {
    for (const less of smallerRounds(round)) yield { rounds: rounds.with(index, less), ...storing }
  }
}

function* smallerRounds(round: Round): Generator<Round> {
  const { clients } = round
  if (round.faults) yield { ...round, faults: false }
  if (round.mishap !== 'none') yield { ...round, mishap: 'none' }
  for (const [index, wishes] of clients.entries()) {
    if (clients.length > 1) yield { ...round, clients: clients.toSpliced(index, 1) }
    if (wishes.length < 2) continue
    for (let at = 0; at < wishes.length; at += 1) {
      yield { ...round, clients: clients.with(index, wishes.toSpliced(at, 1)) }
    }
  }
}
