import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { runBackgroundTasks } from './background-tasks.js'

const aborted = { kind: 'aborted', bucket: 'bkt', ruleId: 'parts', key: 'a', uploadId: 'A', parts: 2, bytes: 7 }
const UPLOAD = aborted as never

test('uploads that a rule aborted are logged one by one, and a failed task stops no other', async () => {
  const lines: Record<string, unknown>[] = []
  const stop = new AbortController()
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  let sweeps = 0
  const service = {
    sweep: async () => {
      sweeps += 1
      if (sweeps === 1) return { freed: 0, waiting: 0, more: true }
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
  const done = runBackgroundTasks(service, { scrubRate: 0 }, log, stop.signal)
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
