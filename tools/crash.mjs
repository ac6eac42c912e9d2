// `npm run crash -- [--cycles N] [--seed S] [--keep]`: kills a real server under load, again and again, and audits what
// it acknowledged. Prints one line per cycle. The first failure stops the run and keeps the data folder.

import { CrashRun, canInject } from '../test/crash/run.mjs'
import { readArguments } from './read-arguments.mjs'

const { values } = readArguments({
  options: {
    cycles: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    keep: { type: 'boolean', default: false },
  },
})
const cycles = Number(values.cycles)
const seed = Number(values.seed)
const inject = canInject()
const totals = { cycles: 0, acknowledged: 0, unanswered: 0, diedAtCall: 0, bytes: 0 }

console.log(
  `seed ${seed}, ${cycles} cycles${inject ? '' : ', without kills at system calls, because strace is not installed'}`,
)
const run = new CrashRun({ seed, inject })
const faults = []
for (let number = 1; number <= cycles && faults.length === 0; number += 1) {
  const { death, acknowledged, unanswered, died, bytes, faults: found } = await run.cycle()
  const how = death.mode === 'call' ? `${death.call} ${death.when}${died ? '' : ' (not reached)'}` : death.mode
  console.log(
    `${number}: ${how}, ${death.workers} workers, ${death.loadMs} ms: ${acknowledged} acknowledged, ${unanswered} not answered`,
  )
  totals.cycles += 1
  totals.acknowledged += acknowledged
  totals.unanswered += unanswered
  totals.diedAtCall += death.mode === 'call' && died ? 1 : 0
  totals.bytes += bytes
  faults.push(...found)
}
if (faults.length === 0) faults.push(...(await run.settle()))
for (const fault of faults) console.error(fault)
console.log(JSON.stringify({ ...totals, faults: faults.length, folder: run.root }))
if (faults.length === 0 && !values.keep) run.remove()
process.exitCode = faults.length === 0 ? 0 : 1
