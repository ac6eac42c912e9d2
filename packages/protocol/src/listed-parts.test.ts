import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes, utf8Text } from '@bindery/bytes'
import { ListedParts } from './listed-parts.js'

const PARTS = [
  { partNumber: 1, etag: 'AbC-2' },
  { partNumber: 9, etag: '' },
  { partNumber: 10_000, etag: 'ü&"<' },
]

test('parts are returned as listed', () => {
  const listed = ListedParts.of(PARTS)
  assert.equal(listed.length, 3)
  assert.deepEqual([...listed], PARTS)
  assert.deepEqual([...ListedParts.of([])], [])
})

test('an ETag matches in any case of its own letters, and matches no other', () => {
  const listed = ListedParts.of(PARTS)
  const has = (index: number, text: string) => {
    const bytes = utf8Bytes(`<${text}>`)
    return listed.hasETag(index, bytes, 1, bytes.length - 1)
  }
  assert.deepEqual(
    ['ABC-2', 'AbC-2', 'ABC-', 'ABC-22', 'ABC-3', ''].map((text) => has(0, text)),
    [true, false, false, false, false, false],
  )
  assert.equal(has(1, ''), true)
  assert.equal(has(1, 'A'), false)
})

test('ETags are joined in upper case', () => {
  const { joinedETags, etagEnds } = ListedParts.of(PARTS).joinETags()
  assert.equal(utf8Text(joinedETags), 'ABC-2ü&"<')
  assert.deepEqual([...etagEnds], [5, 5, 10])
})
