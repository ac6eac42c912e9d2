import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Scrubbed } from '@bindery/service'
import { pino } from 'pino'
import { scrubForever } from './scrubber.js'

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
  const done = scrubForever({ scrub }, MIB, log, stop.signal)
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
  const done = scrubForever({ scrub }, MIB, log, stop.signal)
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
  const done = scrubForever({ scrub }, 50 * MIB, log, stop.signal)
  await until(() => asked === 6)
  const took = performance.now() - begun
  stop.abort()
  await done
  assert.ok(took >= 95, `5 MiB at 50 MiB per second took ${took} ms`)
})

test('a rate of 0 reads nothing', async () => {
  const scrub = (): never => assert.fail('something was read')
  await scrubForever({ scrub }, 0, recorder().log, new AbortController().signal)
})

test('a failed pass is logged and retried', async () => {
  const { lines, log } = recorder()
  const stop = new AbortController()
  const scrub = async function* (): AsyncGenerator<Scrubbed> {
    yield { kind: 'sound', bytes: 1 }
    throw new Error('the disk is gone')
  }
  const done = scrubForever({ scrub }, MIB, log, stop.signal)
  await until(() => lines.length === 1)
  stop.abort()
  await done
  assert.equal(lines[0]?.msg, 'the scrubber failed and will try again')
})
