import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { DamagedRow } from '@bindery/storage'
import { openRow, RowSealer, sealRow } from './sealed-row.js'

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

test('the seal is the same whether the addon or zlib computes it', () => {
  for (const size of [1_000, 1_023, 1_024, 1_025, 5_700, 16_379, 16_380, 16_381, 70_000]) {
    const value = Uint8Array.from({ length: size }, (_, index) => Math.imul(index + size, 0x9e3779b1) >>> 24)
    const sealed = Buffer.from(sealRow('a key', value))
    assert.equal(sealed.readUInt32LE(size), crc32(value, crc32('a key')))
    assert.deepEqual(openRow('a key', sealed), Buffer.from(value))
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

test('the rows of a commit are sealed next to each other, however large they are together', () => {
  const sealer = new RowSealer()
  for (const sizes of [[0, 1, 5_700], [100_000, 3], Array.from({ length: 12 }, () => 100_000), [7]]) {
    const rows = new Map<string, Uint8Array | undefined>([['deleted', undefined]])
    for (const [index, size] of sizes.entries()) rows.set(`row ${index}`, new Uint8Array(size).fill(index + size))
    const sealed = new Map(sealer.seal(rows))
    assert.deepEqual([...sealed.keys()], [...rows.keys()])
    for (const [key, value] of sealed) assert.deepEqual(value && openRow(key, value), rows.get(key))
  }
})
