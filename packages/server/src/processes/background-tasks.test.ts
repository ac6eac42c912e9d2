import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { Scrubber } from '../maintenance/scrubber.js'
import { metricsText } from '../metrics/metric.js'
import { TaskMetrics } from '../metrics/task-metrics.js'
import { backgroundTasks, rehearse } from './background-tasks.js'

const aborted = { kind: 'aborted', bucket: 'bkt', ruleId: 'parts', key: 'a', uploadId: 'A', parts: 2, bytes: 7 }
const UPLOAD = aborted as never

const runAll = (tasks: ReturnType<typeof backgroundTasks>, signal: AbortSignal) =>
  Promise.all(Object.values(tasks).map((task) => task(signal)))

test('uploads that a rule aborted are logged one by one, and a failed task stops no other', async () => {
  const lines: Record<string, unknown>[] = []
  const stop = new AbortController()
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  let sweeps = 0
  const service = {
    sweep: async () => {
      sweeps += 1
      if (sweeps === 1) return { freed: 0, freedBytes: 0, waiting: 0, more: true }
      throw new Error('the disk is gone')
    },
    applyLifecycle: async function* () {
      yield UPLOAD
      yield UPLOAD
      throw new Error('the disk is gone')
    },
    writeReports: async function* () {},
    scrub: async function* () {},
  }
  const done = runAll(backgroundTasks(service, new Scrubber({ service, rate: 0, log }), log), stop.signal)
  while (lines.length < 4) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await done
  assert.equal(sweeps, 2)
  const rules = lines.filter(({ msg }) => msg === 'a lifecycle rule aborted an upload')
  assert.equal(rules.length, 2)
  const { level: _, time: __, msg: ___, ...fields } = rules[0] ?? {}
  assert.deepEqual(fields, aborted)
  assert.equal(lines.filter(({ level }) => level === 50).length, 2)
})

test('the metrics have what was freed and scrubbed, and what waits', async () => {
  const metrics = new TaskMetrics()
  const stop = new AbortController()
  const log = pino({ level: 'silent' })
  let sweeps = 0
  const service = {
    sweep: async () => {
      sweeps += 1
      return { freed: 3, freedBytes: 30, waiting: 4 - sweeps, more: sweeps < 2 }
    },
    applyLifecycle: async function* () {},
    writeReports: async function* () {},
    scrub: async function* () {
      yield { kind: 'sound' as const, bytes: 70 }
      yield { kind: 'damaged' as const, facts: {}, reason: 'its checksum' }
      yield { kind: 'sound' as const, bytes: 7 }
    },
  }
  const scrubber = new Scrubber({ service, rate: 1e9, log, metrics })
  const done = runAll(backgroundTasks(service, scrubber, log, metrics), stop.signal)
  while (sweeps < 2) await new Promise((resolve) => setImmediate(resolve))
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await done
  const text = await metricsText([metrics.values()])
  for (const line of [
    'bindery_gc_freed_blobs_total 6',
    'bindery_gc_reclaimed_bytes_total 60',
    'bindery_gc_waiting 2',
    'bindery_scrub_bytes_total 77',
    'bindery_scrub_corrupt_total 1',
  ]) {
    assert.ok(text.includes(`${line}\n`), `${line}\n${text}`)
  }
})

test('a rehearsal begins after the start, ends when the server stops, and its failure is left to the requests that meet it', {
  timeout: 60_000,
}, async () => {
  const log = pino({ level: 'silent' })
  const stop = new AbortController()
  let steps = 0
  const endless = async function* () {
    for (;;) {
      steps += 1
      if (steps === 3) stop.abort()
      yield
    }
  }
  const rehearsing = rehearse({ rehearse: endless }, log, stop.signal)
  assert.equal(steps, 0)
  await rehearsing
  assert.equal(steps, 3)
  await rehearse({ rehearse: endless }, log, stop.signal)
  assert.equal(steps, 3)
  const damaged = async function* (): AsyncGenerator<void> {
    yield
    throw new Error('a damaged row')
  }
  await rehearse({ rehearse: damaged }, log, new AbortController().signal)
})
