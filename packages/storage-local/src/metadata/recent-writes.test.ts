import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecentWrites } from './recent-writes.js'

test('a row is unchanged since a commit if no later one wrote it', () => {
  const recent = new RecentWrites()
  recent.begin(8n)
  recent.note('a')
  assert.equal(recent.isUnchanged('a', 7n), false)
  assert.equal(recent.isUnchanged('b', 7n), true)
  recent.begin(9n)
  recent.note('b')
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => recent.isUnchanged(key, 8n)),
    [true, false, true],
  )
})

test('nothing is known of commits before the first one, nor of those between two that were noted', () => {
  const recent = new RecentWrites()
  recent.begin(8n)
  assert.equal(recent.isUnchanged('a', 6n), false)
  recent.begin(10n)
  assert.equal(recent.isUnchanged('a', 8n), false)
  assert.equal(recent.isUnchanged('a', 9n), true)
})

test('a commit that failed is followed by one of the same number', () => {
  const recent = new RecentWrites()
  recent.begin(8n)
  recent.note('a')
  recent.begin(8n)
  recent.note('b')
  recent.begin(9n)
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => recent.isUnchanged(key, 7n)),
    [false, false, true],
  )
})

test('of more writes than are remembered none counts as unchanged', () => {
  const recent = new RecentWrites()
  recent.begin(8n)
  for (let index = 0; index < 5_000; index += 1) recent.note(`k${index}`)
  assert.equal(recent.isUnchanged('k0', 7n), false)
  assert.equal(recent.isUnchanged('other', 7n), false)
  recent.begin(9n)
  assert.equal(recent.isUnchanged('other', 8n), true)
})
