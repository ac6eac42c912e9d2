import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BufferPool, SLAB_BYTES } from './index.js'

test('a pool lends no more than its budget, and waiters are served in order', async () => {
  const pool = new BufferPool(2 * SLAB_BYTES + 1)
  const [first, second] = [await pool.take(), await pool.take()]
  assert.notEqual(first, second)
  assert.equal(first.length, SLAB_BYTES)
  const served: string[] = []
  const waiters = ['a', 'b'].map(async (name) => {
    const slab = await pool.take()
    served.push(name)
    pool.release(slab)
  })
  assert.equal(pool.tryTake(), undefined)
  await Promise.resolve()
  assert.deepEqual(served, [])
  pool.release(second)
  await Promise.all(waiters)
  assert.deepEqual(served, ['a', 'b'])
  assert.equal(pool.lentCount, 1)
  pool.release(first)
  assert.equal(pool.lentCount, 0)
})

test('a buffer is used again', async () => {
  const pool = new BufferPool(8 * SLAB_BYTES)
  const slab = await pool.take()
  pool.release(slab)
  assert.equal((await pool.take()).buffer, slab.buffer)
})

test('a buffer given back twice or from elsewhere is refused', async () => {
  const pool = new BufferPool(SLAB_BYTES)
  const slab = await pool.take()
  assert.throws(() => pool.release(slab.subarray()), /not lent/)
  const next = pool.take()
  pool.release(slab)
  assert.throws(() => pool.release(slab), /not lent/)
  pool.release(await next)
})

test('a budget below one buffer is refused', () => {
  for (const budget of [0, SLAB_BYTES - 1, Number.NaN]) assert.throws(() => new BufferPool(budget), RangeError)
})
