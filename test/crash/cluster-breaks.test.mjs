// The run of crashes on clusters finds each deliberate break of what a cluster stands on.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BREAKS } from '../cluster/breaks.mjs'
import { ClusterCrashRun } from '../cluster/crash-run.mjs'
import { withoutPostgres } from '../cluster/world.mjs'

const CYCLES_MAX = 10
/** Codes of requests to a gateway that ends, or has. */
const HAS_ENDED = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE']

for (const broken of Object.values(BREAKS)) {
  test(`${broken.invariant}: ${broken.effect}`, { skip: withoutPostgres() }, async (t) => {
    const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
    t.diagnostic(`SEED=${seed}`)
    const run = new ClusterCrashRun({ seed, broken })
    try {
      await run.start()
      let faults = []
      for (let cycle = 0; cycle < CYCLES_MAX && faults.length === 0; cycle += 1) faults = await faultsOf(run)
      assert.notEqual(faults.length, 0, `no fault in ${CYCLES_MAX} cycles`)
    } finally {
      await run.remove()
    }
  })
}

/**
 * The faults of a cycle. Others may notice before the audit that an acknowledged commit is lost: a gateway that refuses to complete an upload without its
 * part, or the load that reads what it has stored.
 */
async function faultsOf(run) {
  try {
    return (await run.cycle()).faults
  } catch (error) {
    // a gateway whose session was lost, too, refuses requests, or has ended, while it was audited: the next cycle audits everything again
    if (error.status === 503 || HAS_ENDED.includes(error.code)) return []
    if (error.message.startsWith('the load failed') && /NoSuchKey|has unexpected bytes/.test(error.message))
      return [error.message]
    if (error.status !== 400 || !error.message.includes('<Code>InvalidPart</Code>')) throw error
    return [error.message]
  }
}
