import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc64Combine } from '@bindery/bytes'
import { ListedParts } from '@bindery/protocol'
import { createRandom } from '@bindery/storage'
import { partRows } from './keyspace.js'
import type { PartRecord } from './model.js'
import { PartTable } from './part-table.js'

const ID = '0123456789ABCDEF0123456789ABCDEF'

function recordsOf(count: number, seed = 1): PartRecord[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, index) => ({
    partNumber: 2 * index + 1,
    size: random.below(2 ** 20) * 2 ** 33 + random.below(2 ** 31),
    etag: `${random
      .below(2 ** 31)
      .toString(16)
      .toUpperCase()}-${index}`,
    crc64: (BigInt(random.below(2 ** 31)) << 33n) | BigInt(random.below(2 ** 31)),
    modifiedAt: 1_767_600_000_000 + random.below(2 ** 31),
    bytes:
      index % 2 === 0
        ? { kind: 'blob', blob: `blob-${index}` }
        : { kind: 'slices', depth: index % 17, slices: [{ manifest: ID, reference: ID, offset: 2 ** 40, length: 7 }] },
    ...(index % 3 === 0 && { md5State: new Uint8Array(90).fill(index) }),
  }))
}

test('a table holds the values of its part rows', () => {
  const records = recordsOf(300)
  const table = PartTable.of(records)
  assert.equal(table.length, records.length)
  records.forEach((record, index) => {
    assert.deepEqual(partRows.decode(partRows.encode(record), { manifest: ID, partNumber: record.partNumber }), record)
    assert.equal(table.partNumber(index), record.partNumber)
    assert.equal(table.size(index), record.size)
    assert.equal(table.modifiedAt(index), record.modifiedAt)
    assert.equal(table.crc64(index), record.crc64)
    assert.equal(table.etag(index), record.etag)
  })
  assert.deepEqual(
    [...table.partNumbers],
    records.map(({ partNumber }) => partNumber),
  )
})

test('a table sums up its parts', () => {
  const records = recordsOf(40).map((record) => ({ ...record, size: record.size % 2 ** 45 }))
  const table = PartTable.of(records)
  assert.equal(
    table.bytes,
    records.reduce((sum, { size }) => sum + size, 0),
  )
  assert.equal(
    table.joinedCrc64,
    records.reduce((crc, part) => crc64Combine(crc, part.crc64, part.size), 0n),
  )
  assert.equal(Buffer.from(table.joinedETags).toString(), records.map(({ etag }) => etag).join(''))
  assert.equal(table.depth, 16)
  const empty = PartTable.of([])
  assert.deepEqual(
    [empty.length, empty.bytes, empty.joinedCrc64, empty.depth, empty.joinedETags.length],
    [0, 0, 0n, 0, 0],
  )
})

test('unusually long ETags have room', () => {
  const records = recordsOf(5).map((record) => ({ ...record, etag: record.etag.padEnd(255, 'A') }))
  const table = PartTable.of(records)
  assert.deepEqual(
    records.map((_, index) => table.etag(index)),
    records.map(({ etag }) => etag),
  )
})

test('listed parts are selected, and the first missing one is reported', () => {
  const records = recordsOf(9)
  const table = PartTable.of(records)
  const listed = (...indexes: readonly number[]) =>
    ListedParts.of(indexes.map((index) => records[index] ?? { partNumber: 2 * index + 1, etag: '' }))
  assert.equal(table.select(listed(...records.keys())), table)
  const some = table.select(listed(1, 4, 8))
  assert.ok(some instanceof PartTable)
  assert.deepEqual([...some.partNumbers], [3, 9, 17])
  assert.deepEqual(
    [0, 1, 2].map((index) => [some.etag(index), some.size(index), some.crc64(index), some.modifiedAt(index)]),
    [1, 4, 8].map((index) => [table.etag(index), table.size(index), table.crc64(index), table.modifiedAt(index)]),
  )
  assert.equal(some.depth, 1)
  assert.equal(table.select(listed(0, 9)), 1)
  const select = (partNumber: number, etag = '') => table.select(ListedParts.of([{ partNumber, etag }]))
  assert.equal(select(2), 0)
  assert.equal(select(1, 'OTHER'), 0)
  assert.ok(select(1, records[0]?.etag.toLowerCase()) instanceof PartTable)
})

test('a row that is not a part is damage, and a table takes no more parts than it has room for', () => {
  const names = { manifest: ID, partNumber: 3 }
  const [key, row] = [partRows.key(names), partRows.encode(recordsOf(2)[1] as PartRecord)]
  const changed = (at: number, value: number) => {
    const bytes = row.slice()
    bytes[at] = value
    return bytes
  }
  const damaged = [new Uint8Array(), changed(0, 2), changed(1, 8), changed(2, 0xff), changed(18, 1), changed(26, 255)]
  for (const bytes of [...damaged, row.subarray(0, 28), row.subarray(0, -1)]) {
    assert.throws(() => PartTable.ofRows([{ key, value: bytes }]), { kind: 'corrupt' })
    assert.throws(() => partRows.decode(bytes, names), { kind: 'corrupt' })
  }
  const table = new PartTable(1)
  table.append([{ key, value: row }])
  assert.deepEqual([...table.partNumbers], [3])
  assert.throws(() => table.append([{ key, value: row }]), RangeError)
})

test('part rows include wrapped data keys if they have them, and need no room otherwise', () => {
  const names = { manifest: ID, partNumber: 1 }
  const slice = { manifest: ID, reference: ID, offset: 0, length: 7 }
  const dataKey = Uint8Array.from({ length: 300 }, (_, index) => index)
  const [blob, plain] = recordsOf(2) as [PartRecord, PartRecord]
  const sizeOf = (record: PartRecord) => partRows.encode(record).length
  const keyed: readonly PartRecord['bytes'][] = [
    { kind: 'blob', blob: 'blob-0', dataKey },
    { kind: 'slices', depth: 3, slices: [slice, { ...slice, dataKey }, { ...slice, dataKey: dataKey.slice(0, 1) }] },
  ]
  for (const bytes of keyed) {
    const record = { ...blob, bytes }
    const row = partRows.encode(record)
    assert.deepEqual(partRows.decode(row, names), record)
    assert.equal(PartTable.of([record]).depth, bytes.kind === 'blob' ? 0 : 3)
    assert.throws(() => partRows.decode(row.subarray(0, bytes.kind === 'blob' ? 130 : -1), names), { kind: 'corrupt' })
  }
  assert.equal(sizeOf({ ...blob, bytes: keyed[0] as PartRecord['bytes'] }) - sizeOf(blob), 2 + dataKey.length)
  const slices = [slice, slice]
  assert.equal(sizeOf({ ...plain, bytes: { kind: 'slices', depth: 1, slices } }) - sizeOf(plain), 48)
})

test('a part has the checksum of its upload, and a selection of parts keeps it', () => {
  const checksum = { name: 'crc32', bytes: Uint8Array.of(1, 2, 3, 4) } as const
  const [plain, checked] = recordsOf(2).map((part, index) => (index === 0 ? part : { ...part, checksum }))
  const parts = [plain, checked] as PartRecord[]
  for (const part of parts) {
    assert.deepEqual(partRows.decode(partRows.encode(part), { manifest: ID, partNumber: part.partNumber }), part)
  }
  const table = PartTable.of(parts)
  assert.deepEqual([table.checksum(0), table.checksum(1)], [undefined, checksum])
  const { partNumber, etag } = parts[1] as PartRecord
  const chosen = table.select(ListedParts.of([{ partNumber, etag }]))
  assert.ok(chosen instanceof PartTable)
  assert.deepEqual(chosen.checksum(0), checksum)
})
