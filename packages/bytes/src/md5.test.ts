import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { Md5 } from './md5.js'
import { hex } from './text.js'

const BYTES = Uint8Array.from({ length: 300 }, (_, index) => (index * 131 + 7) & 0xff)
const reference = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

test('the digest equals that of node:crypto for every length up to several blocks', () => {
  for (let length = 0; length <= BYTES.length; length += 1) {
    const bytes = BYTES.subarray(0, length)
    assert.equal(hex(new Md5().update(bytes).digest()), reference(bytes), `${length} bytes`)
  }
})

test('hashing continues from a state that was exported at any position', () => {
  for (let cut = 0; cut <= BYTES.length; cut += 1) {
    const state = new Md5().update(BYTES.subarray(0, cut)).state()
    assert.ok(state.length <= 87)
    assert.equal(hex(new Md5(state).update(BYTES.subarray(cut)).digest()), reference(BYTES), `cut at ${cut}`)
  }
})

test('reading an intermediate digest does not affect the final one', () => {
  const md5 = new Md5().update(BYTES.subarray(0, 100))
  assert.equal(hex(md5.digest()), reference(BYTES.subarray(0, 100)))
  assert.equal(hex(md5.update(BYTES.subarray(100)).digest()), reference(BYTES))
})
