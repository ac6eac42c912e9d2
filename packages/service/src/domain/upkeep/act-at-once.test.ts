import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actAtOnce } from './act-at-once.js'

/** A clock that stands still, with which nothing rests. */
const STILL = {
  clock: () => 0,
  sleep: async () => {
    throw new Error('nothing took any time')
  },
}

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 1; number <= count; number += 1) yield number
}

test('up to 16 items are acted on together, and what came of them is yielded in order', async () => {
  let running = 0
  let most = 0
  const doubled: number[] = []
  const act = async (number: number) => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    return number % 3 === 0 ? undefined : number * 2
  }
  for await (const one of actAtOnce(STILL, numbers(20), act)) doubled.push(one)
  assert.equal(most, 16)
  assert.deepEqual(doubled, [2, 4, 8, 10, 14, 16, 20, 22, 26, 28, 32, 34, 38, 40])
})

test('a failure is thrown after what was done together with it has been yielded, and before anything later', async () => {
  const done: number[] = []
  const acted: number[] = []
  const act = async (number: number) => {
    acted.push(number)
    if (number === 2) throw new Error('unavailable')
    return number
  }
  const walk = async () => {
    for await (const one of actAtOnce(STILL, numbers(40), act)) done.push(one)
  }
  await assert.rejects(walk, /unavailable/)
  assert.equal(acted.length, 16)
  assert.deepEqual(done, [1, ...Array.from({ length: 14 }, (_, index) => index + 3)])
})

test('a signal ends the walk after what was acted on has been yielded', async () => {
  const stop = new AbortController()
  const done: number[] = []
  for await (const one of actAtOnce(STILL, numbers(40), async (number) => number, stop.signal)) {
    done.push(one)
    stop.abort()
  }
  assert.equal(done.length, 16)
})

test('between batches it rests for as long as the last one took, and for at most a second', async () => {
  let now = 0
  const rests: number[] = []
  const sleep = async (milliseconds: number) => {
    rests.push(milliseconds)
    now += milliseconds
  }
  const takes = [30, 5_000, 0]
  const act = async (number: number) => {
    if (number % 16 === 0) now += takes[number / 16 - 1] ?? 0
    return number
  }
  let count = 0
  for await (const _ of actAtOnce({ clock: () => now, sleep }, numbers(50), act)) count += 1
  assert.deepEqual([count, rests], [50, [30, 1_000]])
})
