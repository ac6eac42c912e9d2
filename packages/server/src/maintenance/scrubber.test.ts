import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Scrubbed } from '@bindery/service'
import { pino } from 'pino'
import { Scrubber } from './scrubber.js'

const MIB = 1024 * 1024

function recorder() {
  const lines: Record<string, unknown>[] = []
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  return { lines, log }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

test('damage is logged with its names, and the end of a pass with the amount read', async () => {
  const { lines, log } = recorder()
  const stop = new AbortController()
  const scrub = async function* (): AsyncGenerator<Scrubbed> {
    yield { kind: 'sound', bytes: 5 }
    yield { kind: 'damaged', facts: { bucket: 'b', key: 'k', blob: 'x' }, reason: 'rot' }
    yield { kind: 'sound', bytes: 6 }
  }
  const done = new Scrubber({ service: { scrub }, rate: MIB, log: log }).run(stop.signal)
  await until(() => lines.length === 2)
  stop.abort()
  await done
  const [damage, end] = lines.map(({ time: _, ...line }) => line)
  const facts = { bucket: 'b', key: 'k', blob: 'x', reason: 'rot', damaged: 1 }
  assert.deepEqual(damage, { level: 50, ...facts, msg: 'stored bytes are damaged' })
  assert.deepEqual(end, { level: 30, bytes: 11, damaged: 1, msg: 'all stored bytes were read and checked' })
})

test('a pass over an empty store logs nothing', async () => {
  const { lines, log } = recorder()
  const stop = new AbortController()
  let isOver = false
  // biome-ignore lint/correctness/useYield: -- the store has no blobs
  const scrub = async function* (): AsyncGenerator<Scrubbed> {
    isOver = true
  }
  const done = new Scrubber({ service: { scrub }, rate: MIB, log: log }).run(stop.signal)
  await until(() => isOver)
  stop.abort()
  await done
  assert.deepEqual(lines, [])
})

test('the rate is not exceeded', async () => {
  const { log } = recorder()
  const stop = new AbortController()
  let asked = 0
  const scrub = async function* (): AsyncGenerator<Scrubbed> {
    for (;;) {
      asked += 1
      yield { kind: 'sound', bytes: MIB }
    }
  }
  const begun = performance.now()
  const done = new Scrubber({ service: { scrub }, rate: 50 * MIB, log: log }).run(stop.signal)
  await until(() => asked === 6)
  const took = performance.now() - begun
  stop.abort()
  await done
  assert.ok(took >= 95, `5 MiB at 50 MiB per second took ${took} ms`)
})

test('with a rate of 0 nothing is read until a pass is started, which has a pace of its own', async () => {
  const stop = new AbortController()
  let passes = 0
  const scrub = async function* (): AsyncGenerator<Scrubbed> {
    passes += 1
    yield { kind: 'sound', bytes: 3 }
    yield { kind: 'damaged', facts: {}, reason: 'rot' }
  }
  const scrubber = new Scrubber({ service: { scrub }, rate: 0, log: recorder().log })
  assert.equal(scrubber.start(), false)
  const done = scrubber.run(stop.signal)
  const before = { isRunning: false, bytes: 0, damaged: 0, bytesPerSecond: 0 }
  assert.deepEqual(scrubber.state, before)
  assert.equal(passes, 0)
  assert.equal(scrubber.start(MIB), true)
  await until(() => scrubber.state?.endedAt !== undefined)
  const { startedAt = 0, endedAt = 0, ...facts } = scrubber.state ?? before
  assert.deepEqual(facts, { isRunning: false, bytes: 3, damaged: 1, bytesPerSecond: 0 })
  assert.ok(startedAt <= endedAt)
  assert.equal(passes, 1)
  stop.abort()
  await done
  assert.equal(scrubber.state, undefined)
})

test('a pass that runs goes on at the pace with which it is started again', async () => {
  const stop = new AbortController()
  let isOver = false
  const scrub = async function* (): AsyncGenerator<Scrubbed> {
    yield { kind: 'sound', bytes: MIB }
    isOver = true
  }
  // at this pace the first MiB takes twelve days
  const scrubber = new Scrubber({ service: { scrub }, rate: 1, log: recorder().log })
  const done = scrubber.run(stop.signal)
  await until(() => scrubber.state?.bytes === MIB)
  scrubber.start(1e12)
  await until(() => isOver)
  stop.abort()
  await done
})

test('a failed pass is logged and retried', async () => {
  const { lines, log } = recorder()
  const stop = new AbortController()
  const scrub = async function* (): AsyncGenerator<Scrubbed> {
    yield { kind: 'sound', bytes: 1 }
    throw new Error('the disk is gone')
  }
  const done = new Scrubber({ service: { scrub }, rate: MIB, log: log }).run(stop.signal)
  await until(() => lines.length === 1)
  stop.abort()
  await done
  assert.equal(lines[0]?.msg, 'the scrubber failed and will try again')
})
