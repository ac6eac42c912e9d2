// `npm run simulate -- [--mode sequence|together|mishaps|freeing] [--seed N] [--runs N] [--steps N]
// [--theme T] [--encryption AES256|SM4|KMS|stated] [--carried BYTES] [--engines remote|postgres|s3]`: longer runs of test/simulation. Exits with 1 and the smallest failing plan if it finds one.

import { readArguments } from './read-arguments.mjs'

const { values } = readArguments({
  options: {
    mode: { type: 'string', multiple: true, default: ['sequence', 'together', 'mishaps', 'freeing'] },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    runs: { type: 'string' }, // consecutive seeds; one if a seed is given
    steps: { type: 'string', default: '200' },
    encryption: { type: 'string' }, // of all buckets, or `stated` by requests; by default the seed decides
    carried: { type: 'string' }, // bytes of the largest blob that its record carries; by default none does
    engines: { type: 'string' }, // of clusters; by default both stores are in memory
    theme: { type: 'string' }, // a name of `Theme` in generate.ts; by default all that any bucket may show
  },
})
const { check } = await import('../test/simulation/dist/campaign.js')
const { ENGINES } = await import('../test/simulation/dist/engines.js')

const storing = {
  ...(values.encryption !== undefined && { encryption: values.encryption }),
  ...(values.carried !== undefined && { carriedBytes: Number(values.carried) }),
}
const engines = await ENGINES[values.engines]?.()
const first = Number(values.seed)
const runs = Number(values.runs ?? (process.argv.some((argument) => argument.startsWith('--seed')) ? 1 : 100))
for (const mode of values.mode) {
  const start = performance.now()
  console.log(`${mode}: seeds ${first} to ${first + runs - 1}, ${values.steps} steps each`)
  try {
    for (let seed = first; seed < first + runs; seed += 1)
      await check(mode, seed, Number(values.steps), values.theme, storing, engines)
    console.log(`  held, in ${Math.round((performance.now() - start) / 1000)} s`)
  } catch (error) {
    console.log(error.message)
    process.exitCode = 1
  }
}
await engines?.stop()
