import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transferWordsIn } from './messages/transfer.js'
import { type CellState, partMap, statesOf } from './part-map.js'

test('a map has a sign per part, and where there are more parts than room, the most urgent of several', () => {
  const states: CellState[] = ['stored', 'active', 'retrying', 'missing', 'stored', 'missing']
  assert.equal(partMap(states, 6), '█▓▒░█░')
  assert.equal(partMap(states, 3), '▓▒▌')
  assert.equal(partMap(statesOf(10_000, [{ from: 1, to: 5_000 }]), 10), '█████░░░░░')
  assert.equal(partMap([], 10), '')
})

test('the line of parts fits the terminal, in both languages', () => {
  const parts = { states: statesOf(128, [{ from: 1, to: 34 }]), done: 34, active: 8, retries: 1, resumed: 12 }
  const english = transferWordsIn('en').parts(parts, 100)
  assert.match(english, /^ {2}parts 34\/128 {2}█{8}▌░+ {2}8 in flight · 1 retried · 12 reused$/)
  for (const language of ['en', 'zh'] as const) assert.ok(transferWordsIn(language).parts(parts, 79).length < 80)
})
