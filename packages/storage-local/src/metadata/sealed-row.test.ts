import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DamagedRow } from '@bindery/storage'
import { openRow, sealRow } from './sealed-row.js'

test('a row is sealed as docs/formats/metadata-file.md specifies', () => {
  const value = Uint8Array.of(1, 2)
  const sealed = sealRow('cbkt', value)
  assert.equal(Buffer.from(sealed).toString('hex'), '010299189a94')
  assert.deepEqual(openRow('cbkt', sealed), value)
})

test('keys of any bytes and empty values are sealed', () => {
  for (const key of ['k', 'k\0\xff', '\xff'.repeat(1_900)]) {
    for (const size of [0, 1, 100_000]) {
      const value = new Uint8Array(size).fill(size)
      assert.deepEqual(openRow(key, sealRow(key, value)), value)
    }
  }
})

test('no flipped bit, other length or other key is accepted', () => {
  const sealed = sealRow('key', Uint8Array.of(0, 1, 2))
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const flipped = Uint8Array.from(sealed, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
    assert.throws(() => openRow('key', flipped), DamagedRow)
  }
  for (let length = 0; length < sealed.length; length++) {
    assert.throws(() => openRow('key', sealed.subarray(0, length)), DamagedRow)
  }
  for (const other of ['kez', 'ke', 'key\0', '\0key', '']) assert.throws(() => openRow(other, sealed), DamagedRow)
})
