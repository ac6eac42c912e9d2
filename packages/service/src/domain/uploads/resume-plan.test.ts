import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PART_NUMBER_MAX, PART_SIZE_MAX } from '@bindery/protocol'
import { createRandom } from '@bindery/storage'
import { gapsBetween, rangesOf } from '../stored/number-ranges.js'
import { likelyPartSize, partCountOf, planResume, type SizedPart } from './resume-plan.js'

const KIB = 1024
const MIB = 1024 ** 2

test('numbers become the fewest ranges, and gaps begin at part 1 and end before the last part', () => {
  assert.deepEqual(rangesOf([1, 2, 3, 7, 9, 10]), [
    { from: 1, to: 3 },
    { from: 7, to: 7 },
    { from: 9, to: 10 },
  ])
  assert.deepEqual(rangesOf([]), [])
  assert.deepEqual(gapsBetween([3, 4, 8]), [
    { from: 1, to: 2 },
    { from: 5, to: 7 },
  ])
  assert.deepEqual(gapsBetween([1, 2]), [])
})

test('a plan names missing parts, parts of the wrong size, and parts beyond the end', () => {
  const parts = [
    { partNumber: 1, size: 1000 },
    { partNumber: 3, size: 999 },
    { partNumber: 4, size: 1000 },
    { partNumber: 9, size: 5 },
  ]
  assert.deepEqual(planResume(5_500, 1_000, parts), {
    size: 5_500,
    partSize: 1_000,
    partCount: 6,
    missing: [
      { from: 2, to: 2, offset: 1_000, bytes: 1_000 },
      { from: 5, to: 6, offset: 4_000, bytes: 1_500 },
    ],
    resend: [{ partNumber: 3, offset: 2_000, bytes: 1_000, storedBytes: 999 }],
    surplus: [{ from: 9, to: 9 }],
    bytesMissing: 3_500,
  })
})

test('an object of no bytes has one empty part', () => {
  assert.deepEqual(planResume(0, 8, []).missing, [{ from: 1, to: 1, offset: 0, bytes: 0 }])
  assert.deepEqual(planResume(0, 8, [{ partNumber: 1, size: 0 }]).missing, [])
})

test('sending the parts of a plan makes the object whole, whatever was stored before', () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  const random = createRandom(seed)
  for (let round = 0; round < 300; round += 1) {
    const size = random.below(5_000)
    const partSize = 1 + random.below(700)
    const parts: SizedPart[] = []
    for (let partNumber = 1; partNumber <= 12; partNumber += 1) {
      if (random.below(2) === 0) parts.push({ partNumber, size: random.below(2) === 0 ? partSize : random.below(700) })
    }
    const plan = planResume(size, partSize, parts)
    const after = new Map(parts.map((part) => [part.partNumber, part.size]))
    let sent = 0
    const send = (partNumber: number, offset: number): void => {
      const bytes = Math.min(partSize, size - offset)
      assert.equal(offset, (partNumber - 1) * partSize, `SEED=${seed}`)
      after.set(partNumber, bytes)
      sent += bytes
    }
    for (const { from, to, offset, bytes } of plan.missing) {
      const before = sent
      for (let number = from; number <= to; number += 1) send(number, offset + (number - from) * partSize)
      assert.equal(sent - before, bytes, `SEED=${seed}`)
    }
    for (const { partNumber, offset, storedBytes } of plan.resend) {
      assert.equal(after.get(partNumber), storedBytes, `SEED=${seed}`)
      send(partNumber, offset)
    }
    assert.equal(sent, plan.bytesMissing, `SEED=${seed}`)
    for (const { from, to } of plan.surplus) for (let number = from; number <= to; number += 1) after.delete(number)
    assert.equal(after.size, plan.partCount, `SEED=${seed}`)
    assert.equal(
      [...after.values()].reduce((sum, bytes) => sum + bytes, 0),
      size,
      `SEED=${seed}`,
    )
  }
})

test('the likely part size is that of a stored part that can be one of several, otherwise one that 10,000 parts can reach', () => {
  const parts = [
    { partNumber: 1, size: 3 },
    { partNumber: 2, size: 100 * KIB },
    { partNumber: 3, size: MIB },
  ]
  assert.equal(likelyPartSize(10 * MIB, parts), 100 * KIB)
  assert.equal(likelyPartSize(PART_NUMBER_MAX * MIB, parts), MIB)
  assert.equal(likelyPartSize(10 * MIB, []), 8 * MIB)
  for (const size of [0, 1, 80_000 * MIB, 80_000 * MIB + 1, PART_NUMBER_MAX * PART_SIZE_MAX]) {
    const partSize = likelyPartSize(size, [])
    assert.ok(partCountOf(size, partSize) <= PART_NUMBER_MAX && partSize <= PART_SIZE_MAX, String(size))
  }
})
