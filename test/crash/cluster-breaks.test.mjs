// The run of crashes on clusters finds each deliberate break of what a cluster stands on.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BREAKS } from '../cluster/breaks.mjs'
import { ClusterCrashRun } from '../cluster/crash-run.mjs'
import { withoutPostgres } from '../cluster/world.mjs'

const CYCLES_MAX = 10

for (const broken of Object.values(BREAKS)) {
  test(`${broken.invariant}: ${broken.effect}`, { skip: withoutPostgres() }, async (t) => {
    const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
    t.diagnostic(`SEED=${seed}`)
    const run = new ClusterCrashRun({ seed, broken })
    try {
      await run.start()
      let faults = []
      for (let cycle = 0; cycle < CYCLES_MAX && faults.length === 0; cycle += 1) faults = (await run.cycle()).faults
      assert.notEqual(faults.length, 0, `no fault in ${CYCLES_MAX} cycles`)
    } finally {
      await run.remove()
    }
  })
}
