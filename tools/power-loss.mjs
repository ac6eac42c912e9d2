// `npm run power-loss -- [--states N] [--seed S]`: cuts the power of a recorded disk at every moment of short
// histories, in every state that this may leave, and then at random in long ones, until `--states` states have been
// checked. Prints their number.

import { exploreAtRandom, exploreScript } from '../test/power-loss/dist/explore.js'
import { SCRIPTS } from '../test/power-loss/dist/scripts.js'
import { exploreService } from '../test/power-loss/dist/service.js'
import { readArguments } from './read-arguments.mjs'

const { values } = readArguments({
  options: {
    states: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const statesMax = Number(values.states)
const first = Number(values.seed)
/** The share of states from short histories; a tick with more states than this is sampled. */
const SHARE_OF_SCRIPTS = 0.5
const STATES_AT_TICK_MAX = 4096

const totals = { seed: first, states: 0, inShortHistories: 0, atRandom: 0, inServices: 0, strays: 0 }

/** The largest number of states per tick with which all scripts fit into their share. */
function statesAtTick() {
  const averageTicks = 40
  const each = Math.floor((statesMax * SHARE_OF_SCRIPTS) / SCRIPTS.length / averageTicks)
  return Math.min(Math.max(each, 2), STATES_AT_TICK_MAX)
}

console.log(`seed ${first}, ${statesMax} states`)
try {
  for (const script of SCRIPTS) {
    const states = await exploreScript(script, first, statesAtTick())
    totals.inShortHistories += states
    console.log(`${script.name}: ${states} states`)
  }
  totals.states = totals.inShortHistories
  for (let seed = first; totals.states < statesMax; seed += 1) {
    const atRandom = await exploreAtRandom(seed, statesMax - totals.states)
    const { states, strays } = await exploreService(seed)
    totals.atRandom += atRandom
    totals.inServices += states
    totals.strays += strays
    totals.states += atRandom + states
  }
} catch (error) {
  if (error.name !== 'BrokenPromise') throw error
  console.error(error.message)
  process.exitCode = 1
}
console.log(JSON.stringify(totals))
