import assert from 'node:assert/strict'
import { test } from 'node:test'
import { METADATA_LIMITS } from '@bindery/storage'
import { Manifest } from './manifest.js'
import { PartTable } from './part-table.js'

/** Parts with these numbers and sizes. */
function parts(...sizes: readonly (readonly [partNumber: number, size: number])[]): PartTable {
  return PartTable.of(
    sizes.map(([partNumber, size]) => ({
      partNumber,
      size,
      etag: '',
      crc64: 0n,
      modifiedAt: 0,
      bytes: { kind: 'blob', blob: 'b' },
    })),
  )
}

const GIB_5 = 5 * 1024 ** 3

test('a manifest of 10,000 parts of 5 GiB fits one value and finds each byte', () => {
  const manifest = Manifest.of(parts(...Array.from({ length: 10_000 }, (_, index) => [index + 1, GIB_5] as const)))
  assert.ok(manifest.stored.length <= METADATA_LIMITS.valueBytes)
  assert.equal(manifest.size, 10_000 * GIB_5)
  for (const index of [0, 1, 4_999, 9_999]) {
    for (const offset of [index * GIB_5, (index + 1) * GIB_5 - 1]) {
      assert.equal(manifest.indexOf(offset), index)
    }
    assert.deepEqual(manifest.at(index), { partNumber: index + 1, start: index * GIB_5, end: (index + 1) * GIB_5 })
  }
})

test('empty parts hold no byte, and gaps in the numbers are kept', () => {
  const manifest = Manifest.of(parts([2, 3], [5, 0], [7, 0], [9, 4]))
  assert.deepEqual(
    [0, 2, 3, 6].map((offset) => manifest.at(manifest.indexOf(offset)).partNumber),
    [2, 2, 9, 9],
  )
  assert.deepEqual(
    [1, 2, 5, 6, 9, 10].map((number) => manifest.lists(number)),
    [false, true, true, false, true, false],
  )
})

test('a damaged manifest is refused', () => {
  const bytes = Manifest.of(parts([1, 5])).stored
  assert.throws(() => new Manifest(bytes.subarray(0, 12)), { kind: 'corrupt' })
  bytes[0] = 9
  assert.throws(() => new Manifest(bytes), { kind: 'corrupt' })
})
