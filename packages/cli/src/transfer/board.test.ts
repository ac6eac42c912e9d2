import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Board } from './board.js'

test('speed is measured also where samples are further apart than the window', () => {
  let now = 0
  const board = new Board(() => now)
  now = 10_000
  board.bytes = 1_000_000
  assert.equal(board.snapshot().bytesPerSecond, 100_000)
  now = 20_000
  assert.equal(board.snapshot().bytesPerSecond, 0)
})
