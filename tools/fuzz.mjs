// `npm run fuzz -- [--seconds N] [--seed S] [service|rows|blobs|forms|policies|parsers|server …]`: sends malformed requests and
// reads corrupted rows and files, in turn, for a number of seconds. Exits with 1 and the seed if something is wrong.

import { fuzzBlobs } from '../test/fuzz/dist/blobs-fuzz.js'
import { fuzzForms } from '../test/fuzz/dist/forms-fuzz.js'
import { fuzzParsers } from '../test/fuzz/dist/parsers-fuzz.js'
import { fuzzPolicies } from '../test/fuzz/dist/policies-fuzz.js'
import { fuzzRows, populate } from '../test/fuzz/dist/rows-fuzz.js'
import { fuzzService } from '../test/fuzz/dist/service-fuzz.js'
import { fuzzServer } from '../test/fuzz/server.mjs'
import { readArguments } from './read-arguments.mjs'

const { values, positionals } = readArguments({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const ROWS_A_TURN = 50
const SERVER_ROUNDS = 5

const populated = await populate()
/** Each function runs one round from a seed and resolves with the number of cases that it tried. */
const TURNS = {
  service: async (seed) => (await fuzzService(seed)).length,
  rows: async (seed) => {
    for (let one = 0; one < ROWS_A_TURN; one += 1) await fuzzRows(populated, seed * ROWS_A_TURN + one)
    return ROWS_A_TURN
  },
  blobs: fuzzBlobs,
  forms: async (seed) => (await fuzzForms(seed)).length,
  policies: async (seed) => (await fuzzPolicies(seed)).length,
  parsers: fuzzParsers,
  server: async (seed) => {
    const answers = await fuzzServer(Array.from({ length: SERVER_ROUNDS }, (_, round) => seed * SERVER_ROUNDS + round))
    return Object.values(answers).reduce((sum, count) => sum + count, 0)
  },
}

const names = positionals.length > 0 ? positionals : Object.keys(TURNS)
const tried = Object.fromEntries(names.map((name) => [name, 0]))
const end = performance.now() + Number(values.seconds) * 1000
console.log(`seed ${values.seed}: ${names.join(', ')}`)
for (let seed = Number(values.seed); performance.now() < end && process.exitCode === undefined; seed += 1) {
  for (const name of names) {
    try {
      tried[name] += await TURNS[name](seed)
    } catch (error) {
      console.error(`${name}, --seed ${seed}:`, error)
      process.exitCode = 1
    }
  }
}
console.log(JSON.stringify(tried))
