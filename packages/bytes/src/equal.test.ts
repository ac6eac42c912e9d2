import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalBytes } from './equal.js'

test('byte arrays are equal if length and content are', () => {
  assert.equal(equalBytes(Uint8Array.of(1, 2), Buffer.of(1, 2)), true)
  assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false)
  assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3)), false)
  assert.equal(equalBytes(new Uint8Array(0), new Uint8Array(0)), true)
})
