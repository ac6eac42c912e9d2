import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createMemoryMetadataStore, type MetadataStore, StorageError } from '@bindery/storage'
import { withDamagedRows } from '@bindery/storage/testing'
import { Scope } from '../scope.js'
import { epochRows, graveRows, incarnationRows, reportRows } from '../stored/keyspace.js'
import { raiseEpoch } from './members.js'
import { RowCluster, type RowClusterOptions } from './row-cluster.js'

const [A, B] = ['A'.repeat(32), 'B'.repeat(32)] as const

/** Processes on one store, whose time passes as they sleep. */
class Group {
  readonly metadata: MetadataStore
  uptime = 0
  /** Called when a process waits for the reports of others. */
  nudge: () => void = () => {}
  nudges = 0

  constructor(metadata: MetadataStore = createMemoryMetadataStore({ runBodiesTwice: true })) {
    this.metadata = metadata
  }

  join(incarnation: string, more: Partial<RowClusterOptions> = {}): Promise<RowCluster> {
    return RowCluster.join({
      metadata: this.metadata,
      incarnation,
      clock: () => 0,
      uptime: () => this.uptime,
      sleep: async (milliseconds) => {
        this.uptime += milliseconds
        await nextTurn()
      },
      nudge: () => {
        this.nudges += 1
        this.nudge()
      },
      ...more,
    })
  }

  reportOf(incarnation: string) {
    return this.metadata.read((reader) => reportRows.read(reader, { incarnation }))
  }

  has(row: Uint8Array) {
    return this.metadata.read(async (reader) => (await reader.get(row)) !== undefined)
  }
}

test('the reads of this process and of others are busy until they end', async () => {
  const group = new Group()
  const [sweeper, other] = [await group.join('sweeper'), await group.join('other')]
  group.nudge = () => void other.report()
  const scope = new Scope()
  sweeper.reads.begin(scope).uses(A)
  other.reads.begin(scope).uses(B)
  assert.deepEqual(await sweeper.settled(), new Set([A, B]))
  scope.close()
  assert.deepEqual(await sweeper.settled(), new Set())
})

test('a process that is alone does not wait', async () => {
  const group = new Group()
  const alone = await group.join('alone')
  assert.deepEqual(await alone.settled(), new Set())
  assert.equal(group.uptime, 0)
})

test('a process that owes a report keeps everything, and is declared dead a minute later', async () => {
  const group = new Group()
  const [sweeper, other] = [await group.join('sweeper'), await group.join('other')]
  assert.equal(await sweeper.settled(), 'any')
  assert.ok(group.nudges > 1)
  assert.ok(group.uptime < 60_000)
  for (let tries = 0; (await sweeper.settled()) === 'any'; tries += 1) assert.ok(tries < 10)
  assert.ok(group.uptime >= 60_000)
  await assert.rejects(other.report(), { kind: 'fenced' })
  assert.equal(await other.mayAnswer(), false)
  assert.equal(await group.has(graveRows.key({ incarnation: 'other' })), true)
  assert.deepEqual(await sweeper.settled(), new Set())
})

test('a process that reports once in a while is never declared dead', async () => {
  const group = new Group()
  const [sweeper, other] = [await group.join('sweeper'), await group.join('other')]
  for (let passes = 0; passes < 12; passes += 1) {
    await sweeper.settled()
    if (passes % 4 === 3) await other.report()
  }
  assert.ok(group.uptime > 120_000)
  assert.equal(await group.has(incarnationRows.key({ incarnation: 'other' })), true)
})

test('time in which the waiting process itself was paused does not count', async () => {
  const group = new Group()
  const sweeper = await group.join('sweeper')
  await group.join('other')
  assert.equal(await sweeper.settled(), 'any')
  group.uptime += 3_600_000
  assert.equal(await sweeper.settled(), 'any')
  assert.equal(await group.has(incarnationRows.key({ incarnation: 'other' })), true)
})

test('a process that has left is not waited for', async () => {
  const group = new Group()
  const [sweeper, other] = [await group.join('sweeper'), await group.join('other')]
  await other.leave()
  assert.deepEqual(await sweeper.settled(), new Set())
  assert.equal(group.nudges, 0)
  await assert.rejects(other.report(), { kind: 'fenced' })
})

test('a wait for reports ends with its signal', async () => {
  const group = new Group()
  const sweeper = await group.join('sweeper')
  await group.join('other')
  assert.equal(await sweeper.settled(AbortSignal.abort()), 'any')
  assert.equal(group.nudges, 0)
})

test('nothing is free while another process copies the stores', async () => {
  const group = new Group()
  let held = true
  const sweeper = await group.join('sweeper', { isBeingCopied: async () => held })
  assert.equal(await sweeper.settled(), 'any')
  held = false
  assert.deepEqual(await sweeper.settled(), new Set())
})

test('a process commits a report once for each epoch; otherwise it only reads', async () => {
  const group = new Group()
  let commits = 0
  const { metadata } = group
  const counting: MetadataStore = {
    ...metadata,
    transact: (body) => {
      commits += 1
      return metadata.transact(body)
    },
  }
  const cluster = await group.join('process', { metadata: counting })
  for (let beats = 0; beats < 5; beats += 1) await cluster.report()
  assert.equal(commits, 1)
  await raiseEpoch(group.metadata)
  for (let beats = 0; beats < 5; beats += 1) await cluster.report()
  assert.equal(commits, 2)
  assert.deepEqual(await group.reportOf('process'), { seen: 1, busy: [] })
})

test('a report waits for the reads that have not named what they use', async () => {
  const group = new Group()
  const cluster = await group.join('process')
  const read = cluster.reads.begin(new Scope())
  await raiseEpoch(group.metadata)
  const report = cluster.report()
  for (let turns = 0; turns < 10; turns += 1) await nextTurn()
  assert.deepEqual(await group.reportOf('process'), { seen: 0, busy: [] })
  read.uses(A)
  await report
  assert.deepEqual(await group.reportOf('process'), { seen: 1, busy: [A] })
})

test('more reads than a report can list keep everything', async () => {
  const group = new Group()
  const [sweeper, other] = [await group.join('sweeper'), await group.join('other')]
  group.nudge = () => void other.report()
  const scope = new Scope()
  for (let number = 0; number <= 6_000; number += 1) {
    other.reads.begin(scope).uses(number.toString(16).toUpperCase().padStart(32, '0'))
  }
  assert.equal(await sweeper.settled(), 'any')
  scope.close()
  assert.deepEqual(await sweeper.settled(), new Set())
})

test('a process may answer for 20 seconds after it was last confirmed, and is confirmed again when needed', async () => {
  const group = new Group()
  let isReachable = true
  const metadata: MetadataStore = {
    ...group.metadata,
    read: (body) => (isReachable ? group.metadata.read(body) : Promise.reject(new Error('no connection'))),
  }
  const cluster = await group.join('process', { metadata })
  isReachable = false
  group.uptime = 19_999
  assert.equal(cluster.mayAnswer(), true)
  group.uptime = 20_000
  assert.equal(await cluster.mayAnswer(), false)
  isReachable = true
  assert.equal(await cluster.mayAnswer(), true)
  assert.equal(cluster.mayAnswer(), true)
})

test('a process that cannot report because the disk is full goes on answering', async () => {
  const group = new Group()
  let isFull = false
  const { metadata } = group
  const full: MetadataStore = {
    ...metadata,
    transact: (body) => (isFull ? Promise.reject(new StorageError('noSpace', 'full')) : metadata.transact(body)),
  }
  const cluster = await group.join('process', { metadata: full })
  await raiseEpoch(metadata)
  isFull = true
  for (let beats = 0; beats < 20; beats += 1) {
    group.uptime += 2_000
    await assert.rejects(cluster.report(), { kind: 'noSpace' })
    assert.equal(cluster.mayAnswer(), true)
  }
  group.uptime += 30_000
  assert.equal(await cluster.mayAnswer(), true)
  await metadata.transact(async (tx) => incarnationRows.delete(tx, { incarnation: 'process' }))
  await assert.rejects(cluster.report(), { kind: 'fenced' })
  assert.equal(cluster.mayAnswer(), false)
})

test('a process that was declared dead may not answer once it knows, whatever its clock shows', async () => {
  const group = new Group()
  const cluster = await group.join('process')
  await group.metadata.transact(async (tx) => incarnationRows.delete(tx, { incarnation: 'process' }))
  assert.equal(cluster.mayAnswer(), true)
  await assert.rejects(cluster.report(), { kind: 'fenced' })
  assert.equal(cluster.mayAnswer(), false)
})

test('a process whose row is damaged counts as living until it is found to be silent, and ends when it notices', async () => {
  const { store, damage } = withDamagedRows(createMemoryMetadataStore())
  const group = new Group(store)
  const [sweeper, other] = [await group.join('sweeper'), await group.join('other')]
  damage(incarnationRows.key({ incarnation: 'other' }))
  assert.equal(await sweeper.settled(), 'any')
  await assert.rejects(other.report(), { kind: 'fenced' })
})

test('a damaged report keeps everything, and is replaced by the next', async () => {
  const { store, damage } = withDamagedRows(createMemoryMetadataStore())
  const group = new Group(store)
  const damaged: string[] = []
  const sweeper = await group.join('sweeper', { onDamage: ({ row }) => void damaged.push(row) })
  const other = await group.join('other')
  damage(reportRows.key({ incarnation: 'other' }))
  assert.equal(await sweeper.settled(), 'any')
  assert.equal(damaged.length, 1)
  group.nudge = () => void other.report()
  assert.deepEqual(await sweeper.settled(), new Set())
})

test('a damaged epoch prevents neither joining nor answering', async () => {
  const { store, damage } = withDamagedRows(createMemoryMetadataStore())
  const group = new Group(store)
  await raiseEpoch(group.metadata)
  damage(epochRows.key({}))
  const cluster = await group.join('process')
  await cluster.report()
  group.uptime = 30_000
  assert.equal(await cluster.mayAnswer(), true)
  await assert.rejects(cluster.settled(), { kind: 'corrupt' })
})

test('there may be more processes than one read can look at', async () => {
  const group = new Group()
  const sweeper = await group.join('sweeper')
  const others: RowCluster[] = []
  for (let number = 0; number < 120; number += 1) others.push(await group.join(`process ${number}`))
  group.nudge = () => {
    for (const other of others) void other.report()
  }
  assert.deepEqual(await sweeper.settled(), new Set())
})
