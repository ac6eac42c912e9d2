import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Parallelism } from './parallelism.js'
import { OBJECT_BYTES_MAX, PART_BYTES_MAX, PARTS_MAX, partSizeFor, planParts, sequentialPartSize } from './plan.js'

const MIB = 1024 * 1024

test('a part is the smallest power of two that needs no more than 1,000, and 10,000 hold the largest object', () => {
  assert.equal(partSizeFor(1, 'auto'), MIB)
  assert.equal(partSizeFor(1000 * MIB, 'auto'), MIB)
  assert.equal(partSizeFor(1000 * MIB + 1, 'auto'), 2 * MIB)
  assert.equal(partSizeFor(1000 * MIB, 'auto', { least: 8 * MIB }), 8 * MIB)
  assert.equal(partSizeFor(9000 * MIB, 'auto', { least: 8 * MIB }), 16 * MIB)
  assert.equal(partSizeFor(9000 * MIB, 'auto', { least: 8 * MIB, most: 4 * MIB }), 4 * MIB)
  const largest = partSizeFor(OBJECT_BYTES_MAX, 'auto')
  assert.ok(largest <= PART_BYTES_MAX && Math.ceil(OBJECT_BYTES_MAX / largest) <= PARTS_MAX)
  assert.equal(planParts(OBJECT_BYTES_MAX, largest).length, PARTS_MAX)
  assert.throws(() => partSizeFor(OBJECT_BYTES_MAX + 1, 'auto'), /at most/)
  assert.throws(() => partSizeFor(100 * MIB, 1000), /may have/)
  assert.throws(() => partSizeFor(PARTS_MAX * MIB + 1, MIB), /too small/)
})

test('parts cover the object, each where the one before ends', () => {
  for (const [size, partSize] of [
    [0, MIB],
    [1, MIB],
    [MIB, MIB],
    [10 * MIB + 3, MIB],
  ] as const) {
    const parts = planParts(size, partSize)
    let end = 0
    for (const part of parts) {
      assert.equal(part.offset, end)
      end += part.size
    }
    assert.equal(end, size)
  }
})

test('10,000 parts of a stream hold terabytes, and the first of them little', () => {
  let bytes = 0
  for (let number = 1; number <= PARTS_MAX; number += 1) bytes += sequentialPartSize(number, 'auto')
  assert.equal(sequentialPartSize(1, 'auto'), 8 * MIB)
  assert.ok(bytes > 7.5 * 1024 ** 4)
  assert.ok(sequentialPartSize(PARTS_MAX, 'auto') <= PART_BYTES_MAX)
})

test('parallelism rises with throughput, and halves under pressure', () => {
  const parallelism = new Parallelism('auto', 8)
  let now = 0
  for (let round = 1; round <= 20; round += 1) {
    now += 1_001
    parallelism.arrived(round * MIB, now)
  }
  assert.equal(parallelism.limit, 8)
  parallelism.pressed()
  assert.equal(parallelism.limit, 4)
  for (let press = 0; press < 5; press += 1) parallelism.pressed()
  assert.equal(parallelism.limit, 1)
  parallelism.set(5)
  assert.equal(parallelism.limit, 5)
})
