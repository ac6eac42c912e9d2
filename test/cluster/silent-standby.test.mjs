// A standby that falls silent while a gateway waits for its commit: the commit is given up for lost, and takes effect later.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { rawClient } from '../crash/clients.mjs'
import { atEnd } from '../support/at-end.mjs'
import { auditCluster } from './audit.mjs'
import { startBinderyStore } from './blob-stores.mjs'
import { startWorld, withoutPostgres } from './world.mjs'

const BYTES = 300_000

test('D2: an object whose put was given up while the standby was silent has its bytes, the old or the new ones', {
  skip: withoutPostgres(),
}, async (t) => {
  const store = await startBinderyStore()
  atEnd(t, () => store.stop())
  const world = await startWorld({ ...store, durable: true, standby: true })
  atEnd(t, () => world.dispose())
  const client = rawClient(await world.startGateway({ args: ['--log', 'error'] }))
  atEnd(t, () => client.agent.destroy())
  await client.createBucket()
  const [before, after] = [randomBytes(BYTES), randomBytes(BYTES)]
  await client.put('k', before)
  const resume = world.follower.pause()
  await assert.rejects(client.put('k', after), { status: 503 })
  resume()
  const insistently = async (work) => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await work()
      } catch (error) {
        if (tries === 100) throw error
        await sleep(200)
      }
    }
  }
  await insistently(() => client.put('later', before))
  const found = await insistently(() => client.get('k'))
  t.diagnostic(found.equals(after) ? 'the put took effect' : 'the put was not carried out')
  assert.ok(found.equals(after) || found.equals(before))
  assert.deepEqual((await auditCluster(world.url, store)).findings, [])
})
