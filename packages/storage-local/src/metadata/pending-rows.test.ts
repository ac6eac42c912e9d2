import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bytes, encodeCounters, type KeyText, type SnapshotRow, StorageError, WriteSet } from '@bindery/storage'
import { bytesOf } from '@bindery/storage/testing'
import { PendingRows } from './pending-rows.js'

function over(rows: Map<KeyText, Bytes>) {
  const noted: KeyText[] = []
  let gets = 0
  const state = {
    get: (key: KeyText) => {
      gets += 1
      return rows.get(key)
    },
    range(from: KeyText, to: KeyText, limit: number, reverse: boolean): SnapshotRow[] {
      const found = [...rows].map(([key, value]) => ({ key, value })).filter(({ key }) => from <= key && key < to)
      found.sort((left, right) => (left.key < right.key ? -1 : 1))
      return (reverse ? found.reverse() : found).slice(0, limit)
    },
  }
  return { pending: new PendingRows(state, (key) => noted.push(key)), noted, gets: () => gets }
}

const writing = (rows: [KeyText, Bytes | undefined][], ...deltas: [KeyText, number[]][]) =>
  new WriteSet(new Map(rows), new Map(deltas))
const adding = (...deltas: [KeyText, number[]][]) => writing([], ...deltas)

test('a row that many transactions add to is read once and written once, with the sum of all', () => {
  const { pending, gets } = over(new Map([['a', encodeCounters([5])]]))
  for (let count = 0; count < 3; count += 1) pending.add(adding(['a', [1, 2]], ['b', [-1]]))
  assert.deepEqual(pending.get('a'), encodeCounters([8, 6]))
  assert.equal(gets(), 2)
  assert.deepEqual(
    pending.all(),
    new Map([
      ['a', encodeCounters([8, 6])],
      ['b', encodeCounters([-3])],
    ]),
  )
})

test('a transaction sees what those before it in the batch have written, also in ranges of both directions', () => {
  const before: [KeyText, Bytes][] = ['a', 'b', 'c', 'e'].map((key) => [key, bytesOf(`old ${key}`)])
  const { pending } = over(new Map(before))
  pending.add(
    writing(
      [
        ['b', undefined],
        ['d', bytesOf('new d')],
      ],
      ['f', [1]],
    ),
  )
  assert.equal(pending.get('b'), undefined)
  assert.deepEqual(pending.get('d'), bytesOf('new d'))
  const keys = (limit: number, reverse: boolean) => pending.range('a', 'g', limit, reverse).map(({ key }) => key)
  assert.deepEqual(keys(9, false), ['a', 'c', 'd', 'e', 'f'])
  assert.deepEqual(keys(2, false), ['a', 'c'])
  assert.deepEqual(keys(2, true), ['f', 'e'])
  assert.deepEqual(keys(4, true), ['f', 'e', 'd', 'c'])
})

test('of a counter that is set, deleted and added to, the last write counts', () => {
  const { pending, noted } = over(new Map([['a', encodeCounters([5])]]))
  pending.add(adding(['a', [1]]))
  pending.add(writing([['a', encodeCounters([20])]]))
  pending.add(adding(['a', [1]]))
  assert.deepEqual(pending.get('a'), encodeCounters([21]))
  pending.add(writing([['a', undefined]]))
  assert.deepEqual(pending.all(), new Map([['a', undefined]]))
  assert.ok(noted.every((key) => key === 'a'))
})

test('of a transaction with one counter out of range nothing is written', () => {
  const { pending, noted } = over(new Map())
  pending.add(adding(['b', [Number.MAX_SAFE_INTEGER]]))
  assert.throws(() => pending.add(writing([['c', bytesOf('never')]], ['a', [1]], ['b', [1]])), StorageError)
  assert.deepEqual(pending.all(), new Map([['b', encodeCounters([Number.MAX_SAFE_INTEGER])]]))
  assert.deepEqual(noted, ['b'])
})
