import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scarceDisk } from './scarce-disk.js'

const MIB = 1024 ** 2

test('uploads are refused below the reserve, and soon refused within 5 % or 1 GiB above it', () => {
  const stateAt = (freeBytes: number, totalBytes: number, reserveBytes = 256 * MIB) =>
    scarceDisk({ freeBytes, totalBytes }, reserveBytes)?.uploads
  assert.equal(stateAt(256 * MIB - 1, 10_000 * MIB), 'refused')
  assert.equal(stateAt(256 * MIB, 10_000 * MIB), 'soon refused')
  assert.equal(stateAt(756 * MIB - 1, 10_000 * MIB), 'soon refused')
  assert.equal(stateAt(756 * MIB, 10_000 * MIB), undefined)
  assert.equal(stateAt(1_280 * MIB - 1, 10_000_000 * MIB), 'soon refused')
  assert.equal(stateAt(1_280 * MIB, 10_000_000 * MIB), undefined)
  assert.equal(stateAt(0, 64 * MIB, 0), 'soon refused')
  assert.equal(stateAt(32 * MIB, 64 * MIB, 0), undefined)
})
