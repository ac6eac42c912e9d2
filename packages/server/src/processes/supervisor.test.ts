import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { ProcessGone } from './calls.js'
import type { Instance } from './instance-calls.js'
import type { Primary } from './process-cluster.js'
import { type Launched, Supervisor } from './supervisor.js'

const PORT = 1234

/** Instances that only record their calls. */
class Instances {
  readonly events: string[] = []
  readonly living = new Map<string, (how: string) => void>()
  readonly nudges = new Map<string, Primary['nudge']>()
  readonly reports: string[] = []
  launches = 0
  /** Whether the launch with this number fails. */
  failsAt: (launch: number) => boolean = () => false

  readonly launch = async (incarnation: string, { nudge }: Primary): Promise<Launched> => {
    this.launches += 1
    if (this.failsAt(this.launches)) throw new ProcessGone('exit code 70')
    this.nudges.set(incarnation, nudge)
    const ended = new Promise<string>((resolve) => {
      this.living.set(incarnation, (how) => {
        this.living.delete(incarnation)
        resolve(how)
      })
    })
    this.events.push('launch')
    const instance: Instance = {
      prepare: async (living) => {
        assert.deepEqual([...living].sort(), [...this.living.keys()].sort())
        this.events.push(`prepare ${living.length}`)
      },
      listen: async (port) => {
        this.events.push(`listen ${port}`)
        return PORT
      },
      lead: async () => void this.events.push('lead'),
      measure: async () => [],
      refusal: async () => undefined,
      recent: async () => [],
      figures: async () => ({
        ...{ requests: 0, failures: 0, bytesReceived: 0, bytesSent: 0, parts: 0, durations: [] },
        ...{ memoryBytes: 0, partBytes: 0, objectBytes: 0, loopDelay: 0, replacedParts: 0, repeatedCompletes: 0 },
        failedCompletes: 0,
        buckets: new Map(),
      }),
      scrubState: async () => undefined,
      startScrub: async () => false,
      adjust: async () => {},
      report: async () => {
        if (!this.living.has(incarnation)) throw new ProcessGone('SIGKILL')
        this.reports.push(incarnation)
      },
      receive: async () => {},
      othersListen: async () => {},
      stop: async () => 1,
      cut: async () => {},
    }
    return { instance, ended }
  }
}

function supervise(instances: Instances, count: number): Supervisor {
  return new Supervisor({
    instances: count,
    port: 0,
    launch: instances.launch,
    state: () => assert.fail('nothing shows the server'),
    setLogLevel: async () => {},
    isBeingCopied: async () => false,
    callbackKey: async () => '',
    log: pino({ level: 'silent' }),
  })
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('the stores are prepared after all instances are known and before the first listens', async () => {
  const instances = new Instances()
  const supervisor = supervise(instances, 2)
  assert.equal(await supervisor.start(), PORT)
  assert.deepEqual(instances.events, ['launch', 'launch', 'prepare 2', 'listen 0', 'listen 0', 'lead'])
  assert.equal(await supervisor.stop(0), 2)
})

test('an instance whose process ends is replaced after the dead one was declared dead', async () => {
  const instances = new Instances()
  const supervisor = supervise(instances, 2)
  await supervisor.start()
  instances.events.length = 0
  const [first] = instances.living.values()
  first?.('SIGKILL')
  await until(() => instances.events.includes('lead'))
  assert.deepEqual(instances.events, ['launch', 'prepare 2', 'listen 0', 'lead'])
  await supervisor.stop(0)
})

test('when all have ended, the same port is requested by number', async () => {
  const instances = new Instances()
  const supervisor = supervise(instances, 1)
  await supervisor.start()
  for (const end of [...instances.living.values()]) end('SIGKILL')
  await until(() => instances.events.includes(`listen ${PORT}`))
  await supervisor.stop(0)
})

test('instances that share the port by its number keep it when one of them is replaced', async () => {
  const instances = new Instances()
  const supervisor = supervise(instances, 2)
  await supervisor.start()
  const listening = (count: number) => instances.events.filter((event) => event === `listen ${PORT}`).length === count
  for (const end of [...instances.living.values()]) end('SIGKILL')
  await until(() => listening(2))
  const [end] = instances.living.values()
  end?.('SIGKILL')
  await until(() => listening(3))
  await supervisor.stop(0)
})

test('processes that keep ending make the server give up and report how the last one ended', async () => {
  const instances = new Instances()
  const supervisor = supervise(instances, 1)
  await supervisor.start()
  const crash = setInterval(() => {
    for (const end of [...instances.living.values()]) end('exit code 70')
  }, 5)
  await assert.rejects(supervisor.failed, { kind: 'workersFail', details: { times: 6, how: 'exit code 70' } })
  clearInterval(crash)
  await supervisor.stop(0)
})

test('an instance that ends while it replaces another is replaced as well', async () => {
  const instances = new Instances()
  instances.failsAt = (launch) => launch === 2
  const supervisor = supervise(instances, 1)
  await supervisor.start()
  for (const end of [...instances.living.values()]) end('SIGKILL')
  await until(() => instances.events.includes(`listen ${PORT}`))
  assert.equal(instances.launches, 3)
  await supervisor.stop(0)
})

test('an instance that ends while it starts fails the start', async () => {
  const instances = new Instances()
  instances.failsAt = (launch) => launch === 2
  await assert.rejects(supervise(instances, 2).start(), {
    kind: 'workersFail',
    details: { times: 1, how: 'exit code 70' },
  })
})

test('an instance that waits for reports has all others report, and one that has ended does no harm', async () => {
  const instances = new Instances()
  const supervisor = supervise(instances, 3)
  await supervisor.start()
  const [first, second, third] = [...instances.living.keys()]
  assert.ok(first !== undefined && second !== undefined && third !== undefined)
  await instances.nudges.get(first)?.()
  assert.deepEqual(instances.reports, [second, third])
  instances.living.get(third)?.('SIGKILL')
  instances.reports.length = 0
  await instances.nudges.get(first)?.()
  assert.deepEqual(instances.reports, [second])
  await supervisor.stop(0)
})
