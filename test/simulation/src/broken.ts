/**
 * Searches for a break, in a separate process: `node broken.js NAME STEPS FIRST-SEED SEEDS`. Prints the violation and
 * exits with 0 if it is found, with 3 otherwise.
 */
import { register } from 'node:module'
import { BREAKS } from './breaks.js'

const NOT_FOUND = 3

const [, , name, steps, firstSeed, seeds] = process.argv
const broken = BREAKS.find((one) => one.name === name)
if (broken === undefined) throw new Error(`there is no break "${name}"`)
register('./break-hooks.js', import.meta.url, { data: broken })
const { violationOfSeed } = await import('./campaign.js')

process.exitCode = NOT_FOUND
for (let seed = Number(firstSeed); seed < Number(firstSeed) + Number(seeds); seed += 1) {
  const violation = await violationOfSeed(broken.mode, seed, Number(steps), broken.theme)
  if (violation === undefined) continue
  console.log(`seed ${seed}: ${violation.message}`)
  process.exitCode = 0
  break
}
