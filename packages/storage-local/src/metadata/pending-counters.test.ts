import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeCounters, type KeyText, type Snapshot, StorageError, WriteSet } from '@bindery/storage'
import { PendingCounters } from './pending-counters.js'

function over(rows: Map<KeyText, Uint8Array>) {
  const written: KeyText[] = []
  const state: Snapshot = {
    get: (key) => rows.get(key),
    range: () => [...rows].map(([key, value]) => ({ key, value })),
    firsts: () => [],
  }
  const counters = new PendingCounters(state, (key, value) => {
    written.push(key)
    rows.set(key, value)
  })
  return { counters, written }
}

const adding = (...deltas: [KeyText, number[]][]) => new WriteSet(new Map(), new Map(deltas))

test('a row that many transactions add to is written once, with the sum of all', () => {
  const rows = new Map([['a', encodeCounters([5])]])
  const { counters, written } = over(rows)
  for (let count = 0; count < 3; count += 1) counters.add(adding(['a', [1, 2]], ['b', [-1]]))
  assert.deepEqual(counters.get('a'), encodeCounters([8, 6]))
  assert.deepEqual(written, [])
  counters.flush()
  assert.deepEqual(written, ['a', 'b'])
  assert.deepEqual(rows.get('a'), encodeCounters([8, 6]))
  assert.deepEqual(rows.get('b'), encodeCounters([-3]))
})

test('a range sees what was added', () => {
  const { counters } = over(new Map())
  counters.add(adding(['a', [1]]))
  assert.deepEqual(counters.range('a', 'b', 9, false), [{ key: 'a', value: encodeCounters([1]) }])
})

test('additions to a row that is set afterwards are dropped', () => {
  const { counters, written } = over(new Map())
  counters.add(adding(['a', [1]]))
  counters.forget('a')
  counters.flush()
  assert.deepEqual(written, [])
})

test('of a transaction with one counter out of range nothing is added', () => {
  const { counters } = over(new Map())
  counters.add(adding(['b', [Number.MAX_SAFE_INTEGER]]))
  assert.throws(() => counters.add(adding(['a', [1]], ['b', [1]])), StorageError)
  assert.equal(counters.has('a'), false)
  assert.deepEqual(counters.get('b'), encodeCounters([Number.MAX_SAFE_INTEGER]))
})
