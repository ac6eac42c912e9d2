// `npm run crash:cluster -- [--cycles N] [--seed S] [--deaths cut,clock] [--break unflushed]`: kills gateways, the database and the blob store of a
// cluster under load, again and again, cuts gateways off, sets their clocks, and audits what was acknowledged. Prints one
// line per cycle. The first failure stops the run. As root on Linux it runs in a network of its own, where packets can be
// dropped; with Debian's faketime, clocks can be set. With a break of BREAKS the run must find it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { BREAKS } from '../test/cluster/breaks.mjs'
import { canSetClocks } from '../test/cluster/clock.mjs'
import { ClusterCrashRun } from '../test/cluster/crash-run.mjs'
import { hasPrivateNetwork, privateNetwork } from '../test/cluster/network.mjs'
import { withoutPostgres } from '../test/cluster/world.mjs'
import { guard } from '../test/support/guard.mjs'
import { readArguments } from './read-arguments.mjs'

const { values } = readArguments({
  options: {
    cycles: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    deaths: { type: 'string' }, // only these, names of DEATHS
    break: { type: 'string' }, // a name of BREAKS
  },
})
const broken = values.break === undefined ? undefined : BREAKS[values.break]
if (values.break !== undefined && broken === undefined) {
  console.error(`There is no break ${values.break}; there are ${Object.keys(BREAKS).join(', ')}.`)
  process.exit(2)
}
const missing = withoutPostgres()
if (missing) {
  console.error(missing)
  process.exit(3)
}
const network = hasPrivateNetwork() ? undefined : privateNetwork()
if (network !== undefined) {
  const [program, ...args] = [...network, process.execPath, ...process.argv.slice(1)]
  const inside = spawn(program, args, { stdio: 'inherit' })
  const hasEnded = guard({ pid: inside.pid })
  const [code] = await once(inside, 'exit')
  hasEnded()
  process.exit(code ?? 1)
}
const cycles = Number(values.cycles)
const seed = Number(values.seed)
const totals = { cycles: 0, acknowledged: 0, unanswered: 0 }

console.log(`seed ${seed}, ${cycles} cycles`)
if (!hasPrivateNetwork()) console.log('no network of its own: no gateway is cut off')
if (!canSetClocks()) console.log('no faketime: no clock is set')
// urllib, which ali-oss uses, prints a page for each connection that a kill cuts
console.warn = () => {}
const run = new ClusterCrashRun({ seed, deaths: values.deaths?.split(','), broken })
const faults = []
try {
  await run.start()
  for (let number = 1; number <= cycles && faults.length === 0; number += 1) {
    const { death, loadMs, acknowledged, unanswered, seconds, faults: found } = await run.cycle()
    const phases = Object.entries(seconds).map(([phase, time]) => `${phase} ${time}`)
    console.log(
      `${number}: ${death}, ${loadMs} ms: ${acknowledged} acknowledged, ${unanswered} not answered; s: ${phases.join(', ')}`,
    )
    totals.cycles += 1
    totals.acknowledged += acknowledged
    totals.unanswered += unanswered
    faults.push(...found)
  }
  if (faults.length === 0 && broken === undefined) faults.push(...(await run.settle()))
} finally {
  await run.remove()
}
for (const fault of faults) console.error(fault)
console.log(JSON.stringify({ ...totals, kills: run.kills, fenced: run.fenced, faults: faults.length }))
process.exitCode = (faults.length === 0) === (broken === undefined) ? 0 : 1
