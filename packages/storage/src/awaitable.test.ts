import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Awaitable, andThen, settle } from './awaitable.js'

test('what is there is used at once, and what is not is waited for', async () => {
  const next = (value: number) => value + 1
  assert.equal(andThen(1, next), 2)
  assert.equal(await andThen(Promise.resolve(1), next), 2)
  assert.equal(await andThen(1, async (value) => next(value)), 2)
  await assert.rejects(async () => andThen(Promise.reject<number>(new RangeError()), next), RangeError)
  const failed = andThen(1, () => {
    throw new RangeError()
  })
  assert.ok(failed instanceof Promise)
  await assert.rejects(failed, RangeError)
})

test('work settles by one of two functions, however it ends', async () => {
  const end = (work: () => Awaitable<string>) =>
    settle(
      work,
      (value) => `done ${value}`,
      (error) => `failed ${(error as Error).message}`,
    )
  const failure = new Error('so')
  assert.equal(
    end(() => 'now'),
    'done now',
  )
  assert.equal(
    end(() => {
      throw failure
    }),
    'failed so',
  )
  assert.equal(await end(async () => 'later'), 'done later')
  assert.equal(await end(() => Promise.reject(failure)), 'failed so')
})
