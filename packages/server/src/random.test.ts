import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pooledRandom } from './random.js'

test('random bytes are never reused, and requests larger than the pool are filled', () => {
  const random = pooledRandom()
  const drawn = Array.from({ length: 2_000 }, () => Buffer.from(random(12)).toString('hex'))
  assert.equal(new Set(drawn).size, drawn.length)
  const large = random(10_000)
  assert.equal(large.length, 10_000)
  assert.ok(large.subarray(9_900).some((byte) => byte !== 0))
})

test('bytes that were returned do not change', () => {
  const random = pooledRandom()
  const first = random(16)
  const before = Buffer.from(first).toString('hex')
  for (let index = 0; index < 1_000; index += 1) random(16)
  assert.equal(Buffer.from(first).toString('hex'), before)
})
