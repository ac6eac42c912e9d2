// `npm run crash:cluster -- [--cycles N] [--seed S]`: kills gateways, the database and the blob store of a cluster under
// load, again and again, and audits what was acknowledged. Prints one line per cycle. The first failure stops the run.

import { parseArgs } from 'node:util'
import { ClusterCrashRun } from '../test/cluster/crash-run.mjs'
import { withoutPostgres } from '../test/cluster/world.mjs'

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const missing = withoutPostgres()
if (missing) {
  console.error(missing)
  process.exit(3)
}
const cycles = Number(values.cycles)
const seed = Number(values.seed)
const totals = { cycles: 0, acknowledged: 0, unanswered: 0 }

console.log(`seed ${seed}, ${cycles} cycles`)
// urllib, which ali-oss uses, prints a page for each connection that a kill cuts
console.warn = () => {}
const run = new ClusterCrashRun({ seed })
const faults = []
try {
  await run.start()
  for (let number = 1; number <= cycles && faults.length === 0; number += 1) {
    const { death, loadMs, acknowledged, unanswered, faults: found } = await run.cycle()
    console.log(`${number}: ${death}, ${loadMs} ms: ${acknowledged} acknowledged, ${unanswered} not answered`)
    totals.cycles += 1
    totals.acknowledged += acknowledged
    totals.unanswered += unanswered
    faults.push(...found)
  }
  if (faults.length === 0) faults.push(...(await run.settle()))
} finally {
  await run.remove()
}
for (const fault of faults) console.error(fault)
console.log(JSON.stringify({ ...totals, kills: run.kills, faults: faults.length }))
process.exitCode = faults.length === 0 ? 0 : 1
