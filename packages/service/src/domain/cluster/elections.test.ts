import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createMemoryMetadataStore, type MetadataStore, StorageError } from '@bindery/storage'
import { seededRandom } from '@bindery/storage/testing'
import { leaderRows } from '../stored/keyspace.js'
import { ELECTION_BEAT_MS, Elections, HOLD_MS, TAKEOVER_MS } from './elections.js'

/** One process that stands for the task `sweep`, with a clock of its own. */
class Candidate {
  readonly elections: Elections
  uptime = 0
  isActing = false
  terms = 0

  constructor(metadata: MetadataStore, incarnation: string) {
    this.elections = new Elections({ metadata, incarnation, uptime: () => this.uptime })
    this.elections.stand('sweep', async (signal) => {
      this.isActing = true
      this.terms += 1
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      this.isActing = false
    })
  }
}

test('a task runs in one of several processes, and in another when its holder has gone', async () => {
  const metadata = createMemoryMetadataStore({ runBodiesTwice: true })
  const [one, other] = [new Candidate(metadata, 'one'), new Candidate(metadata, 'other')]
  await Promise.all([one.elections.beat(), other.elections.beat()])
  assert.equal(Number(one.isActing) + Number(other.isActing), 1)
  const [leader, heir] = one.isActing ? [one, other] : [other, one]
  for (let passed = 0; passed < 3 * TAKEOVER_MS; passed += ELECTION_BEAT_MS) {
    for (const { elections } of [leader, heir]) await elections.beat()
    leader.uptime += ELECTION_BEAT_MS
    heir.uptime += ELECTION_BEAT_MS
  }
  assert.deepEqual([leader.terms, heir.terms], [1, 0])
  heir.uptime += TAKEOVER_MS - ELECTION_BEAT_MS - 1
  await heir.elections.beat()
  assert.equal(heir.isActing, false)
  heir.uptime += 1
  await heir.elections.beat()
  assert.equal(heir.isActing, true)
  assert.deepEqual(heir.elections.held, ['sweep'])
  await leader.elections.beat()
  await nextTurn()
  assert.equal(leader.isActing, false)
})

test('a holder that cannot reach the store stops its task long before another may take it over', async () => {
  const memory = createMemoryMetadataStore()
  let isCutOff = false
  const cut = async () => {
    throw new StorageError('unavailable', 'cut off')
  }
  const metadata: MetadataStore = {
    transact: (body) => (isCutOff ? cut() : memory.transact(body)),
    read: (body) => (isCutOff ? cut() : memory.read(body)),
    close: () => memory.close(),
  }
  const candidate = new Candidate(metadata, 'one')
  await candidate.elections.beat()
  isCutOff = true
  await assert.rejects(candidate.elections.beat())
  candidate.uptime += HOLD_MS - 1
  candidate.elections.expire()
  await nextTurn()
  assert.equal(candidate.isActing, true)
  candidate.uptime += 1
  candidate.elections.expire()
  await nextTurn()
  assert.equal(candidate.isActing, false)
  assert.ok(HOLD_MS < TAKEOVER_MS)
  isCutOff = false
  await candidate.elections.beat()
  assert.equal(candidate.terms, 2)
})

test('a process that ends leaves its tasks to others at once', async () => {
  const metadata = createMemoryMetadataStore()
  const [one, other] = [new Candidate(metadata, 'one'), new Candidate(metadata, 'other')]
  await one.elections.beat()
  await one.elections.end()
  assert.equal(one.isActing, false)
  assert.equal(await metadata.read((reader) => reader.get(leaderRows.key({ chore: 'sweep' }))), undefined)
  await other.elections.beat()
  assert.equal(other.isActing, true)
  await one.elections.beat()
  assert.equal(one.terms, 1)
})

test('two processes never run a task at once, while they pause, die and their clocks differ by less than two', async (t) => {
  const random = seededRandom(t)
  const metadata = createMemoryMetadataStore()
  const candidates = Array.from({ length: 4 }, (_, index) => new Candidate(metadata, `process ${index}`))
  const rates = candidates.map(() => 1 + random.below(90) / 100)
  const pausedUntil = candidates.map(() => 0)
  let terms = 0
  for (let now = 0; now < 4_000; now += 1) {
    for (const [index, candidate] of candidates.entries()) {
      candidate.uptime += 500 * (rates[index] ?? 1)
      if (random.below(400) === 0) pausedUntil[index] = now + random.below(120)
      // whatever else waits, the timer that ends an old term runs
      candidate.elections.expire()
      if ((pausedUntil[index] ?? 0) > now || random.below(5) > 0) continue
      await candidate.elections.beat()
    }
    await nextTurn()
    const acting = candidates.filter(({ isActing }) => isActing)
    assert.ok(acting.length <= 1, `${acting.length} at ${now}`)
    terms = candidates.reduce((sum, candidate) => sum + candidate.terms, 0)
  }
  t.diagnostic(`${terms} terms`)
  assert.ok(terms > 3)
})
