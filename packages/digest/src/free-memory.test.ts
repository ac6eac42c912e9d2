import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freeMemory } from './free-memory.js'
import { loadNative } from './native/native.js'

const canFree = loadNative() !== undefined || 'transfer' in ArrayBuffer.prototype

test('memory that is freed is gone at once', { skip: !canFree }, () => {
  const bytes = new Uint8Array(16 * 1024)
  freeMemory(bytes)
  assert.deepEqual([bytes.length, bytes.buffer.byteLength], [0, 0])
})

test('memory of which others may use a part stays, and so does little', () => {
  const memory = new ArrayBuffer(64 * 1024)
  for (const bytes of [new Uint8Array(memory, 1), new Uint8Array(memory, 0, 32 * 1024), new Uint8Array(4096)]) {
    const { length } = bytes
    freeMemory(bytes)
    assert.equal(bytes.length, length)
  }
  assert.equal(memory.byteLength, 64 * 1024)
})
