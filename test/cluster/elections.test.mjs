// Background tasks of gateways that lose the database, on a real one and with time that passes faster.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ELECTION_BEAT_MS, Elections } from '../../packages/service/dist/index.js'
import { createRandom } from '../../packages/storage/dist/index.js'
import { openPostgresMetadataStore } from '../../packages/storage-postgres/dist/index.js'
import { startPostgres } from '../../packages/storage-postgres/dist/testing/postgres-server.js'
import { startNetwork } from './network.mjs'
import { withoutPostgres } from './world.mjs'

/** How much faster the clocks of the gateways run: none twice as fast as another. */
const RATES = [20, 27, 36]
const CUTS = 12
const CUT_MS_MAX = 2_500

/** A gateway that stands for one task, and reaches the database by a network of its own. */
class Candidate {
  terms = 0

  constructor(index, { url, server, acting, overlaps }) {
    Object.assign(this, { index, url, server, acting, overlaps })
  }

  async start() {
    this.network = await startNetwork(this.server.port)
    const url = this.url.replace(`:${this.server.port}/`, `:${this.network.port}/`)
    this.store = await openPostgresMetadataStore({ url, session: `gateway${this.index}`, migrate: true })
    const uptime = () => performance.now() * RATES[this.index]
    this.elections = new Elections({ metadata: this.store, incarnation: `gateway${this.index}`, uptime })
    this.elections.stand('sweep', async (signal) => {
      this.acting.add(this.index)
      if (this.acting.size > 1) this.overlaps.push([...this.acting].join())
      this.terms += 1
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      this.acting.delete(this.index)
    })
  }

  async run(signal, expireAll) {
    while (!signal.aborted) {
      // whatever else waits, the timers that end old terms run
      expireAll()
      await this.elections.beat().catch(() => {})
      await sleep(ELECTION_BEAT_MS / RATES[this.index])
    }
  }

  async stop() {
    this.network.cut(false)
    await this.store.close()
    this.network.close()
  }
}

test('two gateways never run a task at once, while they lose the database and their clocks differ by less than two', {
  skip: withoutPostgres(),
}, async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
  t.diagnostic(`SEED=${seed}`)
  const random = createRandom(seed)
  const server = await startPostgres()
  const acting = new Set()
  const overlaps = []
  const shared = { url: await server.database('elections'), server, acting, overlaps }
  const candidates = RATES.map((_, index) => new Candidate(index, shared))
  for (const candidate of candidates) await candidate.start()
  const end = new AbortController()
  const expireAll = () => {
    for (const { elections } of candidates) elections.expire()
  }
  const running = candidates.map((candidate) => candidate.run(end.signal, expireAll))
  for (let cuts = 0; cuts < CUTS; cuts += 1) {
    // now and then the one that runs the task, which the others must take over
    const [holder = 0] = acting
    const { network } = candidates[cuts % 2 === 0 ? holder : random.below(RATES.length)]
    network.cut(true)
    await sleep(random.below(CUT_MS_MAX))
    network.cut(false)
    await sleep(200)
  }
  end.abort()
  for (const { network } of candidates) network.cut(false)
  await Promise.all(running)
  const terms = candidates.reduce((sum, candidate) => sum + candidate.terms, 0)
  t.diagnostic(`${terms} terms`)
  for (const candidate of candidates) await candidate.stop()
  await server.dispose()
  assert.deepEqual(overlaps, [])
  assert.ok(terms > 3)
})
