import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BufferPool, CELL_BYTES, loadNative, SLAB_BYTES } from './index.js'

const native = loadNative()

test('a pool lends no more than its budget, and waiting callers are served in order', async () => {
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

test('a buffer is reused', async () => {
  const pool = new BufferPool(8 * SLAB_BYTES)
  const slab = await pool.take()
  pool.release(slab)
  assert.equal((await pool.take()).buffer, slab.buffer)
})

test('a buffer that is released twice, or that another pool lent, is refused', async () => {
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

test('small buffers share the budget, do not overlap, and form a large one when all are released', async () => {
  const pool = new BufferPool(SLAB_BYTES)
  const cells = await Promise.all(Array.from({ length: SLAB_BYTES / CELL_BYTES }, () => pool.take(CELL_BYTES)))
  cells.forEach((cell, index) => {
    assert.equal(cell.length, CELL_BYTES)
    cell.fill(index)
  })
  cells.forEach((cell, index) => {
    assert.ok(cell.every((byte) => byte === index))
  })
  assert.equal(pool.tryTake(1), undefined)
  const served: string[] = []
  const large = pool.take().then((slab) => {
    served.push('large')
    pool.release(slab)
  })
  const small = pool.take(1).then((cell) => {
    served.push('small')
    pool.release(cell)
  })
  for (const cell of cells) pool.release(cell)
  await Promise.all([large, small])
  assert.deepEqual(served, ['large', 'small'], 'a request for a large buffer is not overtaken by small ones')
  assert.equal(pool.lentCount, 0)
  pool.release(await pool.take())
})

test('a pool is low when at most half of it is free, and exhausted when less than a quarter is', async () => {
  const pool = new BufferPool(4 * SLAB_BYTES)
  const lent = []
  for (const [bytes, ...expected] of [
    [SLAB_BYTES, false, false],
    [1, true, false],
    [SLAB_BYTES, true, false],
    [SLAB_BYTES, true, true],
  ] as const) {
    lent.push(await pool.take(bytes))
    assert.deepEqual([pool.isLow, pool.isExhausted], expected)
  }
  for (const buffer of lent) pool.release(buffer)
  assert.deepEqual([pool.isLow, pool.isExhausted], [false, false])
})

test('buffers begin at a page of memory, so that they can be written to files directly', {
  skip: native === undefined,
}, () => {
  const pool = new BufferPool(2 * SLAB_BYTES)
  const lent = [pool.tryTake(), pool.tryTake(CELL_BYTES), pool.tryTake(CELL_BYTES)]
  for (const buffer of lent) assert.equal(buffer && native?.offsetInPage(buffer), 0)
  for (const buffer of lent) if (buffer !== undefined) pool.release(buffer)
  assert.equal(native?.offsetInPage(pool.tryTake() ?? Buffer.alloc(1)), 0)
})

test('spare buffers count as free, and come back when nothing else is free', () => {
  const pool = new BufferPool(2 * SLAB_BYTES)
  const [kept, other] = [pool.tryTake(), pool.tryTake()]
  assert.ok(kept && other)
  let count = 1
  pool.spare = {
    get count() {
      return count
    },
    giveBack() {
      count -= 1
      pool.release(kept)
    },
  }
  assert.equal(pool.lentCount, 1)
  pool.release(other)
  assert.ok(!pool.isLow)
  assert.equal(pool.tryTake()?.buffer, other.buffer)
  assert.equal(count, 1)
  assert.equal(pool.tryTake(CELL_BYTES)?.buffer, kept.buffer)
  assert.equal(count, 0)
  assert.equal(pool.tryTake(), undefined)
})
