import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes, utf8Text } from '@bindery/bytes'
import { RowCache } from './row-cache.js'

/** A cache, and a reading through it that counts what it decodes. */
function counted(records: number, bytes?: number) {
  const cache = new RowCache<{ readonly text: string | undefined }>(
    bytes === undefined ? { records } : { records, bytes },
  )
  const decoded: string[] = []
  const read = (name: string, value: Uint8Array) =>
    cache.get(name, value, () => {
      decoded.push(name)
      return { text: utf8Text(value) }
    })
  return { read, decoded }
}

test('a record is decoded once while its row has the same bytes', () => {
  const { read, decoded } = counted(2)
  const first = read('a', utf8Bytes('one'))
  assert.equal(read('a', utf8Bytes('one')), first)
  assert.deepEqual(decoded, ['a'])
})

test('a row with other bytes is decoded again, and so is a row of another name', () => {
  const { read, decoded } = counted(2)
  read('a', utf8Bytes('one'))
  assert.equal(read('a', utf8Bytes('two')).text, 'two')
  assert.equal(read('b', utf8Bytes('two')).text, 'two')
  assert.deepEqual(decoded, ['a', 'a', 'b'])
})

test('no more records than allowed are kept', () => {
  const { read, decoded } = counted(2)
  for (const name of ['a', 'b', 'c', 'a']) read(name, utf8Bytes(name))
  assert.deepEqual(decoded, ['a', 'b', 'c', 'a'])
})

test('no more bytes of rows than allowed are kept, whatever replaces what', () => {
  const { read, decoded } = counted(9, 8)
  for (const [name, text] of [
    ['a', 'xxxx'],
    ['a', 'yyyy'],
    ['b', 'zzzz'],
    ['a', 'yyyy'],
    ['c', 'too long to keep'],
    ['a', 'yyyy'],
    ['c', 'too long to keep'],
    ['d', 'w'],
    ['b', 'zzzz'],
  ] as const) {
    read(name, utf8Bytes(text))
  }
  assert.deepEqual(decoded, ['a', 'a', 'b', 'c', 'c', 'd', 'b'])
})

test('what cannot be decoded is not kept', () => {
  const cache = new RowCache<string>({ records: 2 })
  const value = utf8Bytes('one')
  const damaged = () => {
    throw new Error('damaged')
  }
  assert.throws(() => cache.get('a', value, damaged), /damaged/)
  assert.equal(
    cache.get('a', value, () => 'sound'),
    'sound',
  )
})
