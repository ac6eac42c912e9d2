// A short version of `npm run crash:cluster`.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClusterCrashRun } from './crash-run.mjs'
import { withoutPostgres } from './world.mjs'

const CYCLES = 4

test('everything that a cluster acknowledged exists, whichever of its parts is killed', {
  skip: withoutPostgres(),
}, async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
  t.diagnostic(`SEED=${seed}`)
  const run = new ClusterCrashRun({ seed })
  try {
    await run.start()
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      const { death, faults } = await run.cycle()
      assert.deepEqual(faults, [], death)
    }
    assert.deepEqual(await run.audit(true), [])
  } finally {
    await run.remove()
  }
})
