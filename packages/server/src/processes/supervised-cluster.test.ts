import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Event } from '@bindery/service'
import { createMemoryMetadataStore, type MetadataStore } from '@bindery/storage'
import { pino } from 'pino'
import { EventSwitchboard } from './event-switchboard.js'
import { SupervisedCluster } from './supervised-cluster.js'

/** Processes on one store, which are nudged as a supervisor nudges them. */
class Group {
  readonly metadata: MetadataStore = createMemoryMetadataStore()
  readonly clusters: SupervisedCluster[] = []
  readonly #switchboard = new EventSwitchboard()
  nudges = 0

  async join(incarnation: string): Promise<SupervisedCluster> {
    const cluster = await SupervisedCluster.join({
      details: {},
      metadata: this.metadata,
      incarnation,
      primary: {
        nudge: async () => {
          this.nudges += 1
          for (const other of this.clusters) if (other.incarnation !== incarnation) void other.report()
        },
        measureAll: async () => [],
        findRefusal: async () => undefined,
        recentRequests: async () => [],
        metricsHistory: async () => [],
        bucketMetrics: async () => [],
        serverState: () => assert.fail('nothing shows the server'),
        setLogLevel: async () => {},
        startScrub: async () => false,
        isBeingCopied: async () => false,
        callbackKey: async () => '',
        ...this.#switchboard.outletOf(incarnation),
      },
      log: pino({ level: 'silent' }),
    })
    this.clusters.push(cluster)
    await this.#switchboard.join(incarnation, cluster)
    return cluster
  }
}

test('tasks run in the process that was chosen, also those registered later, and end when it drains', async () => {
  const cluster = await new Group().join('chosen')
  const seen: string[] = []
  const task = (name: string) => async (signal: AbortSignal) => {
    seen.push(`${name} runs`)
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    seen.push(`${name} ends`)
  }
  cluster.lead('early', task('early'))
  assert.deepEqual(seen, [])
  cluster.startLeading()
  cluster.startLeading()
  cluster.lead('late', task('late'))
  assert.deepEqual(seen, ['early runs', 'late runs'])
  await cluster.drain()
  assert.deepEqual(seen, ['early runs', 'late runs', 'early ends', 'late ends'])
  await cluster.leave()
})

test('a process that waits for reports has the others report at once', async () => {
  const group = new Group()
  const [sweeper, other] = [await group.join('sweeper'), await group.join('other')]
  assert.deepEqual(await sweeper.settled(), new Set())
  assert.ok(group.nudges > 0)
  await other.leave()
  await sweeper.leave()
})

test('events reach the other processes, and subscriptions end when a process drains', async () => {
  const group = new Group()
  const [listening, other] = [await group.join('listening'), await group.join('other')]
  const heard: Event['type'][] = []
  await listening.subscribe(({ type }) => heard.push(type)).ready
  other.publish({ type: 'bucketDeleted', bucket: 'bkt' })
  await new Promise(setImmediate)
  assert.deepEqual(heard, ['bucketDeleted'])
  await listening.drain()
  assert.deepEqual(heard, ['bucketDeleted', 'stopping'])
  for (const cluster of [listening, other]) await cluster.leave()
})
