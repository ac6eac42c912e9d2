import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byteString } from '@bindery/bytes'
import { OssError } from '../../errors/oss-error.js'
import { taggingHeader } from './tags.js'

const parseTagging = (header: string) => taggingHeader.decode(header, 'x-oss-tagging')

function reason(header: string): string {
  try {
    parseTagging(header)
    return 'accepted'
  } catch (error) {
    if (error instanceof OssError) return error.reason
    throw error
  }
}

test('a tagging header is decoded on both sides, with plus and %20 as a space', () => {
  assert.deepEqual(parseTagging('team=blue&a+b=c%20d&x%3Dy=%2B'), [
    ['team', 'blue'],
    ['a b', 'c d'],
    ['x=y', '+'],
  ])
})

test('a key without a value has the empty value', () => {
  assert.deepEqual(parseTagging('a&b='), [
    ['a', ''],
    ['b', ''],
  ])
})

test('tags that are written as a header are read again', () => {
  const tags = [
    ['a b', 'c=d'],
    ['e', ''],
  ] as const
  assert.deepEqual(parseTagging(taggingHeader.encode(tags)), tags)
})

test('raw slashes, colons and Chinese characters are accepted', () => {
  assert.deepEqual(parseTagging(byteString('a/b:c=值')), [['a/b:c', '值']])
})

test('an invalid tagging header is refused with its cause', () => {
  const eleven = Array.from({ length: 11 }, (_, index) => `k${index}=v`).join('&')
  assert.equal(reason(eleven), 'tooManyTags')
  assert.equal(reason('a=1&a=2'), 'duplicateTagKey')
  assert.equal(reason('a=b=c'), 'malformedTagging')
  assert.equal(reason('a=%zz'), 'malformedTagging')
  assert.equal(reason('=v'), 'invalidTag')
  assert.equal(reason('a=%3C'), 'invalidTag')
  assert.equal(reason(`${'k'.repeat(129)}=v`), 'tagKeyTooLong')
  assert.equal(reason(`k=${'v'.repeat(257)}`), 'invalidTag')
  assert.equal(reason(`${'k'.repeat(128)}=${'v'.repeat(256)}`), 'accepted')
})
