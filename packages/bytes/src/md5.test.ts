import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { Md5 } from './md5.js'
import { hex } from './text.js'

const BYTES = Uint8Array.from({ length: 300 }, (_, index) => (index * 131 + 7) & 0xff)
const reference = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

test('the digest is that of node for every length up to some blocks', () => {
  for (let length = 0; length <= BYTES.length; length += 1) {
    const bytes = BYTES.subarray(0, length)
    assert.equal(hex(new Md5().update(bytes).digest()), reference(bytes), `${length} bytes`)
  }
})

test('a state taken out anywhere and put in again goes on as if nothing had happened', () => {
  for (let cut = 0; cut <= BYTES.length; cut += 1) {
    const state = new Md5().update(BYTES.subarray(0, cut)).state()
    assert.ok(state.length <= 87)
    assert.equal(hex(new Md5(state).update(BYTES.subarray(cut)).digest()), reference(BYTES), `cut at ${cut}`)
  }
})

test('a digest taken in between does not disturb what follows', () => {
  const md5 = new Md5().update(BYTES.subarray(0, 100))
  assert.equal(hex(md5.digest()), reference(BYTES.subarray(0, 100)))
  assert.equal(hex(md5.update(BYTES.subarray(100)).digest()), reference(BYTES))
})
