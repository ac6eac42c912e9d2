import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bytes } from '@bindery/storage'
import { emptyCodec } from './codec.js'
import { isAfter } from './key-range.js'
import { documentRows, objectRows, partRows, rowNamesOf, SPACES, spaceOf, uploadRows } from './keyspace.js'
import { id, number, type Space, space, text } from './space.js'

const ID = '0123456789ABCDEF0123456789ABCDEF'
const NAMES = {
  bucket: 'bkt',
  key: 'a/ü',
  uploadId: ID,
  manifest: ID,
  reference: ID.replaceAll('0', 'F'),
  partNumber: 10_000,
  document: 'cors',
  page: 255,
  entrance: 'point-ossalias',
  domain: 'files.example',
  source: 'bkt',
  hour: 490_000,
  place: 1_767_600_000_001,
  blob: 'f00d-1',
  incarnation: 'f00d',
  chore: 'sweep',
  garbageKind: 'rows',
  garbageId: ID,
  token: ID,
  account: '1000000000000001',
  accessKeyId: 'BKAAAA',
  identityKind: 'user',
  identity: 'alice',
  user: 'alice',
  group: 'staff',
  policy: 'reports',
  at: 1_767_600_000_000,
  signedAt: 1_767_600_000_000,
  nonce: ID,
  entry: '0123456789ABCDEF0123456789ABCDEF',
} as const

const isIn = (key: Bytes, { from, to }: { from: Bytes; to: Bytes }): boolean => !isAfter(from, key) && isAfter(to, key)

test('a key is built from its names, and parsed into them', () => {
  for (const item of SPACES as readonly Space[]) {
    const key = item.key(NAMES)
    assert.equal(spaceOf(key), item)
    assert.ok(isIn(key, item.all))
    const parsed = item.parse(key)
    assert.deepEqual(
      Object.keys(parsed ?? {}),
      item.declaration.key.map(({ name }) => name),
    )
    assert.deepEqual({ ...NAMES, ...parsed }, NAMES)
    assert.equal(rowNamesOf(key).rowKind, item.kind)
  }
})

test('each space has a letter of its own', () => {
  assert.equal(new Set(SPACES.map(({ declaration }) => declaration.letter)).size, SPACES.length)
})

test('a range holds the rows whose first names are given, and no others', () => {
  const other = { ...NAMES, key: 'a/üa' }
  const uploads = uploadRows.rangeUnder({ bucket: 'bkt', key: NAMES.key })
  assert.deepEqual([isIn(uploadRows.key(NAMES), uploads), isIn(uploadRows.key(other), uploads)], [true, false])
  const bucket = objectRows.rangeUnder({ bucket: 'bkt' })
  assert.ok(isIn(objectRows.key(other), bucket))
  assert.ok(!isIn(objectRows.key({ ...other, bucket: 'bkt2' }), bucket))
  const parts = partRows.rangeUnder({ manifest: ID })
  for (const partNumber of [0, 255, 65_535]) assert.ok(isIn(partRows.key({ manifest: ID, partNumber }), parts))
  assert.ok(!isIn(partRows.key({ manifest: NAMES.reference, partNumber: 1 }), parts))
  for (const pages of [
    documentRows.rangeUnder({ bucket: 'bkt' }),
    documentRows.rangeUnder({ bucket: 'bkt', document: 'cors' }),
  ]) {
    assert.ok(isIn(documentRows.key(NAMES), pages))
    assert.ok(!isIn(documentRows.key({ ...NAMES, bucket: 'bkt2' }), pages))
  }
})

test('a prefix matches the keys that continue its last name', () => {
  const prefix = Buffer.from(uploadRows.prefix({ bucket: 'bkt', key: 'a/' }))
  assert.ok(Buffer.from(uploadRows.key(NAMES)).subarray(0, prefix.length).equals(prefix))
  assert.equal(prefix.at(-1), '/'.charCodeAt(0))
})

test('keys that a space does not make are not parsed', () => {
  const key = partRows.key(NAMES)
  for (const bad of [key.subarray(0, -1), Uint8Array.of(...key, 0)]) assert.equal(partRows.parse(bad), undefined)
  const noTexts = ['o', 'obkt', 'obkt\0', 'o\0k', 'obkt\0k\0k', 'obkt\0\xff']
  for (const bad of noTexts) assert.equal(objectRows.parse(Buffer.from(bad, 'latin1')), undefined, bad)
  assert.deepEqual(rowNamesOf(Uint8Array.of(0x7a)), {})
})

test('numbers and ids sort by value', () => {
  const keys = [0, 1, 255, 256, 65_535].map((partNumber) => partRows.key({ manifest: ID, partNumber }))
  for (const [index, key] of keys.entries()) assert.ok(index === 0 || isAfter(key, keys[index - 1] ?? key))
})

test('a text after a part of a fixed width is refused, since they could not be separated', () => {
  const key = [id('manifest'), text('blob'), number('page', 1)] as const
  const declaration = { letter: 'z', kind: 'z', key, value: emptyCodec, rowsAtOnce: 1, about: '' }
  assert.throws(() => space(declaration), RangeError)
})
