import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { doChores } from './chores.js'

const aborted = { bucket: 'bkt', ruleId: 'parts', key: 'a', uploadId: 'A', parts: 2, bytes: 7 }
const UPLOAD = aborted as never

test('uploads that a rule aborted are logged one by one, and a failure of a chore stops neither', async () => {
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
    scrub: async function* () {},
  }
  const done = doChores(service, { scrubRate: 0 }, log, stop.signal)
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
