import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc64, utf8Bytes } from '@bindery/bytes'
import { crcOfParts, partListOf, partNumbersIn } from './part-list.js'

test('numbers and ranges are read in any order and form, each once', () => {
  assert.deepEqual(partNumbersIn('3, 1-2,2 – 4，10'), [1, 2, 3, 4, 10])
})

test('text that is not a list of part numbers is refused', () => {
  for (const text of ['', '0', '3-2', '1,,2', 'all', '1-10001', '1.5'])
    assert.equal(partNumbersIn(text), undefined, text)
})

test('runs become a list, and neighbours of different sizes one range', () => {
  const runs = [
    { from: 1, to: 4, size: 8 },
    { from: 5, to: 5, size: 3 },
    { from: 9, to: 9, size: 8 },
  ]
  assert.equal(partListOf(runs), '1-5, 9')
  assert.deepEqual(partNumbersIn(partListOf(runs)), [1, 2, 3, 4, 5, 9])
})

test('the checksum of parts is that of their bytes together', async () => {
  const pieces = ['one', 'and two', '!'].map((text) => utf8Bytes(text))
  const parts = pieces.map((bytes, index) => ({
    ...{ partNumber: index + 1, size: bytes.length, etag: '', lastModified: '' },
    crc64: String(crc64(bytes)),
  }))
  assert.equal(await crcOfParts(parts), String(crc64(utf8Bytes('oneand two!'))))
})
