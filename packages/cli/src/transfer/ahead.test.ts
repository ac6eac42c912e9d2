import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inOrderOf } from './ahead.js'

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) yield number
}

test('results come in the order of their items, whatever ends first, and no more than the limit run at a time', async () => {
  let running = 0
  let most = 0
  const work = async (number: number) => {
    running += 1
    most = Math.max(most, running)
    // the later an item of four, the sooner it ends
    for (let turn = number % 4; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    return number
  }
  const results: number[] = []
  for await (const result of inOrderOf(numbers(10), 4, work)) results.push(result)
  assert.deepEqual(results, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  assert.equal(most, 4)
})

test('a failure is thrown in its turn, after the results before it, and leaves nothing running', async () => {
  let running = 0
  const work = async (number: number) => {
    running += 1
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    if (number === 2) throw new Error('two')
    return number
  }
  const results: number[] = []
  const reading = (async () => {
    for await (const result of inOrderOf(numbers(10), 3, work)) results.push(result)
  })()
  await assert.rejects(reading, { message: 'two' })
  assert.deepEqual([results, running], [[0, 1], 0])
})
